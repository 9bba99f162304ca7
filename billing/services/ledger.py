"""The only door to the ledger: judges, moves and writes down in one transaction."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from accounts.models import Tenant
from billing.enums import SPENDING, TransactionType
from billing.errors import BadAmount, InsufficientFunds, KeyReused
from billing.models import Balance, BalanceTransaction
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


def enter(
    tenant: Tenant,
    *,
    amount: Decimal,
    transaction_type: TransactionType,
    key: str,
    at: datetime,
    held: Decimal = NOTHING,
    refunded_type: str | None = None,
    description: str = "",
    **facts: Any,
) -> BalanceTransaction:
    """Move money once per ``key``; a repeat returns the first entry.

    Args:
        tenant: Whose money it is.
        amount: What comes (positive) or goes (negative).
        transaction_type: Why.
        key: The idempotency key within the tenant.
        at: When.
        held: By how much the reservations change at the same time.
        refunded_type: The type of the entry that a refund gives back.
        description: What the seller reads; cut to its column.
        facts: Other columns of the entry.

    Raises:
        InsufficientFunds: the balance would not cover its reservations.
        KeyReused: the key stands for another amount or type.
    """
    spent = -amount if (refunded_type or transaction_type) in SPENDING else NOTHING
    topped_up = amount if (refunded_type or transaction_type) == TransactionType.TOPUP else NOTHING
    try:
        with transaction.atomic():
            balance = _move(tenant, amount=amount, held=held, spent=spent, topped_up=topped_up)
            _tell_if_low(balance, amount=amount, at=at)
            return BalanceTransaction.objects.create(
                tenant=tenant,
                key=key,
                transaction_type=transaction_type,
                amount=amount,
                balance_before=balance.balance - amount,
                balance_after=balance.balance,
                description=description[:LONGEST_DESCRIPTION],
                created_at=at,
                **facts,
            )
    except (IntegrityError, InsufficientFunds) as error:
        if entry := repeated(tenant, key=key, amount=amount, transaction_type=transaction_type):
            return entry
        if isinstance(error, InsufficientFunds):
            tell_exhausted(tenant, at=at)
        raise


def repeated(
    tenant: Tenant, *, key: str, amount: Decimal, transaction_type: TransactionType
) -> BalanceTransaction | None:
    """Return the entry that ``key`` stands for, if there is one.

    Raises:
        KeyReused: it is another amount or type.
    """
    entry = BalanceTransaction.objects.of(tenant).filter(key=key).first()
    return same(entry, amount=amount, transaction_type=transaction_type) if entry else None


def same(entry: BalanceTransaction, *, amount: Decimal, transaction_type: TransactionType) -> BalanceTransaction:
    """Return ``entry`` if it is what a repeated call asks for.

    Raises:
        KeyReused: it is another amount or type.
    """
    if (entry.amount, entry.transaction_type) != (amount, transaction_type):
        raise KeyReused(key=entry.key)
    return entry


def refusal(tenant: Tenant, *, needed: Decimal) -> InsufficientFunds:
    """Return the error that says what there is and what is needed."""
    balance = Balance.objects.of(tenant).first()
    return InsufficientFunds(available=balance.available if balance else NOTHING, needed=needed)


def tell_exhausted(tenant: Tenant, *, at: datetime) -> None:
    """Say once, until money comes in, that something could not be paid."""
    Balance.objects.open(tenant)
    if Balance.objects.of(tenant).filter(exhausted_at=None).update(exhausted_at=at):
        _send(balance_exhausted, Balance.objects.get(tenant=tenant), at=at)


def _move(tenant: Tenant, *, amount: Decimal, held: Decimal, spent: Decimal, topped_up: Decimal) -> Balance:
    changes = {"amount": amount, "held": held, "spent": spent, "topped_up": topped_up}
    balance = Balance.objects.move(tenant, **changes)
    if balance is None and amount > 0:
        Balance.objects.open(tenant)
        balance = Balance.objects.move(tenant, **changes)
    if balance is None:
        raise refusal(tenant, needed=-amount)
    return balance


def _tell_if_low(balance: Balance, *, amount: Decimal, at: datetime) -> None:
    if balance.balance < settings.BALANCE_LOW <= balance.balance - amount:
        _send(balance_low, balance, at=at)


def _send(signal: Signal, balance: Balance, *, at: datetime) -> None:
    facts = {"tenant_id": balance.tenant_id, "available": balance.available, "at": at}
    transaction.on_commit(partial(signal.send_robust, sender=Tenant, **facts))
