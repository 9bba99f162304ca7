"""Paying for services: at once, or by a reservation before the work."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import Tenant
from billing.enums import HoldStatus, ServiceType, TransactionType
from billing.errors import CaptureTooLarge, HoldEnded, InsufficientFunds, KeyReused, SpendCapReached
from billing.models import Balance, BalanceHold, BalanceTransaction
from billing.services import caps, ledger, warnings
from billing.services.amounts import checked
from billing.services.prices import price_of

BATCH: Final = 500


def charge(
    tenant: Tenant,
    *,
    service: ServiceType,
    key: str,
    at: datetime,
    amount: Decimal | None = None,
    related_id: int | None = None,
    assistant_id: int | None = None,
    channel: str = "",
    description: str = "",
) -> BalanceTransaction:
    """Pay for ``service`` once per ``key``; a repeat returns the first entry.

    Raises:
        InsufficientFunds: less than ``amount`` is available.
        KeyReused: the key stands for another amount or service.
        BadAmount: ``amount`` is not a positive sum.
        NoPrice: no ``amount`` is given and the service has no price.
    """
    price = checked(price_of(service, at=at) if amount is None else amount)
    movement = ledger.Movement(
        amount=-price,
        transaction_type=TransactionType(service.value),
        key=key,
        at=at,
        related_id=related_id,
        assistant_id=assistant_id,
        channel=channel,
        heeds_caps=True,
        description=description,
    )
    try:
        return ledger.enter(tenant, movement)
    except InsufficientFunds as refusal:
        _tell(tenant, refusal, at=at)
        raise


def hold(
    tenant: Tenant,
    *,
    service: ServiceType,
    key: str,
    at: datetime,
    amount: Decimal | None = None,
    ttl: timedelta = timedelta(minutes=10),
) -> BalanceHold:
    """Reserve the price of ``service`` once per ``key``; a repeat returns the first reservation.

    Raises:
        InsufficientFunds: less than ``amount`` is available.
        KeyReused: the key stands for another amount or service.
        BadAmount: ``amount`` is not a positive sum.
        NoPrice: no ``amount`` is given and the service has no price.
    """
    price = checked(price_of(service, at=at) if amount is None else amount)
    try:
        with transaction.atomic():
            facts: dict[str, Any] = {"service": service, "key": key, "amount": price, "at": at, "expires_at": at + ttl}
            reserved = BalanceHold.objects.reserve(tenant, **facts)
            if reserved is None and caps.guard(tenant, price=price, at=at):
                reserved = BalanceHold.objects.reserve(tenant, **facts, is_free=True)
            if reserved is None:
                raise ledger.refusal(tenant, needed=price)
            return reserved
    except (IntegrityError, InsufficientFunds) as error:
        known = BalanceHold.objects.of(tenant).filter(key=key).first()
        if known and (known.amount, known.service) != (price, service):
            raise KeyReused(key=key) from error
        if known:
            return known
        if isinstance(error, InsufficientFunds):
            _tell(tenant, error, at=at)
        raise


def capture(
    hold: BalanceHold,
    *,
    at: datetime,
    amount: Decimal | None = None,
    related_id: int | None = None,
    assistant_id: int | None = None,
    channel: str = "",
    description: str = "",
) -> BalanceTransaction:
    """Take what was reserved, or less; the rest is free again. A repeat returns the first entry.

    A reservation whose time has passed can be taken until it is swept: its
    money is still there.

    Raises:
        CaptureTooLarge: more than the reserved amount is wanted.
        HoldEnded: the reservation was given back or has expired.
        KeyReused: another amount was taken before.
        BadAmount: ``amount`` is not a positive sum.
    """
    price = checked(hold.amount if amount is None else amount)
    if price > hold.amount:
        raise CaptureTooLarge(held=hold.amount, wanted=price)
    movement = ledger.Movement(
        amount=-price,
        transaction_type=TransactionType(hold.service),
        key=f"hold:{hold.uuid}",
        at=at,
        held=-hold.amount,
        related_id=related_id,
        assistant_id=assistant_id,
        channel=channel,
        description=description,
    )
    try:
        return ledger.enter(hold.tenant, movement, also=lambda entry: _mark_captured(hold, entry))
    except (HoldEnded, InsufficientFunds) as refusal:  # what it held is held no more
        hold.refresh_from_db(fields=["status"])
        raise HoldEnded(state=str(hold.get_status_display())) from refusal


def release(hold: BalanceHold, *, at: datetime, reason: str = "") -> None:
    """Give back what was reserved; a reservation that is over stays as it is."""
    _give_back(hold, HoldStatus.RELEASED, at=at, reason=reason)


def expire_holds(*, at: datetime) -> int:
    """Give back reservations whose time has passed; return how many."""
    overdue = BalanceHold.objects.overdue(at=at).select_related("tenant").order_by("expires_at")[:BATCH]
    return sum(_give_back(hold, HoldStatus.EXPIRED, at=at, reason="timeout") for hold in overdue)


def _tell(tenant: Tenant, refusal: InsufficientFunds, *, at: datetime) -> None:
    """Tell the owner why services pause, once."""
    if isinstance(refusal, SpendCapReached):
        caps.tell(tenant, refusal, at=at)
    else:
        warnings.tell_exhausted(tenant, available=refusal.available, at=at)


def _mark_captured(hold: BalanceHold, entry: BalanceTransaction) -> None:
    if not hold.close(HoldStatus.CAPTURED, at=entry.created_at, entry=entry):
        raise HoldEnded(state=str(hold.get_status_display()))


@transaction.atomic
def _give_back(hold: BalanceHold, status: HoldStatus, *, at: datetime, reason: str) -> bool:
    Balance.objects.locked().get(tenant=hold.tenant_id)
    if not hold.close(status, at=at, reason=reason):
        return False
    Balance.objects.keep_aside(hold.tenant, -hold.amount)
    return True
