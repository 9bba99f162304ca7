"""Balances, their ledger and what is reserved of them."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from billing import reports, services
from billing.admin.dialogs import carry_out, staff
from billing.enums import TransactionType
from billing.models import Balance, BalanceHold, BalanceTransaction
from billing.services.amounts import LARGEST
from config.admin import FactAdmin


class AdjustmentForm(BaseDialogForm):
    """How much to correct a balance by, and why; the key makes a second click harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    amount = forms.DecimalField(
        label=_("Amount, ₽ (minus takes away)"),
        min_value=-LARGEST,
        max_value=LARGEST,
        max_digits=18,
        decimal_places=6,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=200, widget=UnfoldAdminTextInputWidget)

    def clean_amount(self) -> Any:
        """Refuse a correction by nothing."""
        amount = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("A correction by nothing corrects nothing."))
        return amount


@admin.register(Balance)
class BalanceAdmin(FactAdmin):
    """What tenants have; corrected by entries only."""

    list_display = ("tenant", "balance", "held", "total_spent", "total_topped_up", "exhausted_at")
    list_select_related = ("tenant",)
    search_fields = ("=tenant__slug", "=tenant__owner__email")
    search_help_text = _("The shop's short name, or its owner's e-mail")
    ordering = ("-id",)
    actions = ("check_ledger",)
    actions_detail: Any = ("adjust",)
    fields = (
        "tenant",
        "balance",
        "held",
        "total_spent",
        "total_topped_up",
        "exhausted_at",
        "created_at",
        "updated_at",
    )

    def has_correct_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say who may correct balances."""
        return request.user.has_perm("billing.change_balance")

    @admin.action(description=_("Check against the ledger"), permissions=["view"])
    def check_ledger(self, request: HttpRequest, balances: QuerySet[Balance]) -> None:
        """Prove the chosen balances now."""
        report = reports.reconcile(at=now(), tenants=list(balances.values_list("tenant_id", flat=True)))
        for wrong in report.discrepancies:
            text = _("Tenant %(tenant)s, %(what)s: %(cached)s is stored, the ledger says %(proved)s.") % {
                "tenant": wrong.tenant_id,
                "what": wrong.what,
                "cached": wrong.cached,
                "proved": wrong.proved,
            }
            self.message_user(request, text, messages.ERROR)
        if report.is_clean:
            done = _("%(count)d balances are the sums of their entries.") % {"count": report.balances}
            self.message_user(request, done, messages.SUCCESS)

    @action(  # type: ignore[operator]  # an untyped decorator
        description=_("Correct"),  # type: ignore[arg-type]  # lazy text
        icon="edit",
        permissions=["correct"],
        dialog={  # type: ignore[arg-type]  # lazy texts
            "title": _("Correct the balance"),
            "description": _("The correction becomes an entry of the ledger; it cannot be changed afterwards."),
            "form_class": AdjustmentForm,
            "form_submit_text": _("Correct"),
        },
    )
    def adjust(self, request: HttpRequest, form: AdjustmentForm, object_id: str) -> HttpResponse:
        """Enter an adjustment."""
        balance = Balance.objects.select_related("tenant").get(pk=object_id)
        amount = form.cleaned_data["amount"]
        facts = {
            "key": f"adjustment:{form.cleaned_data['key']}",
            "at": now(),
            "description": form.cleaned_data["reason"],
            "created_by": staff(request),
        }

        def correct() -> BalanceTransaction:
            if amount < 0:
                return services.deduct(balance.tenant, amount=-amount, **facts)
            return services.top_up(balance.tenant, amount=amount, transaction_type=TransactionType.ADJUSTMENT, **facts)

        url = reverse("admin:billing_balance_change", args=[balance.pk])
        return carry_out(self, request, correct, done=str(_("The balance is corrected.")), url=url)


@admin.register(BalanceTransaction)
class BalanceTransactionAdmin(FactAdmin):
    """The ledger: to read."""

    list_display = ("created_at", "tenant", "transaction_type", "amount", "balance_after", "description")
    list_select_related = ("tenant",)
    list_filter = ("transaction_type",)
    search_fields = ("=uuid", "=tenant__slug")
    search_help_text = _("The entry's uuid, or the shop's short name")
    ordering = ("-id",)
    fields = (
        "uuid",
        "tenant",
        "transaction_type",
        "amount",
        "balance_before",
        "balance_after",
        "description",
        "key",
        "related_id",
        "refund_of",
        "created_by",
        "created_at",
    )


@admin.register(BalanceHold)
class BalanceHoldAdmin(FactAdmin):
    """Reservations: to read, and to give back what hangs."""

    list_display = ("created_at", "tenant", "service", "amount", "status", "expires_at")
    list_select_related = ("tenant",)
    list_filter = ("status", "service")
    search_fields = ("=uuid", "=tenant__slug")
    search_help_text = _("The reservation's uuid, or the shop's short name")
    ordering = ("-id",)
    actions = ("give_back",)

    def has_release_permission(self, request: HttpRequest) -> bool:
        """Say who may give back what is reserved."""
        return request.user.has_perm("billing.change_balancehold")

    @admin.action(description=_("Give back"), permissions=["release"])
    def give_back(self, request: HttpRequest, holds: QuerySet[BalanceHold]) -> None:
        """Release the chosen reservations that are still pending."""
        pending = holds.pending().select_related("tenant")  # type: ignore[attr-defined]  # our QuerySet
        self.each(
            request, pending, lambda hold: services.release(hold, at=now(), reason="staff"), _("%(count)d given back.")
        )
