"""The proof that all balances are right, made every night and kept."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import structlog
from django.db.models import DecimalField, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce, Lag

from billing.enums import SPENDING, HoldStatus, RefundStatus, TransactionType
from billing.models import Balance, BalanceHold, BalanceHour, BalanceTransaction, LedgerProof, PaymentRefund
from billing.models.ledger import NOTHING, TransactionQuerySet

log = structlog.get_logger(__name__)

MONEY: Final = DecimalField(max_digits=24, decimal_places=6)
WORST: Final = 1000
KEPT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A number that is not what the ledger says it should be."""

    tenant_id: int
    what: str
    cached: Decimal
    proved: Decimal

    def as_row(self) -> dict[str, Any]:
        """Return what is kept of it."""
        facts = {"tenant": self.tenant_id, "what": self.what}
        return {**facts, "cached": str(self.cached), "proved": str(self.proved)}


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


def prove(*, at: datetime) -> LedgerProof:
    """Reconcile everything, log each discrepancy as an error and keep what was found."""
    began = time.monotonic()
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
    return LedgerProof.objects.create(
        created_at=at,
        balances=report.balances,
        wrong=len(report.discrepancies),
        seconds=round(Decimal(time.monotonic() - began), 2),
        details=[found.as_row() for found in report.discrepancies[:KEPT]],
    )


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
        "hours": _sum(entries),
    }
    rows = balances.annotate(hours=_sum(BalanceHour.objects.all(), F("came") + F("went")))
    proved = rows.annotate(**{f"proved_{name}": proof for name, proof in proofs.items()})
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


def _sum(rows: QuerySet[Any, Model], what: Any = "amount") -> Any:
    """Return the sum of a tenant's amounts as a subquery of its balance."""
    of_tenant = rows.filter(tenant=OuterRef("tenant")).order_by().values("tenant")
    return Coalesce(Subquery(of_tenant.annotate(total=Sum(what)).values("total")), Value(NOTHING), output_field=MONEY)
