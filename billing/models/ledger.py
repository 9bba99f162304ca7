"""Every movement of money, kept for ever."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from billing.enums import CREDITS, SPENDING, TransactionType
from config.db import Created, Public, enum_check, money, new_uuid

NOTHING: Final = Decimal(0)
LIMIT: Final = 10**12  # what numeric(18,6) can hold; NaN, which is more than any number there, is not below it


# Judges, moves, writes the entry and adds it to its hour in one statement: two rivals cannot both see the last rouble.
ENTER: Final = """
WITH moved AS (
    UPDATE balances
       SET balance = balance + %(amount)s, held = held + %(held)s,
           total_spent = total_spent + %(spent)s, total_topped_up = total_topped_up + %(topped_up)s,
           exhausted_at = CASE WHEN %(amount)s > 0 THEN NULL ELSE exhausted_at END
     WHERE tenant_id = %(tenant)s AND balance + %(amount)s >= held + %(held)s AND held + %(held)s >= 0
       AND (%(is_free)s OR NOT is_capped)
    RETURNING tenant_id, balance, held
), hourly AS (
    INSERT INTO balance_hours AS known
      (tenant_id, hour, transaction_type, kind, assistant_id, channel, came, went, entries)
    SELECT tenant_id, date_trunc('hour', %(at)s::timestamptz, 'UTC'), %(transaction_type)s, %(kind)s,
           coalesce(%(assistant_id)s, 0), %(channel)s, greatest(%(amount)s, 0), least(%(amount)s, 0), 1 FROM moved
    ON CONFLICT (tenant_id, hour, transaction_type, kind, assistant_id, channel) DO UPDATE
       SET came = known.came + excluded.came, went = known.went + excluded.went, entries = known.entries + 1
)
INSERT INTO balance_transactions
  (uuid, tenant_id, key, transaction_type, amount, balance_before, balance_after, description, related_id,
   assistant_id, channel, refund_of_id, created_by_id, created_at)
SELECT %(uuid)s, tenant_id, %(key)s, %(transaction_type)s, %(amount)s, balance - %(amount)s, balance,
       %(description)s, %(related_id)s, %(assistant_id)s, %(channel)s, %(refund_of)s, %(created_by)s, %(at)s FROM moved
RETURNING *, balance_after - (SELECT held FROM moved) AS available
"""


class TransactionQuerySet(OwnedQuerySet["BalanceTransaction"]):
    """Entries of the ledger."""

    def enter(self, tenant: Tenant, facts: Mapping[str, Any]) -> "BalanceTransaction | None":
        """Move money and write the entry, or return nothing when the balance would not cover its reservations.

        The entry knows what is ``available`` after it. The balance stays locked until the transaction ends.
        """
        entry = next(iter(self.raw(ENTER, {**facts, "tenant": tenant.pk, "uuid": new_uuid()})), None)
        if entry:
            entry.tenant = tenant
        return entry

    def newest_first(self) -> Self:
        """Order as they were made: a balance is locked while it gets an entry."""
        return self.order_by("-pk")

    def of_types(self, types: Collection[str]) -> Self:
        """Keep entries of these types."""
        return self.filter(transaction_type__in=types)

    def sized(self, least: Decimal | None, most: Decimal | None) -> Self:
        """Keep entries that moved at least and at most so much, whichever way."""
        rows = self.exclude(amount__gt=-least, amount__lt=least) if least else self
        return rows.filter(amount__gte=-most, amount__lte=most) if most else rows

    def between(self, since: datetime | None, until: datetime | None) -> Self:
        """Keep entries of ``[since, until)``; either end may be open."""
        rows = self.filter(created_at__gte=since) if since else self
        return rows.filter(created_at__lt=until) if until else rows

    def spent(self) -> Decimal:
        """Return what was paid for services, less what of it was given back; of few entries, see also the hours."""
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
    assistant_id = models.BigIntegerField(_("assistant"), null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=32, blank=True, default="", db_default="")
    refund_of = models.ForeignKey(
        "self", models.RESTRICT, related_name="refunds", null=True, blank=True, verbose_name=_("refund of")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("entered by")
    )

    available: Decimal  # right after it; only of an entry that was just made
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


class HourQuerySet(OwnedQuerySet["BalanceHour"]):
    """Hours of balances."""

    def between(self, since: datetime | None, until: datetime | None) -> Self:
        """Keep the hours of ``[since, until)``; both begin an hour."""
        rows = self.filter(hour__gte=since) if since else self
        return rows.filter(hour__lt=until) if until else rows

    def spending(self) -> Self:
        """Keep what services cost, and what of that was given back."""
        return self.filter(kind__in=SPENDING)

    def spent(self) -> Decimal:
        """Return what was paid for services, less what of it was given back."""
        return -(self.spending().aggregate(total=Sum(F("came") + F("went")))["total"] or NOTHING)


class BalanceHour(Owned):
    """What came and went within an hour, of one kind, for one assistant in one channel: written with each entry.

    ``kind`` is what an entry counts as: a refund counts as what it gives back.
    """

    hour = models.DateTimeField(_("hour"))
    transaction_type = models.CharField(_("type"), max_length=32, choices=TransactionType)
    kind = models.CharField(_("counts as"), max_length=32, choices=TransactionType)
    assistant_id = models.BigIntegerField(_("assistant"), default=0)
    channel = models.CharField(_("channel"), max_length=32, blank=True, default="")
    came = money(_("came, ₽"))
    went = money(_("went, ₽"))
    entries = models.IntegerField(_("entries"))

    objects = HourQuerySet.as_manager()

    class Meta:
        db_table = "balance_hours"
        verbose_name = _("hour of a balance")
        verbose_name_plural = _("hours of balances")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "hour", "transaction_type", "kind", "assistant_id", "channel"],
                name="uq_balance_hours_what",
            ),
            enum_check("ck_balance_hours_transaction_type", "transaction_type", TransactionType),
            enum_check("ck_balance_hours_kind", "kind", TransactionType),
            models.CheckConstraint(condition=Q(came__gte=0, went__lte=0, entries__gt=0), name="ck_balance_hours_sums"),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.get_kind_display()} {self.came + self.went:+} ₽"
