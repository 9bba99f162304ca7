"""What the numbers say: a tenant's statement, and the proof that all balances are right."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import structlog
from django.db.models import DecimalField, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce, Lag
from django.utils.timezone import localtime

from accounts.models import Tenant
from billing.enums import SPENDING, HoldStatus, TransactionType
from billing.models import Balance, BalanceHold, BalanceTransaction
from billing.models.ledger import NOTHING

log = structlog.get_logger(__name__)

MONEY: Final = DecimalField(max_digits=24, decimal_places=6)
WORST: Final = 1000


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


def summary(tenant: Tenant, *, at: datetime, low: Decimal) -> Summary:
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
        is_low=balance.available < low,
    )


def reconcile(*, at: datetime, tenants: Collection[int] | None = None) -> Reconciliation:
    """Prove that balances, reservations and totals are the sums of their rows, and that entries follow each other.

    Args:
        at: The moment that is written on the report.
        tenants: Only these; all of them when None.
    """
    balances = Balance.objects.all() if tenants is None else Balance.objects.filter(tenant__in=tenants)
    return Reconciliation(
        at=at,
        balances=balances.count(),
        discrepancies=(*_wrong_sums(balances), *_broken_chains(tenants)),
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
    proofs = {
        "balance": _sum(entries),
        "held": _sum(holds),
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


def _broken_chains(tenants: Collection[int] | None) -> list[Discrepancy]:
    """Return entries that do not begin where the one before ended."""
    entries = (
        BalanceTransaction.objects.all() if tenants is None else BalanceTransaction.objects.filter(tenant__in=tenants)
    )
    previous = Window(Lag("balance_after", default=Value(NOTHING, MONEY)), partition_by="tenant_id", order_by="pk")
    broken = entries.annotate(previous=previous).exclude(balance_before=F("previous"))
    return [
        Discrepancy(tenant_id=row.tenant_id, what=f"entry {row.pk}", cached=row.balance_before, proved=row.previous)
        for row in broken.order_by("pk")[:WORST]
    ]


def _sum(rows: QuerySet[Any, Model]) -> Any:
    """Return the sum of a tenant's amounts as a subquery of its balance."""
    of_tenant = rows.filter(tenant=OuterRef("tenant")).order_by().values("tenant")
    return Coalesce(
        Subquery(of_tenant.annotate(total=Sum("amount")).values("total")), Value(NOTHING), output_field=MONEY
    )
