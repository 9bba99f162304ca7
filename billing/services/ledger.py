"""The only door to the ledger: judges, moves and writes down in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from accounts.enums import EventType
from accounts.models import Tenant, User
from accounts.services import events
from billing.enums import SPENDING, TransactionType
from billing.errors import BadAmount, InsufficientFunds, KeyReused
from billing.models import Balance, BalanceTransaction
from billing.models.balances import Standing
from billing.models.ledger import NOTHING
from billing.signals import balance_exhausted, balance_low

LARGEST: Final = Decimal(100_000_000)
PLACES: Final = 6
LONGEST_DESCRIPTION: Final = 255


def checked(amount: Decimal, *, places: int = PLACES, largest: Decimal = LARGEST) -> Decimal:
    """Return ``amount`` if it is a positive sum that the ledger can hold exactly.

    Raises:
        BadAmount: it is a float, no number, not positive, too large or too fine.
    """
    if isinstance(amount, bool | float) or not isinstance(amount, Decimal | int):
        raise BadAmount(amount=str(amount)[:40])
    exact = Decimal(amount)
    if not exact.is_finite() or not 0 < exact <= largest or exact != round(exact, places):
        raise BadAmount(amount=str(amount)[:40])
    return exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What an entry will say.

    Args:
        amount: What comes (positive) or goes (negative).
        transaction_type: Why.
        key: The idempotency key within the tenant.
        at: When.
        held: By how much the reservations change at the same time.
        description: What the seller reads; cut to its column.
        related_id: The row it was paid for.
        refund_of: The entry it gives back.
        created_by: Who entered it by hand.
    """

    amount: Decimal
    transaction_type: TransactionType
    key: str
    at: datetime
    held: Decimal = NOTHING
    description: str = ""
    related_id: int | None = None
    refund_of: BalanceTransaction | None = None
    created_by: User | None = None

    @property
    def totals(self) -> dict[str, Decimal]:
        """How the balance's totals change; a refund counts as what it gives back."""
        kind = self.refund_of.transaction_type if self.refund_of else self.transaction_type
        return {
            "spent": -self.amount if kind in SPENDING else NOTHING,
            "topped_up": self.amount if kind == TransactionType.TOPUP else NOTHING,
        }


def enter(
    tenant: Tenant, movement: Movement, *, also: Callable[[BalanceTransaction], None] | None = None
) -> BalanceTransaction:
    """Move money once per key; a repeat returns the first entry.

    Args:
        tenant: Whose money it is.
        movement: How much, and why.
        also: What happens together with the entry or not at all.

    Raises:
        InsufficientFunds: the balance would not cover its reservations.
        KeyReused: the key stands for another amount or type.
    """
    try:
        with transaction.atomic():
            now_has = _move(tenant, movement)
            entry = _write(tenant, movement, now_has)
            if also:
                also(entry)
            _tell_if_low(tenant, now_has, movement)
            return entry
    except (IntegrityError, InsufficientFunds):
        if known := repeated(tenant, movement):
            return known
        raise


def repeated(tenant: Tenant, movement: Movement) -> BalanceTransaction | None:
    """Return the entry that the key stands for, if there is one.

    Raises:
        KeyReused: it is another amount or type.
    """
    entry = BalanceTransaction.objects.of(tenant).filter(key=movement.key).first()
    if entry and (entry.amount, entry.transaction_type) != (movement.amount, movement.transaction_type):
        raise KeyReused(key=movement.key)
    return entry


def refusal(tenant: Tenant, *, needed: Decimal) -> InsufficientFunds:
    """Return the error that says what there is and what is needed."""
    balance = Balance.objects.of(tenant).first()
    return InsufficientFunds(available=balance.available if balance else NOTHING, needed=needed)


def tell_exhausted(tenant: Tenant, *, available: Decimal, at: datetime) -> None:
    """Say once, until money comes in, that something could not be paid."""
    Balance.objects.open(tenant)
    if Balance.objects.of(tenant).filter(exhausted_at=None).update(exhausted_at=at):
        _send(balance_exhausted, tenant, available=available, at=at)


def _move(tenant: Tenant, movement: Movement) -> Standing:
    changes = {"amount": movement.amount, "held": movement.held, **movement.totals}
    now_has = Balance.objects.move(tenant, **changes)
    if now_has is None and movement.amount > 0:
        Balance.objects.open(tenant)
        now_has = Balance.objects.move(tenant, **changes)
    if now_has is None:
        raise refusal(tenant, needed=-movement.amount)
    return now_has


def _write(tenant: Tenant, movement: Movement, now_has: Standing) -> BalanceTransaction:
    return BalanceTransaction.objects.create(
        tenant=tenant,
        key=movement.key,
        transaction_type=movement.transaction_type,
        amount=movement.amount,
        balance_before=now_has.balance - movement.amount,
        balance_after=now_has.balance,
        description=movement.description[:LONGEST_DESCRIPTION],
        related_id=movement.related_id,
        refund_of=movement.refund_of,
        created_by=movement.created_by,
        created_at=movement.at,
    )


def _tell_if_low(tenant: Tenant, now_has: Standing, movement: Movement) -> None:
    if now_has.balance < settings.BALANCE_LOW <= now_has.balance - movement.amount:
        events.record(tenant.pk, EventType.BALANCE_LOW, at=movement.at, available=now_has.available)
        _send(balance_low, tenant, available=now_has.available, at=movement.at)


def _send(signal: Signal, tenant: Tenant, **facts: Any) -> None:
    transaction.on_commit(partial(signal.send_robust, sender=Tenant, tenant_id=tenant.pk, **facts))
