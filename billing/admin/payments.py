"""Payments: to read, to ask the provider about, to record refunds of."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from billing import services
from billing.models import Payment
from config.admin import FactAdmin


@admin.register(Payment)
class PaymentAdmin(FactAdmin):
    """Top-ups through providers."""

    list_display = ("created_at", "tenant", "amount", "status", "provider", "provider_payment_id", "closed_at")
    list_select_related = ("tenant",)
    list_filter = ("status", "provider")
    search_fields = ("=uuid", "=provider_payment_id", "=tenant__slug")
    search_help_text = _("The payment's uuid, its number at the provider, or the shop's short name")
    ordering = ("-id",)
    actions = ("ask_provider", "record_refunds")

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
        """Take the chosen top-ups back from the balances."""
        self.each(
            request, payments, lambda payment: services.record_refund(payment, at=now()), _("%(count)d refunded.")
        )
