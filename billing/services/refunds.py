"""Paid money that goes back: asked of the provider once, taken from the balance once, in whole or in part."""

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Sum

from accounts.models import User
from billing.enums import PaymentStatus, Provider, RefundStatus
from billing.errors import InsufficientFunds, KeyReused, PaymentRefused, ProviderSilent, RefundByHand, RefundTooLarge
from billing.models import Balance, BalanceTransaction, Payment, PaymentRefund
from billing.models.ledger import NOTHING
from billing.providers import PROVIDERS, Refused, Return, Returned
from billing.services import ledger
from billing.services.amounts import checked
from billing.services.codes import KOPECK
from billing.services.crediting import refund
from billing.services.payments import KEY_IS_GOOD_FOR
from billing.services.referrals import cut_reward
from config.errors import DomainError, ProviderError
from config.moves import IllegalMove

log = structlog.get_logger(__name__)

BATCH: Final = 200


def refund_payment(
    payment: Payment, *, amount: Decimal, key: UUID, reason: str, at: datetime, created_by: User | None = None
) -> PaymentRefund:
    """Give a payment back through its provider, once per ``key``; a part of its promo bonus goes with it.

    The money is kept aside before the provider is asked, and leaves the
    balance when the provider says that it is on its way.

    Raises:
        RefundByHand: the provider does that in its cabinet only.
        IllegalMove: the payment did not succeed or is refunded already.
        RefundTooLarge: less of it is left.
        InsufficientFunds: the money has been spent.
        KeyReused: the key stands for another refund.
        PaymentRefused: the provider said no; nothing changed.
        ProviderSilent: the outcome is unknown; it is asked for again by itself.
    """
    size = checked(amount, places=2)
    if not PROVIDERS[payment.provider].gives_back:
        raise RefundByHand(provider=str(Provider(payment.provider).label))
    with transaction.atomic():
        locked = _locked(payment)
        wanted = PaymentRefund.objects.filter(uuid=key).first()
        if wanted and (wanted.payment_id, wanted.amount) != (locked.pk, size):
            raise KeyReused(key=str(key))
        wanted = wanted or _begin(locked, size, at=at, uuid=key, reason=reason[:255], created_by=created_by)
    return settle_refund(wanted, at=at)


def record_refund(payment: Payment, *, at: datetime, description: str = "", created_by: User | None = None) -> Payment:
    """Take what is left of a top-up, and its promo bonus, back: staff has returned the money at the provider.

    Raises:
        IllegalMove: the payment has not succeeded, or is refunded already.
        InsufficientFunds: the money has been spent.
    """
    with transaction.atomic():
        locked = _locked(payment)
        made = _begin(locked, locked.left, at=at, reason=description[:255], created_by=created_by)
        _finish(made, locked, at=at)
    return locked


def settle_refund(wanted: PaymentRefund, *, at: datetime) -> PaymentRefund:
    """Ask the provider how a refund is doing and carry that out; any number of times.

    Raises:
        PaymentRefused: the provider said no; the money is free again.
        ProviderSilent: the outcome is still unknown.
    """
    if wanted.status == RefundStatus.OWED:
        return _collect(wanted, at=at)
    if wanted.status != RefundStatus.PENDING:
        return wanted
    try:
        told = _asked(wanted, at=at)
    except Refused as refusal:
        _undo(wanted, at=at, trouble=refusal.detail)
        raise PaymentRefused(detail=refusal.detail) from refusal
    except ProviderError as error:
        raise ProviderSilent from error
    return _carry_out(wanted, told, at=at)


def settle_refunds(*, at: datetime) -> int:
    """Go on with refunds that wait for the provider or for the balance; return how many ended."""
    ended = 0
    for wanted in PaymentRefund.objects.unfinished().select_related("payment").order_by("pk")[:BATCH]:
        try:
            before = wanted.status
            ended += settle_refund(wanted, at=at).status != before
        except DomainError as error:
            log.warning("refund_not_settled", refund=str(wanted.uuid), error=repr(error))
    return ended


def hear_of_refund(payment: Payment, told: Returned, *, at: datetime) -> PaymentRefund:
    """Carry out what the provider says of a refund: one of ours, or one made in its cabinet.

    A refund of the cabinet that the balance does not cover is owed: it is
    taken as soon as money comes in.
    """
    with transaction.atomic():
        locked = _locked(payment)
        wanted = locked.refunds.filter(provider_refund_id=told.number).first()
        wanted = wanted or _unnamed(locked, told)
        if wanted is None and told.status == RefundStatus.SUCCEEDED and 0 < told.amount <= locked.left:
            wanted = _begin(locked, told.amount, at=at, keeps_aside=False, provider_refund_id=told.number)
    if wanted is None:
        log.error("refund_mismatch", payment=str(payment.uuid), amount=str(told.amount))
        raise RefundTooLarge(limit=locked.left)
    return _carry_out(wanted, told, at=at)


def _locked(payment: Payment) -> Payment:
    rows = Payment.objects.select_for_update(of=("self",)).select_related("tenant", "entry")
    return rows.get(pk=payment.pk)


def _begin(locked: Payment, amount: Decimal, *, at: datetime, keeps_aside: bool = True, **facts: Any) -> PaymentRefund:
    """Note a refund and keep its money aside, unless it has gone already."""
    if locked.status != PaymentStatus.SUCCEEDED:
        raise IllegalMove(current=locked.status, wanted=PaymentStatus.REFUNDED)
    if amount > locked.left:
        raise RefundTooLarge(limit=locked.left)
    bonus = _bonus_of(locked, amount)
    reserved = amount + bonus if keeps_aside else NOTHING
    if reserved and not Balance.objects.keep_aside(locked.tenant, reserved):
        raise ledger.refusal(locked.tenant, needed=reserved)
    locked.refunded += amount
    Payment.objects.filter(pk=locked.pk).update(refunded=F("refunded") + amount)
    return PaymentRefund.objects.create(
        tenant=locked.tenant, payment=locked, amount=amount, bonus=bonus, reserved=reserved, created_at=at, **facts
    )


def _asked(wanted: PaymentRefund, *, at: datetime) -> Returned:
    provider, payment = PROVIDERS[wanted.payment.provider], wanted.payment
    if wanted.provider_refund_id:
        return provider.ask_return(wanted.provider_refund_id)
    if wanted.created_at < at - KEY_IS_GOOD_FOR:  # repeating might pay twice: our staff looks at it
        raise ProviderSilent
    order = Return(
        key=wanted.uuid,
        number=payment.provider_payment_id or "",
        amount=wanted.amount,
        currency=payment.currency,
        description=payment.description,
        email=payment.receipt_email,
    )
    return provider.give_back(order)


def _carry_out(wanted: PaymentRefund, told: Returned, *, at: datetime) -> PaymentRefund:
    if told.status == RefundStatus.FAILED:
        return _undo(wanted, at=at, trouble=told.reason)
    with transaction.atomic():
        locked = _locked(wanted.payment)
        fresh = PaymentRefund.objects.select_related("tenant", "payment").get(pk=wanted.pk)
        if fresh.provider_refund_id is None:
            fresh.provider_refund_id = told.number
            fresh.save(update_fields=["provider_refund_id"])
        if told.status == RefundStatus.SUCCEEDED and fresh.status == RefundStatus.PENDING:
            _finish(fresh, locked, at=at)
        return fresh


def _finish(wanted: PaymentRefund, locked: Payment, *, at: datetime) -> None:
    """Take the money from the balance; what it does not cover is owed."""
    Balance.objects.keep_aside(locked.tenant, -wanted.reserved)
    PaymentRefund.objects.filter(pk=wanted.pk).update(reserved=NOTHING)
    wanted.reserved = NOTHING
    try:
        with transaction.atomic():
            _take(wanted, locked, at=at)
    except InsufficientFunds as refusal:
        wanted.move_to(RefundStatus.OWED, at=at)
        facts = {"refund": str(wanted.uuid), "tenant": wanted.tenant_id, "lacking": str(refusal.needed)}
        log.error("refund_owed", **facts)  # noqa: TRY400 -- the facts say it all
    else:
        wanted.move_to(RefundStatus.SUCCEEDED, at=at)
    if locked.refunded == locked.amount:
        locked.move_to(PaymentStatus.REFUNDED, at=at)
    cut_reward(locked)


@transaction.atomic
def _collect(wanted: PaymentRefund, *, at: datetime) -> PaymentRefund:
    locked = _locked(wanted.payment)
    fresh = PaymentRefund.objects.select_related("tenant", "payment").get(pk=wanted.pk)
    if fresh.status == RefundStatus.OWED:
        try:
            with transaction.atomic():
                _take(fresh, locked, at=at)
        except InsufficientFunds:
            return fresh
        fresh.move_to(RefundStatus.SUCCEEDED, at=at)
    return fresh


def _take(wanted: PaymentRefund, locked: Payment, *, at: datetime) -> None:
    parts = [(locked.entry, wanted.amount), (_bonus_entry(locked), wanted.bonus)]
    for entry, part in parts:
        if entry and part:
            key = f"{locked.key}:refund:{wanted.uuid}:{entry.pk}"
            refund(entry, amount=part, key=key, at=at, description=wanted.reason)


def _bonus_entry(locked: Payment) -> BalanceTransaction | None:
    usage = locked.promo_usages.select_related("entry").first()
    return usage.entry if usage else None


def _bonus_of(locked: Payment, more: Decimal) -> Decimal:
    """Return what of the payment's promo bonus goes back when ``more`` of the payment does."""
    entry = _bonus_entry(locked)
    if entry is None:
        return NOTHING
    back: Decimal = locked.refunded + more
    due = entry.amount if back == locked.amount else entry.amount * back / locked.amount
    standing = locked.refunds.exclude(status=RefundStatus.FAILED)
    gone: Decimal = standing.aggregate(total=Sum("bonus"))["total"] or NOTHING
    left = Decimal(due - gone)
    return max(left if back == locked.amount else left.quantize(KOPECK, ROUND_DOWN), NOTHING)


def _unnamed(locked: Payment, told: Returned) -> PaymentRefund | None:
    """Return our own refund whose number we had not learned when this was told."""
    waiting = locked.refunds.filter(provider_refund_id=None, status=RefundStatus.PENDING, amount=told.amount)
    return waiting.order_by("pk").first()


@transaction.atomic
def _undo(wanted: PaymentRefund, *, at: datetime, trouble: str) -> PaymentRefund:
    locked = _locked(wanted.payment)
    fresh = PaymentRefund.objects.select_related("tenant", "payment").get(pk=wanted.pk)
    if fresh.status != RefundStatus.PENDING:
        return fresh
    reserved = fresh.reserved
    fresh.move_to(RefundStatus.FAILED, at=at, reserved=NOTHING, trouble=trouble[:255])
    Balance.objects.keep_aside(locked.tenant, -reserved)
    Payment.objects.filter(pk=locked.pk).update(refunded=F("refunded") - fresh.amount)
    return fresh
