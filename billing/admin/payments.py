"""Payments: to read, to ask the provider about, to give back."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from billing import services
from billing.admin.dialogs import carry_out, staff
from billing.models import Payment, PaymentRefund
from billing.services.amounts import LARGEST
from config.admin import FactAdmin


class RefundForm(BaseDialogForm):
    """How much to give back, and why; the key makes a second click harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    amount = forms.DecimalField(
        label=_("Amount, ₽"), max_value=LARGEST, max_digits=18, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=200, widget=UnfoldAdminTextInputWidget)


@admin.register(Payment)
class PaymentAdmin(FactAdmin):
    """Top-ups through providers."""

    list_display = (
        "created_at",
        "tenant",
        "amount",
        "refunded",
        "status",
        "provider",
        "provider_payment_id",
        "closed_at",
    )
    list_select_related = ("tenant",)
    list_filter = ("status", "provider")
    search_fields = ("=uuid", "=provider_payment_id", "=tenant__slug")
    search_help_text = _("The payment's uuid, its number at the provider, or the shop's short name")
    ordering = ("-id",)
    actions = ("ask_provider", "record_refunds")
    actions_detail: Any = ("give_back",)

    def has_settle_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say who may act on payments."""
        return request.user.has_perm("billing.change_payment")

    @admin.action(description=_("Ask the provider"), permissions=["settle"])
    def ask_provider(self, request: HttpRequest, payments: QuerySet[Payment]) -> None:
        """Settle the chosen payments."""
        rows = payments.select_related("tenant")
        self.each(request, rows, lambda payment: services.settle(payment, at=now()), _("%(count)d asked about."))

    @admin.action(description=_("Record a refund made at the provider"), permissions=["settle"])
    def record_refunds(self, request: HttpRequest, payments: QuerySet[Payment]) -> None:
        """Take what is left of the chosen top-ups back from the balances."""
        by, at = staff(request), now()
        self.each(
            request,
            payments,
            lambda payment: services.record_refund(payment, at=at, created_by=by),
            _("%(count)d refunded."),
        )

    @action(  # type: ignore[operator]  # an untyped decorator
        description=_("Give back"),  # type: ignore[arg-type]  # lazy text
        icon="undo",
        permissions=["settle"],
        dialog={  # type: ignore[arg-type]  # lazy texts
            "title": _("Give the payment back"),
            "description": _("In whole or in part; a part of the promo bonus goes with it. The provider is asked now."),
            "form_class": RefundForm,
            "form_submit_text": _("Give back"),
        },
    )
    def give_back(self, request: HttpRequest, form: RefundForm, object_id: str) -> HttpResponse:
        """Refund through the provider."""
        payment = Payment.objects.select_related("tenant").get(pk=object_id)
        facts = {"key": form.cleaned_data["key"], "reason": form.cleaned_data["reason"], "created_by": staff(request)}
        return carry_out(
            self,
            request,
            lambda: services.refund_payment(payment, amount=form.cleaned_data["amount"], at=now(), **facts),
            done=str(_("The provider has the refund.")),
            url=reverse("admin:billing_payment_change", args=[payment.pk]),
        )


@admin.register(PaymentRefund)
class PaymentRefundAdmin(FactAdmin):
    """Money on its way back: to read, and to ask about."""

    list_display = ("created_at", "tenant", "payment", "amount", "bonus", "status", "trouble", "closed_at")
    list_select_related = ("tenant", "payment")
    list_filter = ("status",)
    search_fields = ("=uuid", "=provider_refund_id", "=tenant__slug")
    search_help_text = _("The refund's uuid, its number at the provider, or the shop's short name")
    ordering = ("-id",)
    actions = ("go_on",)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Say who may act on refunds."""
        return request.user.has_perm("billing.change_paymentrefund")

    @admin.action(description=_("Ask the provider"), permissions=["settle"])
    def go_on(self, request: HttpRequest, refunds: QuerySet[PaymentRefund]) -> None:
        """Go on with the chosen refunds."""
        rows = refunds.select_related("payment", "tenant")
        self.each(request, rows, lambda refund: services.settle_refund(refund, at=now()), _("%(count)d asked about."))
