"""Moving money: once per key, never below zero, always with an entry.

No balance is read, judged and written back: every move is one conditional
UPDATE of the balance's row, which is also the lock that orders the entries.
"""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from django.db import transaction
from django.db.models import F, Sum

from accounts.models import Tenant
from billing.enums import HoldStatus, ServiceType, TransactionType
from billing.errors import BadAmount, HoldEnded, InsufficientFunds, KeyReused, NoPrice, RefundTooLarge
from billing.models import Balance, BalanceHold, BalanceTransaction, ServicePrice
from billing.signals import announce_level

LARGEST: Final = Decimal(10_000_000)
STEP: Final = Decimal("0.000001")
HOLD_LIFETIME: Final = timedelta(minutes=10)
INCOME: Final = frozenset(TransactionType.values) - frozenset(ServiceType.values)


def sum_of_money(value: Decimal | int | str) -> Decimal:
    """Return ``value`` as a positive rouble amount with at most six decimals.

    Raises:
        BadAmount: it is not finite, not positive, too large or too fine.
    """
    try:
        amount = Decimal(value)
        is_fine = amount.is_finite() and 0 < amount <= LARGEST and amount == amount.quantize(STEP)
    except (InvalidOperation, ValueError, TypeError):
        is_fine = False
    if not is_fine:
        raise BadAmount(amount=str(value)[:40])
    return amount


def price_of(service: ServiceType, *, at: datetime) -> Decimal:
    """Return the price of ``service`` in roubles at a moment.

    Raises:
        NoPrice: nobody set one.
    """
    price = ServicePrice.objects.valid(at=at).filter(service_type=service).order_by("-valid_from").first()
    if price is None:
        raise NoPrice(service=service)
    return price.price


@transaction.atomic
def hold(
    tenant: Tenant,
    *,
    service: ServiceType,
    key: str,
    at: datetime,
    amount: Decimal | None = None,
    ttl: timedelta = HOLD_LIFETIME,
) -> BalanceHold:
    """Reserve the price of a service; a repeated ``key`` returns the first reservation.

    Args:
        tenant: Who pays.
        service: What for.
        key: What names this reservation.
        at: When.
        amount: Roubles; the current price when None.
        ttl: After how long an undecided reservation is given back.

    Raises:
        InsufficientFunds: less than the amount is available.
        KeyReused: the key names another amount or service.
    """
    amount = sum_of_money(price_of(service, at=at) if amount is None else amount)
    _ensure_balance(tenant)
    reserved, is_new = BalanceHold.objects.get_or_create(
        tenant=tenant, key=key, defaults={"service": service, "amount": amount, "expires_at": at + ttl}
    )
    if not is_new:
        if (reserved.service, reserved.amount) != (service, amount):
            raise KeyReused(key=key)
        return reserved
    _move(tenant, needed=amount, held=F("held") + amount)
    return reserved


@transaction.atomic
def capture(
    hold: BalanceHold,
    *,
    at: datetime,
    amount: Decimal | None = None,
    related_id: int | None = None,
    description: str = "",
) -> BalanceTransaction:
    """Take reserved money, all or less; a second capture returns the first entry.

    Raises:
        HoldEnded: the reservation was given back or has expired.
        BadAmount: more than was reserved is asked for.
    """
    current = BalanceHold.objects.select_for_update(of=("self",)).select_related("entry", "tenant").get(pk=hold.pk)
    if current.entry:
        return current.entry
    if current.status != HoldStatus.PENDING:
        raise HoldEnded(state=current.get_status_display())
    taken = sum_of_money(current.amount if amount is None else amount)
    if taken > current.amount:
        raise BadAmount(amount=str(taken))
    after = _move(
        current.tenant,
        balance=F("balance") - taken,
        held=F("held") - current.amount,
        total_spent=F("total_spent") + taken,
    )
    entry = _enter(
        current.tenant,
        after,
        amount=-taken,
        transaction_type=TransactionType(current.service),
        key=f"hold:{current.key}",
        at=at,
        related_id=related_id,
        description=description,
    )
    BalanceHold.objects.filter(pk=current.pk).update(status=HoldStatus.CAPTURED, entry=entry)
    hold.status, hold.entry = HoldStatus.CAPTURED, entry
    announce_level(current.tenant, after.available, before=after.available + taken)
    return entry


@transaction.atomic
def release(hold: BalanceHold, *, at: datetime, reason: str = "", status: HoldStatus = HoldStatus.RELEASED) -> None:
    """Give reserved money back; a reservation already decided stays as it is."""
    ended = BalanceHold.objects.filter(pk=hold.pk, status=HoldStatus.PENDING).update(status=status, reason=reason[:255])
    if ended:
        Balance.objects.filter(tenant_id=hold.tenant_id).update(held=F("held") - hold.amount)
        hold.status = status


@transaction.atomic
def charge(
    tenant: Tenant,
    *,
    service: ServiceType,
    key: str,
    at: datetime,
    amount: Decimal | None = None,
    related_id: int | None = None,
    description: str = "",
) -> BalanceTransaction:
    """Take the price of a service at once; a repeated ``key`` returns the first entry.

    Raises:
        InsufficientFunds: less than the amount is available.
        KeyReused: the key names another amount or service.
    """
    amount = sum_of_money(price_of(service, at=at) if amount is None else amount)
    kind = TransactionType(service)
    _lock(tenant)
    if known := _known(tenant, key, amount=-amount, kind=kind):
        return known
    after = _move(tenant, needed=amount, balance=F("balance") - amount, total_spent=F("total_spent") + amount)
    announce_level(tenant, after.available, before=after.available + amount)
    return _enter(
        tenant,
        after,
        amount=-amount,
        transaction_type=kind,
        key=key,
        at=at,
        related_id=related_id,
        description=description,
    )


@transaction.atomic
def top_up(
    tenant: Tenant,
    *,
    amount: Decimal,
    key: str,
    at: datetime,
    transaction_type: TransactionType = TransactionType.TOPUP,
    description: str = "",
    related_id: int | None = None,
) -> BalanceTransaction:
    """Add money: a payment, a bonus, a promo, a reward or an adjustment; once per ``key``.

    Raises:
        BadAmount: not a positive amount, or not a way money comes in.
        KeyReused: the key names another amount or kind.
    """
    amount = sum_of_money(amount)
    if transaction_type not in INCOME:
        raise BadAmount(amount=str(transaction_type))
    _lock(tenant)
    if known := _known(tenant, key, amount=amount, kind=transaction_type):
        return known
    paid = amount if transaction_type == TransactionType.TOPUP else Decimal(0)
    after = _move(tenant, balance=F("balance") + amount, total_topped_up=F("total_topped_up") + paid)
    return _enter(
        tenant,
        after,
        amount=amount,
        transaction_type=transaction_type,
        key=key,
        at=at,
        related_id=related_id,
        description=description,
    )


@transaction.atomic
def deduct(tenant: Tenant, *, amount: Decimal, key: str, at: datetime, description: str) -> BalanceTransaction:
    """Correct a balance downwards by an adjustment, never below what is reserved.

    Raises:
        InsufficientFunds: less than the amount is available.
    """
    amount = sum_of_money(amount)
    _lock(tenant)
    if known := _known(tenant, key, amount=-amount, kind=TransactionType.ADJUSTMENT):
        return known
    after = _move(tenant, needed=amount, balance=F("balance") - amount)
    kind = TransactionType.ADJUSTMENT
    return _enter(tenant, after, amount=-amount, transaction_type=kind, key=key, at=at, description=description)


@transaction.atomic
def refund(
    entry: BalanceTransaction, *, amount: Decimal, key: str, at: datetime, description: str = ""
) -> BalanceTransaction:
    """Give back what a service took, all or in parts, never more.

    Raises:
        RefundTooLarge: more than is left of the entry.
    """
    amount = sum_of_money(amount)
    tenant = entry.tenant
    _lock(tenant)
    if known := _known(tenant, key, amount=amount, kind=TransactionType.REFUND):
        return known
    refunded = entry.refunds.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    left = -entry.amount - refunded
    if amount > left:
        raise RefundTooLarge(limit=max(left, Decimal(0)))
    after = _move(tenant, balance=F("balance") + amount)
    kind = TransactionType.REFUND
    return _enter(
        tenant, after, amount=amount, transaction_type=kind, key=key, at=at, description=description, refund_of=entry
    )


def expire_holds(*, at: datetime) -> int:
    """Give back what was reserved for work that never ended; return how many reservations."""
    overdue = list(BalanceHold.objects.overdue(at=at).order_by("pk")[:1000])
    for reserved in overdue:
        release(reserved, at=at, reason="expired", status=HoldStatus.EXPIRED)
    return len(overdue)


def _ensure_balance(tenant: Tenant) -> None:
    if not Balance.objects.filter(tenant=tenant).exists():
        Balance.objects.get_or_create(tenant=tenant)


def _lock(tenant: Tenant) -> None:
    """Order everything that moves this tenant's money behind each other."""
    _ensure_balance(tenant)
    Balance.objects.select_for_update().get(tenant=tenant)


def _known(tenant: Tenant, key: str, *, amount: Decimal, kind: TransactionType) -> BalanceTransaction | None:
    known = BalanceTransaction.objects.filter(tenant=tenant, key=key).first()
    if known and (known.amount, known.transaction_type) != (amount, kind):
        raise KeyReused(key=key)
    return known


def _move(tenant: Tenant, *, needed: Decimal | None = None, **changes: object) -> Balance:
    """Change the balance in one UPDATE, if ``needed`` is available; return it as it is then."""
    payable = Balance.objects.filter(tenant=tenant)
    if needed is not None:
        payable = payable.filter(balance__gte=F("held") + needed)
    moved = payable.update(**changes)
    balance = Balance.objects.get(tenant=tenant)
    if not moved:
        raise InsufficientFunds(available=balance.available, needed=needed or Decimal(0))
    return balance


def _enter(tenant: Tenant, after: Balance, *, amount: Decimal, at: datetime, **facts: object) -> BalanceTransaction:
    description = str(facts.pop("description", ""))[:255]
    return BalanceTransaction.objects.create(
        tenant=tenant,
        amount=amount,
        balance_before=after.balance - amount,
        balance_after=after.balance,
        created_at=at,
        description=description,
        **facts,
    )
