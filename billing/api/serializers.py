"""Money as integrators see it: decimal strings of roubles."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request

from billing.enums import Provider
from billing.models import BalanceTransaction, Payment, PromoCodeUsage, Referral, ReferralReward, ServicePrice
from billing.reports import PERIODS, Summary
from billing.services.amounts import LARGEST
from billing.services.payments import LEAST, MOST


class BalanceSerializer(serializers.Serializer[Summary]):
    """What there is, and what was spent; days begin at midnight of the person's time zone."""

    balance = serializers.DecimalField(max_digits=18, decimal_places=6)
    held = serializers.DecimalField(max_digits=18, decimal_places=6)
    available = serializers.DecimalField(max_digits=18, decimal_places=6)
    spent_today = serializers.DecimalField(max_digits=18, decimal_places=6)
    spent_this_month = serializers.DecimalField(max_digits=18, decimal_places=6)
    is_low = serializers.BooleanField()
    per_day = serializers.DecimalField(
        max_digits=18, decimal_places=6, help_text="What a day of the last week cost on average."
    )
    runway = serializers.IntegerField(
        allow_null=True, help_text="For how many days what is available lasts at that; null when nothing is spent."
    )
    currency = serializers.CharField(default="RUB")


class TransactionSerializer(serializers.ModelSerializer[BalanceTransaction]):
    """One entry of the ledger."""

    assistant = serializers.SerializerMethodField()
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
            "assistant",
            "channel",
            "refund_of",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string", "nullable": True, "format": "uuid"})
    def get_assistant(self, entry: BalanceTransaction) -> str | None:
        """Return the uuid of the assistant that worked, if it still exists."""
        named = self.context.get("assistants", {}).get(entry.assistant_id)
        return str(named.uuid) if named else None


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """A top-up on its way; pay on the page ``confirmation_url``."""

    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=LEAST, max_value=MOST)
    provider = serializers.ChoiceField(
        choices=Provider.choices, required=False, help_text="Who takes the money; the first that is connected."
    )
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
            "reason",
            "refunded",
            "confirmation_url",
            "transaction",
            "created_at",
            "closed_at",
        )
        read_only_fields = ("uuid", "currency", "status", "reason", "refunded", "created_at", "closed_at")

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_confirmation_url(self, payment: Payment) -> str:
        """Return the address of the provider's page."""
        request: Request | None = self.context.get("request")
        return request.build_absolute_uri(payment.confirmation_url) if request else payment.confirmation_url


class PriceSerializer(serializers.ModelSerializer[ServicePrice]):
    """What one unit of a service costs, and from when to when."""

    class Meta:
        model = ServicePrice
        fields = ("service_type", "price", "description", "valid_from", "valid_to")
        read_only_fields = fields


class PriceQuerySerializer(serializers.Serializer[Any]):
    """Which prices."""

    when = serializers.ChoiceField(choices=["now", "coming"], default="now")


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


class SpendCapsSerializer(serializers.Serializer[Any]):
    """The most that services may cost in a day and in a month; null is no limit."""

    per_day = serializers.DecimalField(
        max_digits=18, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST, allow_null=True, required=False
    )
    per_month = serializers.DecimalField(
        max_digits=18, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST, allow_null=True, required=False
    )
    spent_today = serializers.DecimalField(
        max_digits=18, decimal_places=6, read_only=True, help_text="What is reserved is counted in."
    )
    spent_this_month = serializers.DecimalField(
        max_digits=18, decimal_places=6, read_only=True, help_text="What is reserved is counted in."
    )


class UsageQuerySerializer(serializers.Serializer[Any]):
    """Of how many days."""

    days = serializers.ChoiceField(choices=PERIODS, default=PERIODS[1])


class UsageDaySerializer(serializers.Serializer[Any]):
    """What one day cost."""

    on = serializers.DateField()
    spent = serializers.DecimalField(max_digits=18, decimal_places=6)
    entries = serializers.IntegerField()


class UsageLineSerializer(serializers.Serializer[Any]):
    """What one service, assistant or channel cost."""

    key = serializers.CharField(help_text="A service's or channel's word, an assistant's uuid; empty for none.")
    name = serializers.CharField()
    spent = serializers.DecimalField(max_digits=18, decimal_places=6)
    entries = serializers.IntegerField()
    percent = serializers.IntegerField()


class UsageSerializer(serializers.Serializer[Any]):
    """What was paid for in some days, today included; days are the person's."""

    spent = serializers.DecimalField(max_digits=18, decimal_places=6)
    entries = serializers.IntegerField()
    days = UsageDaySerializer(many=True)
    services = UsageLineSerializer(many=True)
    assistants = UsageLineSerializer(many=True)
    channels = UsageLineSerializer(many=True)


@extend_schema_serializer(component_name="ReferralInvitation")
class InvitationSerializer(serializers.Serializer[Any]):
    """The shop's invitation, and what it brought."""

    code = serializers.CharField()
    link = serializers.URLField()
    clicks = serializers.IntegerField()
    signed_up = serializers.IntegerField()
    paying = serializers.IntegerField()
    held = serializers.DecimalField(max_digits=18, decimal_places=6, help_text="Rewards on hold, in roubles.")
    paid = serializers.DecimalField(max_digits=18, decimal_places=6, help_text="Rewards paid, in roubles.")


class RewardSerializer(serializers.ModelSerializer[ReferralReward]):
    """What one top-up of an invited shop earned."""

    shop = serializers.CharField(source="referral.referred_tenant.name", read_only=True)

    class Meta:
        model = ReferralReward
        fields = ("uuid", "shop", "amount", "status", "available_at", "created_at")
        read_only_fields = fields
