"""Money that comes in, and money that is given back."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Sum

from accounts.models import Tenant, User
from billing.enums import CREDITS, TransactionType
from billing.errors import NotRefundable, RefundTooLarge
from billing.models import Balance, BalanceTransaction
from billing.services import ledger
from billing.services.amounts import checked

INCOMING: Final = frozenset({*CREDITS, TransactionType.ADJUSTMENT})


def top_up(
    tenant: Tenant,
    *,
    amount: Decimal,
    key: str,
    at: datetime,
    transaction_type: TransactionType = TransactionType.TOPUP,
    description: str = "",
    related_id: int | None = None,
    created_by: User | None = None,
) -> BalanceTransaction:
    """Credit ``tenant`` once per ``key``; a repeat returns the first entry.

    Raises:
        KeyReused: the key stands for another amount or type.
        BadAmount: ``amount`` is not a positive sum.
        ValueError: ``transaction_type`` is not a way of money coming in.
    """
    if transaction_type not in INCOMING:
        raise ValueError(transaction_type)
    movement = ledger.Movement(
        amount=checked(amount),
        transaction_type=transaction_type,
        key=key,
        at=at,
        description=description,
        related_id=related_id,
        created_by=created_by,
    )
    return ledger.enter(tenant, movement)


def deduct(
    tenant: Tenant,
    *,
    amount: Decimal,
    key: str,
    at: datetime,
    description: str,
    created_by: User | None = None,
) -> BalanceTransaction:
    """Correct a balance downwards by an adjustment, once per ``key``.

    Raises:
        InsufficientFunds: less than ``amount`` is available.
        KeyReused: the key stands for another amount or type.
        BadAmount: ``amount`` is not a positive sum.
    """
    movement = ledger.Movement(
        amount=-checked(amount),
        transaction_type=TransactionType.ADJUSTMENT,
        key=key,
        at=at,
        description=description,
        created_by=created_by,
    )
    return ledger.enter(tenant, movement)


@transaction.atomic
def refund(
    entry: BalanceTransaction, *, amount: Decimal, key: str, at: datetime, description: str = ""
) -> BalanceTransaction:
    """Reverse an entry in whole or in part: give back a charge, or take back a credit.

    Raises:
        RefundTooLarge: with earlier refunds it would be more than the entry moved.
        NotRefundable: the entry is itself a refund.
        InsufficientFunds: a credit that is taken back has been spent.
        KeyReused: the key stands for another amount or type.
        BadAmount: ``amount`` is not a positive sum.
    """
    size = checked(amount)
    if entry.transaction_type == TransactionType.REFUND:
        raise NotRefundable
    movement = ledger.Movement(
        amount=size if entry.amount < 0 else -size,
        transaction_type=TransactionType.REFUND,
        key=key,
        at=at,
        refund_of=entry,
        related_id=entry.related_id,
        description=description,
    )
    Balance.objects.locked().get(tenant=entry.tenant_id)
    if known := ledger.repeated(entry.tenant, movement):
        return known
    left = abs(entry.amount) - abs(entry.refunds.aggregate(total=Sum("amount"))["total"] or 0)
    if size > left:
        raise RefundTooLarge(limit=left)
    return ledger.enter(entry.tenant, movement)
