"""Every movement of money, kept for ever."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from billing.enums import CREDITS, SPENDING, TransactionType
from config.db import Created, Public, enum_check, money

NOTHING: Final = Decimal(0)
LIMIT: Final = 10**12  # what numeric(18,6) can hold; NaN, which is more than any number there, is not below it


class TransactionQuerySet(OwnedQuerySet["BalanceTransaction"]):
    """Entries of the ledger."""

    def newest_first(self) -> Self:
        """Order as they were made: a balance is locked while it gets an entry."""
        return self.order_by("-pk")

    def of_types(self, types: Collection[str]) -> Self:
        """Keep entries of these types."""
        return self.filter(transaction_type__in=types)

    def between(self, since: datetime | None, until: datetime | None) -> Self:
        """Keep entries of ``[since, until)``; either end may be open."""
        rows = self.filter(created_at__gte=since) if since else self
        return rows.filter(created_at__lt=until) if until else rows

    def spent(self) -> Decimal:
        """Return what was paid for services, less what of it was given back."""
        refunded = Q(transaction_type=TransactionType.REFUND, refund_of__transaction_type__in=SPENDING)
        total = self.filter(Q(transaction_type__in=SPENDING) | refunded).aggregate(total=Sum("amount"))["total"]
        return -(total or NOTHING)


class BalanceTransaction(Public, Owned, Created):
    """One movement: what was before, what came or went, what is after. The database refuses to change it."""

    key = models.CharField(_("key"), max_length=255)
    transaction_type = models.CharField(_("type"), max_length=32, choices=TransactionType)
    amount = money(_("amount, ₽"))
    balance_before = money(_("before, ₽"))
    balance_after = money(_("after, ₽"))
    description = models.CharField(_("description"), max_length=255, blank=True)
    related_id = models.BigIntegerField(_("related row"), null=True, blank=True)
    refund_of = models.ForeignKey(
        "self", models.RESTRICT, related_name="refunds", null=True, blank=True, verbose_name=_("refund of")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("entered by")
    )

    objects = TransactionQuerySet.as_manager()

    class Meta:
        db_table = "balance_transactions"
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="uq_balance_transactions_tenant_key"),
            enum_check("ck_balance_transactions_transaction_type", "transaction_type", TransactionType),
            models.CheckConstraint(
                condition=~Q(amount=0)
                & Q(balance_before__gte=0, balance_before__lt=LIMIT, balance_after__gte=0, balance_after__lt=LIMIT)
                & Q(balance_after=F("balance_before") + F("amount")),
                name="ck_balance_transactions_amount",
            ),
            models.CheckConstraint(
                condition=Q(transaction_type__in=[*CREDITS], amount__gt=0)
                | Q(transaction_type__in=[*SPENDING], amount__lt=0)
                | Q(transaction_type__in=[TransactionType.REFUND, TransactionType.ADJUSTMENT]),
                name="ck_balance_transactions_sign",
            ),
            models.CheckConstraint(
                condition=Q(transaction_type=TransactionType.REFUND, refund_of__isnull=False)
                | (~Q(transaction_type=TransactionType.REFUND) & Q(refund_of__isnull=True)),
                name="ck_balance_transactions_refund_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_transaction_type_display()} {self.amount:+} ₽"
