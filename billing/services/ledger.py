"""The only door to the ledger: judges, moves and writes down in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import Tenant, User
from billing.enums import SPENDING, TransactionType
from billing.errors import InsufficientFunds, KeyReused
from billing.models import Balance, BalanceTransaction
from billing.models.ledger import NOTHING
from billing.services import caps, warnings

LONGEST_DESCRIPTION: Final = 255


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
        assistant_id: Which assistant worked.
        channel: Where.
        heeds_caps: Whether the limits of the day and the month hold it back.
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
    assistant_id: int | None = None
    channel: str = ""
    heeds_caps: bool = False
    refund_of: BalanceTransaction | None = None
    created_by: User | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What the statement that enters it is filled with; a refund counts as what it gives back."""
        back = self.refund_of
        kind = back.transaction_type if back else self.transaction_type
        return {
            "amount": self.amount,
            "held": self.held,
            "spent": -self.amount if kind in SPENDING else NOTHING,
            "topped_up": self.amount if kind == TransactionType.TOPUP else NOTHING,
            "key": self.key,
            "transaction_type": str(self.transaction_type),
            "kind": str(kind),
            "description": self.description.replace("\0", "")[:LONGEST_DESCRIPTION],
            "related_id": self.related_id,
            "assistant_id": back.assistant_id if back else self.assistant_id,
            "channel": back.channel if back else self.channel,
            "refund_of": back.pk if back else None,
            "created_by": self.created_by.pk if self.created_by else None,
            "at": self.at,
            "is_free": not self.heeds_caps,
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
            entry = _write(tenant, movement)
            if also:
                also(entry)
            warnings.look(entry, movement.at)
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


def _write(tenant: Tenant, movement: Movement) -> BalanceTransaction:
    facts = movement.facts
    entry = BalanceTransaction.objects.enter(tenant, facts)
    if entry is None and movement.amount > 0:
        Balance.objects.open(tenant)
        entry = BalanceTransaction.objects.enter(tenant, facts)
    if entry is None and movement.heeds_caps and caps.guard(tenant, price=-movement.amount, at=movement.at):
        entry = BalanceTransaction.objects.enter(tenant, {**facts, "is_free": True})
    if entry is None:
        raise refusal(tenant, needed=-movement.amount)
    return entry
