"""What a shop lets itself spend in a day and in a month of its own time zone."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Tenant, User
from billing.enums import WarningKind
from billing.errors import BadAmount, SpendCapReached
from billing.models import Balance, BalanceHour, SpendCap
from billing.services import warnings
from billing.services.amounts import checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day or a month of a shop, and what it has spent in it; what is reserved counts as spent."""

    kind: WarningKind
    since: datetime
    cap: Decimal | None
    spent: Decimal

    @property
    def left(self) -> Decimal | None:
        """What may still be spent, or nothing when there is no limit."""
        return None if self.cap is None else max(self.cap - self.spent, Decimal(0))

    @property
    def percent(self) -> int:
        """How much of the limit is used, at most all of it."""
        return min(round(self.spent * 100 / self.cap), 100) if self.cap else 0


def caps_of(tenant: Tenant) -> SpendCap:
    """Return the shop's limits; without any it is an unsaved row."""
    return SpendCap.objects.of(tenant).first() or SpendCap(tenant=tenant)


def periods_of(tenant: Tenant, *, at: datetime) -> tuple[Period, Period]:
    """Return the present day and month of ``tenant``."""
    caps, balance = caps_of(tenant), Balance.objects.of(tenant).first()
    return _periods(tenant, caps, held=balance.held if balance else Decimal(0), at=at)


def set_caps(
    tenant: Tenant, *, per_day: Decimal | None, per_month: Decimal | None, at: datetime, by: User | None = None
) -> SpendCap:
    """Set the limits; none lifts one. A warning of a limit that is no longer reached is over.

    Raises:
        BadAmount: a limit is not a positive sum of whole kopecks.
    """
    for cap in (per_day, per_month):
        if cap is not None:
            checked(cap, places=2)
    if per_day is not None and per_month is not None and per_month < per_day:
        raise BadAmount(amount=str(per_month))
    Balance.objects.open(tenant)
    facts = {"per_day": per_day, "per_month": per_month, "updated_by": by}
    with transaction.atomic():
        Balance.objects.of(tenant).update(is_capped=per_day is not None or per_month is not None)
        caps, _ = SpendCap.objects.update_or_create(tenant=tenant, defaults=facts)
    lifted = [period.kind for period in periods_of(tenant, at=at) if period.left != 0]
    warnings.end(tenant, lifted, at=at)
    return caps


def guard(tenant: Tenant, *, price: Decimal, at: datetime) -> bool:
    """Say whether the shop has limits and they allow ``price``; called in the transaction that spends.

    The balance is locked, so that of two rivals the second sees what the first reserved.

    Raises:
        SpendCapReached: the day's or the month's limit would be crossed.
    """
    balance = Balance.objects.locked().filter(tenant=tenant, is_capped=True).first()
    if balance is None:
        return False
    for period in _periods(tenant, caps_of(tenant), held=balance.held, at=at):
        if period.left is not None and price > period.left:
            raise SpendCapReached(
                available=period.left, needed=price, cap=period.cap or Decimal(0), kind=period.kind.value
            )
    return True


def tell(tenant: Tenant, refusal: SpendCapReached, *, at: datetime) -> None:
    """Tell the owner of the reached limit, once a period; after the refused transaction is over."""
    period = next(period for period in periods_of(tenant, at=at) if period.kind == refusal.kind)
    with transaction.atomic():
        warnings.tell_cap(tenant, period.kind, since=period.since, available=refusal.available, at=at)


def _periods(tenant: Tenant, caps: SpendCap, *, held: Decimal, at: datetime) -> tuple[Period, Period]:
    midnight = at.astimezone(ZoneInfo(tenant.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = BalanceHour.objects.of(tenant)
    spans = (
        (WarningKind.DAY_CAP, midnight, caps.per_day),
        (WarningKind.MONTH_CAP, midnight.replace(day=1), caps.per_month),
    )
    return tuple(  # type: ignore[return-value]  # there are two
        Period(kind=kind, since=since, cap=cap, spent=hours.between(since, None).spent() + held)
        for kind, since, cap in spans
    )
