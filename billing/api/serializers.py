"""Money as integrators see it: decimal strings of roubles."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from billing.models import BalanceTransaction, Payment, PromoCodeUsage, Referral, ServicePrice
from billing.reports import Summary
from billing.services.payments import LEAST, MOST


class BalanceSerializer(serializers.Serializer[Summary]):
    """What there is, and what was spent; days begin at midnight of the person's time zone."""

    balance = serializers.DecimalField(max_digits=18, decimal_places=6)
    held = serializers.DecimalField(max_digits=18, decimal_places=6)
    available = serializers.DecimalField(max_digits=18, decimal_places=6)
    spent_today = serializers.DecimalField(max_digits=18, decimal_places=6)
    spent_this_month = serializers.DecimalField(max_digits=18, decimal_places=6)
    is_low = serializers.BooleanField()
    currency = serializers.CharField(default="RUB")


class TransactionSerializer(serializers.ModelSerializer[BalanceTransaction]):
    """One entry of the ledger."""

    refund_of = serializers.UUIDField(source="refund_of.uuid", allow_null=True, default=None, read_only=True)

    class Meta:
        model = BalanceTransaction
        fields = (
            "uuid",
            "transaction_type",
            "amount",
            "balance_before",
            "balance_after",
            "description",
            "refund_of",
            "created_at",
        )
        read_only_fields = fields


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """A top-up on its way; pay on the page ``confirmation_url``."""

    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=LEAST, max_value=MOST)
    confirmation_url = serializers.SerializerMethodField()
    transaction = serializers.UUIDField(source="entry.uuid", allow_null=True, default=None, read_only=True)

    class Meta:
        model = Payment
        fields = (
            "uuid",
            "provider",
            "amount",
            "currency",
            "status",
            "confirmation_url",
            "transaction",
            "created_at",
            "closed_at",
        )
        read_only_fields = ("uuid", "provider", "currency", "status", "created_at", "closed_at")

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_confirmation_url(self, payment: Payment) -> str:
        """Return the address of the provider's page."""
        request: Request | None = self.context.get("request")
        return request.build_absolute_uri(payment.confirmation_url) if request else payment.confirmation_url


class PriceSerializer(serializers.ModelSerializer[ServicePrice]):
    """What one unit of a service costs now."""

    class Meta:
        model = ServicePrice
        fields = ("service_type", "price", "description", "valid_from", "valid_to")
        read_only_fields = fields


class CodeSerializer(serializers.Serializer[Any]):
    """A promo code, or another shop's invitation."""

    code = serializers.CharField(max_length=64)


class RedeemedSerializer(serializers.Serializer[PromoCodeUsage | Referral]):
    """What a code gave: money at once, a promise for the next top-up, or an accepted invitation."""

    kind = serializers.SerializerMethodField()
    credited = serializers.DecimalField(max_digits=18, decimal_places=6, source="entry.amount", default=Decimal(0))

    @extend_schema_field({"type": "string", "enum": ["credited", "waiting", "invitation"]})
    def get_kind(self, used: PromoCodeUsage | Referral) -> str:
        """Return which of them."""
        if isinstance(used, Referral):
            return "invitation"
        return "credited" if used.entry else "waiting"
