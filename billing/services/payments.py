"""Top-ups through a payment provider."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Tenant, User
from billing.enums import PaymentStatus
from billing.errors import BadAmount, PaymentMismatch, PaymentUnknown, ProviderSilent
from billing.models import Payment
from billing.providers import PROVIDERS, chosen
from billing.providers.protocol import Order, Started, Told
from billing.services import ledger
from billing.services.codes import credit_promo
from billing.services.crediting import refund, top_up
from billing.services.referrals import cancel_reward, earn_reward
from config.errors import DomainError, ProviderError

log = structlog.get_logger(__name__)

LEAST: Final = Decimal(10)
MOST: Final = Decimal(500_000)
FORGOTTEN_AFTER: Final = timedelta(days=1)
BATCH: Final = 200


def start_payment(
    tenant: Tenant, *, amount: Decimal, return_page: Callable[[UUID], str], at: datetime, created_by: User | None = None
) -> Payment:
    """Begin a top-up; the person pays on the page ``confirmation_url``.

    Args:
        tenant: Whose balance grows.
        amount: Roubles and whole kopecks.
        return_page: Makes the address where the provider sends the person afterwards, from the payment's uuid.
        at: When.
        created_by: Who pays.

    Raises:
        BadAmount: it is too small, too large or finer than a kopeck.
        PaymentsOff: nobody takes payments here.
        ProviderSilent: the provider could not be reached; the payment stays pending.
    """
    exact = ledger.checked(amount, places=2, largest=MOST)
    if exact < LEAST:
        raise BadAmount(amount=str(amount))
    payment = Payment.objects.create(
        tenant=tenant,
        provider=chosen(),
        amount=exact,
        description=_("Top-up of “%(shop)s”") % {"shop": tenant.name[:100]},
        created_by=created_by,
        created_at=at,
    )
    started = _start(payment, return_url=return_page(payment.uuid))
    payment.provider_payment_id, payment.confirmation_url = started.number, started.page
    payment.save(update_fields=["provider_payment_id", "confirmation_url"])
    return payment


def settle(payment: Payment, *, at: datetime) -> Payment:
    """Ask the provider how the payment is doing and carry that out; any number of times, in any order.

    Raises:
        PaymentMismatch: the provider reports another amount or currency.
        PaymentUnknown: the provider does not know the payment.
        ProviderSilent: the provider could not be reached.
    """
    if not payment.is_open or payment.provider_payment_id is None:
        return payment
    try:
        told = PROVIDERS[payment.provider].ask(payment.provider_payment_id)
    except ProviderError as error:
        raise ProviderSilent from error
    if (told.amount, told.currency) != (payment.amount, payment.currency):
        log.error("payment_mismatch", payment=str(payment.uuid), told=str(told.amount))
        raise PaymentMismatch
    return payment if told.status == PaymentStatus.PENDING else _close(payment, told, at=at)


def settle_open(*, at: datetime) -> int:
    """Settle payments whose person never came back, cancel forgotten ones; return how many ended."""
    ended = 0
    for payment in Payment.objects.open().filter(created_at__lt=at).order_by("created_at")[:BATCH]:
        try:
            ended += not settle(payment, at=at).is_open or _forget(payment, at=at)
        except PaymentUnknown:
            ended += _forget(payment, at=at)
        except DomainError as error:
            log.warning("payment_not_settled", payment=str(payment.uuid), error=repr(error))
    return ended


@transaction.atomic
def record_refund(payment: Payment, *, at: datetime, description: str = "") -> Payment:
    """Take a top-up and its promo bonus back, once staff has returned the money at the provider.

    Raises:
        IllegalMove: the payment has not succeeded, or is refunded already.
        InsufficientFunds: the money has been spent.
    """
    locked = Payment.objects.select_for_update(of=("self",)).select_related("tenant", "entry").get(pk=payment.pk)
    locked.move_to(PaymentStatus.REFUNDED, at=at)
    entries = [locked.entry, *(usage.entry for usage in locked.promo_usages.select_related("entry"))]
    for entry in filter(None, entries):
        refund(entry, amount=entry.amount, key=f"{locked.key}:refund:{entry.pk}", at=at, description=description)
    cancel_reward(locked)
    return locked


def _start(payment: Payment, *, return_url: str) -> Started:
    order = Order(
        key=payment.uuid,
        amount=payment.amount,
        currency=payment.currency,
        description=payment.description,
        return_url=return_url,
    )
    try:
        return PROVIDERS[payment.provider].start(order)
    except ProviderError as error:
        raise ProviderSilent from error


@transaction.atomic
def _close(payment: Payment, told: Told, *, at: datetime) -> Payment:
    locked = Payment.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=payment.pk)
    if not locked.is_open:
        return locked
    if told.status != PaymentStatus.SUCCEEDED:
        locked.move_to(PaymentStatus.CANCELLED, at=at)
        return locked
    entry = top_up(
        locked.tenant,
        amount=locked.amount,
        key=locked.key,
        at=at,
        description=locked.description,
        related_id=locked.pk,
        created_by=locked.created_by,
    )
    locked.move_to(PaymentStatus.SUCCEEDED, at=at, entry=entry)
    credit_promo(locked, at=at)
    earn_reward(locked, at=at)
    return locked


def _forget(payment: Payment, *, at: datetime) -> bool:
    """Cancel a payment that nobody paid in time."""
    if payment.created_at > at - FORGOTTEN_AFTER:
        return False
    forgotten = Payment.objects.open().filter(pk=payment.pk)
    return bool(forgotten.update(status=PaymentStatus.CANCELLED, closed_at=at))
