"""What the numbers say: a tenant's statement, and the proof that all balances are right."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import DecimalField, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce, Lag
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.ports import Card
from billing.enums import SPENDING, HoldStatus, RefundStatus, TransactionType
from billing.models import Balance, BalanceHold, BalanceTransaction, PaymentRefund
from billing.models.ledger import NOTHING, TransactionQuerySet
from config.templatetags.otklik import roubles

log = structlog.get_logger(__name__)

MONEY: Final = DecimalField(max_digits=24, decimal_places=6)
WORST: Final = 1000
CHUNK: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A tenant's money at a glance."""

    balance: Decimal
    held: Decimal
    available: Decimal
    spent_today: Decimal
    spent_this_month: Decimal
    is_low: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries of a statement are asked for: ``[since, until)``, of some types or all."""

    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()

    def of(self, tenant: Tenant) -> TransactionQuerySet:
        """Return these entries of ``tenant``."""
        entries = BalanceTransaction.objects.of(tenant).between(self.since, self.until)
        return entries.of_types(self.types) if self.types else entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One page of a statement, newest first, and what all of its pages add up to."""

    entries: tuple[BalanceTransaction, ...]
    came: Decimal
    went: Decimal
    newer: UUID | None
    older: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A number that is not what the ledger says it should be."""

    tenant_id: int
    what: str
    cached: Decimal
    proved: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The proof of one moment."""

    at: datetime
    balances: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every balance is the sum of its entries."""
        return not self.discrepancies


def summary(tenant: Tenant, *, at: datetime) -> Summary:
    """Return what ``tenant`` has and what it spent since midnight and since the first of the month, in local time."""
    balance = Balance.objects.of(tenant).first() or Balance(tenant=tenant)
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    entries = BalanceTransaction.objects.of(tenant)
    return Summary(
        balance=balance.balance,
        held=balance.held,
        available=balance.available,
        spent_today=entries.between(midnight, None).spent(),
        spent_this_month=entries.between(midnight.replace(day=1), None).spent(),
        is_low=balance.available < settings.BALANCE_LOW,
    )


def statement(
    tenant: Tenant, wanted: Wanted, *, after: UUID | None = None, before: UUID | None = None, size: int = 25
) -> Statement:
    """Return one page of a tenant's entries.

    Args:
        tenant: Whose.
        wanted: Which.
        after: Those made after this entry, the nearest of them.
        before: Those made before this entry.
        size: How many on a page.
    """
    rows = wanted.of(tenant)
    here = after or before
    mark = rows.filter(uuid=here).values_list("pk", flat=True).first() if here else None
    if mark:
        nearest = rows.filter(pk__gt=mark).order_by("pk") if after else rows.filter(pk__lt=mark).newest_first()
    else:
        nearest, after, before = rows.newest_first(), None, None
    page = list(nearest[: size + 1])
    has_more, page = len(page) > size, page[:size]
    if after:
        page.reverse()
    has_newer, has_older = (has_more, True) if after else (before is not None, has_more)
    sums = rows.aggregate(came=Sum("amount", filter=Q(amount__gt=0)), went=Sum("amount", filter=Q(amount__lt=0)))
    return Statement(
        entries=tuple(page),
        came=sums["came"] or NOTHING,
        went=sums["went"] or NOTHING,
        newer=page[0].uuid if page and has_newer else None,
        older=page[-1].uuid if page and has_older else None,
    )


def pages_of(tenant: Tenant, wanted: Wanted, *, before: int | None = None) -> tuple[BalanceTransaction, ...]:
    """Return the next thousand entries below the key ``before``, newest first: for what reads everything."""
    rows = wanted.of(tenant).newest_first()
    return tuple((rows.filter(pk__lt=before) if before else rows)[:CHUNK])


def home_card(tenant: Tenant, *, at: datetime) -> Card:
    """Return the balance for the home page."""
    money = summary(tenant, at=at)
    return Card(
        label=_("Balance"),
        value=roubles(money.available),
        note=_("%(spent)s spent this month") % {"spent": roubles(money.spent_this_month)},
        icon="balance",
        url=reverse("balance"),
        tone="warn" if money.is_low else "",
    )


def reconcile(*, at: datetime, tenants: Collection[int] | None = None) -> Reconciliation:
    """Prove that balances, reservations and totals are the sums of their rows, and that entries follow each other.

    Args:
        at: The moment that is written on the report.
        tenants: Only these; all of them when None.
    """
    balances, entries = Balance.objects.all(), BalanceTransaction.objects.all()
    if tenants is not None:
        balances, entries = balances.filter(tenant__in=tenants), entries.filter(tenant__in=tenants)
    return Reconciliation(
        at=at,
        balances=balances.count(),
        discrepancies=(*_wrong_sums(balances), *_broken_chains(entries), *_orphans(entries)),
    )


def prove(*, at: datetime) -> Reconciliation:
    """Reconcile everything and log each discrepancy as an error."""
    report = reconcile(at=at)
    for found in report.discrepancies:
        log.error(
            "ledger_discrepancy",
            tenant=found.tenant_id,
            what=found.what,
            cached=str(found.cached),
            proved=str(found.proved),
        )
    log.info("ledger_proved", balances=report.balances, discrepancies=len(report.discrepancies))
    return report


def _wrong_sums(balances: QuerySet[Balance]) -> list[Discrepancy]:
    kinds = Q(transaction_type__in=SPENDING) | Q(refund_of__transaction_type__in=SPENDING)
    topups = Q(transaction_type=TransactionType.TOPUP) | Q(refund_of__transaction_type=TransactionType.TOPUP)
    entries, holds = BalanceTransaction.objects.all(), BalanceHold.objects.filter(status=HoldStatus.PENDING)
    going_back = PaymentRefund.objects.filter(status=RefundStatus.PENDING)
    proofs = {
        "balance": _sum(entries),
        "held": _sum(holds) + _sum(going_back, "reserved"),
        "total_spent": -_sum(entries.filter(kinds)),
        "total_topped_up": _sum(entries.filter(topups)),
    }
    proved = balances.annotate(**{f"proved_{name}": proof for name, proof in proofs.items()})
    wrong = proved.exclude(**{name: F(f"proved_{name}") for name in proofs})
    return [
        Discrepancy(
            tenant_id=row.tenant_id, what=name, cached=getattr(row, name), proved=getattr(row, f"proved_{name}")
        )
        for row in wrong.order_by("pk")[:WORST]
        for name in proofs
        if getattr(row, name) != getattr(row, f"proved_{name}")
    ]


def _broken_chains(entries: TransactionQuerySet) -> list[Discrepancy]:
    """Return entries that do not begin where the one before ended."""
    previous = Window(Lag("balance_after", default=Value(NOTHING, MONEY)), partition_by="tenant_id", order_by="pk")
    broken = entries.annotate(previous=previous).exclude(balance_before=F("previous"))
    return [
        Discrepancy(
            tenant_id=row.tenant_id,
            what=f"entry {row.pk}",
            cached=row.balance_before,
            proved=row.previous,  # type: ignore[attr-defined]  # an annotation
        )
        for row in broken.order_by("pk")[:WORST]
    ]


def _orphans(entries: TransactionQuerySet) -> list[Discrepancy]:
    """Return tenants that have entries and no balance."""
    lost = entries.exclude(tenant__in=Balance.objects.values("tenant")).order_by("tenant").values("tenant")
    return [
        Discrepancy(tenant_id=row["tenant"], what="no balance", cached=NOTHING, proved=row["total"])
        for row in lost.annotate(total=Sum("amount"))[:WORST]
    ]


def _sum(rows: QuerySet[Any, Model], column: str = "amount") -> Any:
    """Return the sum of a tenant's amounts as a subquery of its balance."""
    of_tenant = rows.filter(tenant=OuterRef("tenant")).order_by().values("tenant")
    return Coalesce(Subquery(of_tenant.annotate(total=Sum(column)).values("total")), Value(NOTHING), output_field=MONEY)
