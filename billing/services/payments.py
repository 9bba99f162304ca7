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
from billing.errors import BadAmount, PaymentMismatch, PaymentRefused, PaymentUnknown, ProviderSilent
from billing.models import Payment
from billing.models.payments import FORGOTTEN
from billing.providers import PROVIDERS, Order, Refused, Told, chosen
from billing.services.amounts import checked
from billing.services.codes import credit_promo
from billing.services.crediting import top_up
from billing.services.referrals import earn_reward
from config.errors import DomainError, ProviderError

log = structlog.get_logger(__name__)

LEAST: Final = Decimal(10)
MOST: Final = Decimal(500_000)
FORGOTTEN_AFTER: Final = timedelta(days=1)
KEY_IS_GOOD_FOR: Final = timedelta(hours=23)  # providers forget idempotency keys after a day
BATCH: Final = 200


def start_payment(
    tenant: Tenant,
    *,
    amount: Decimal,
    return_page: Callable[[UUID], str],
    at: datetime,
    created_by: User | None = None,
    provider: str = "",
) -> Payment:
    """Begin a top-up; the person pays on the page ``confirmation_url``.

    Args:
        tenant: Whose balance grows.
        amount: Roubles and whole kopecks.
        return_page: Makes the address where the provider sends the person afterwards, from the payment's uuid.
        at: When.
        created_by: Who pays.
        provider: Who takes the money, if not the first that is connected.

    Raises:
        BadAmount: it is too small, too large or finer than a kopeck.
        PaymentsOff, PaymentRefused: nobody takes payments here, or not that provider; the provider said no.
        ProviderSilent: the provider could not be reached; the payment stays pending, and is asked for again.
    """
    exact = checked(amount, places=2, largest=MOST)
    if exact < LEAST:
        raise BadAmount(amount=str(amount))
    payer = created_by or tenant.owner
    payment = Payment(
        tenant=tenant,
        provider=chosen(provider),
        amount=exact,
        description=_("Top-up of “%(shop)s”") % {"shop": tenant.name[:100]},
        receipt_email=payer.email if payer else "",
        created_by=created_by,
        created_at=at,
    )
    payment.return_url = return_page(payment.uuid)
    payment.save(force_insert=True)  # the key is kept before the provider hears of it
    return _make_known(payment, at=at)


def settle(payment: Payment, *, at: datetime) -> Payment:
    """Ask the provider how the payment is doing and carry that out; any number of times, in any order.

    A payment whose beginning was never confirmed is begun again, with its own key.

    Raises:
        PaymentMismatch: the provider reports another amount, currency or payment.
        PaymentUnknown: the provider does not know the payment.
        PaymentRefused: the provider said no.
        ProviderSilent: the provider could not be reached.
    """
    if not (payment.is_open or payment.is_forgotten):
        return payment
    if payment.provider_payment_id is None:
        if not payment.is_open or payment.created_at < at - KEY_IS_GOOD_FOR:
            return payment
        payment = _make_known(payment, at=at)
    try:
        told = PROVIDERS[payment.provider].ask(payment.provider_payment_id or "")
    except Refused as refusal:
        raise PaymentRefused(detail=refusal.detail) from refusal
    except ProviderError as error:
        raise ProviderSilent from error
    return take_word(payment, told, at=at)


def take_word(payment: Payment, told: Told, *, at: datetime) -> Payment:
    """Carry out what the provider itself says of the payment.

    Raises:
        PaymentMismatch: it speaks of another amount, currency or payment.
    """
    if told.status == PaymentStatus.PENDING:
        return payment
    is_ours = told.key is None or told.key == str(payment.uuid)
    if not is_ours or (told.amount, told.currency) != (payment.amount, payment.currency):
        log.error("payment_mismatch", payment=str(payment.uuid), told=str(told.amount), key=told.key)
        raise PaymentMismatch
    return _close(payment, told, at=at)


def settle_open(*, at: datetime) -> int:
    """Settle payments whose person never came back, cancel forgotten ones; return how many ended."""
    ended = 0
    for payment in Payment.objects.open().filter(created_at__lt=at).order_by("created_at")[:BATCH]:
        try:
            ended += not settle(payment, at=at).is_open or _forget(payment, at=at)
        except (PaymentUnknown, PaymentRefused):
            ended += _forget(payment, at=at)
        except DomainError as error:
            log.warning("payment_not_settled", payment=str(payment.uuid), error=repr(error))
    return ended


def _make_known(payment: Payment, *, at: datetime) -> Payment:
    """Tell the provider of the payment, or hear again what it made of it; a refusal ends the payment."""
    order = Order(
        key=payment.uuid,
        number=payment.pk,
        amount=payment.amount,
        currency=payment.currency,
        description=payment.description,
        return_url=payment.return_url,
        email=payment.receipt_email,
    )
    try:
        started = PROVIDERS[payment.provider].start(order)
    except Refused as refusal:
        refused = {"status": PaymentStatus.CANCELLED, "closed_at": at, "reason": refusal.detail[:255]}
        Payment.objects.open().filter(pk=payment.pk, provider_payment_id=None).update(**refused)
        raise PaymentRefused(detail=refusal.detail) from refusal
    except ProviderError as error:
        raise ProviderSilent from error
    payment.provider_payment_id, payment.confirmation_url = started.number, started.page
    payment.save(update_fields=["provider_payment_id", "confirmation_url"])
    return payment


@transaction.atomic
def _close(payment: Payment, told: Told, *, at: datetime) -> Payment:
    locked = Payment.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=payment.pk)
    if told.status != PaymentStatus.SUCCEEDED:
        if locked.is_open:
            locked.move_to(PaymentStatus.CANCELLED, at=at, reason=told.reason[:255])
        return locked
    if locked.entry_id is not None:
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
    locked.move_to(PaymentStatus.SUCCEEDED, at=at, entry=entry, reason="")
    credit_promo(locked, at=at)
    earn_reward(locked, at=at)
    return locked


def _forget(payment: Payment, *, at: datetime) -> bool:
    """Cancel a payment that nobody paid in time."""
    if payment.created_at > at - FORGOTTEN_AFTER:
        return False
    forgotten = Payment.objects.open().filter(pk=payment.pk)
    return bool(forgotten.update(status=PaymentStatus.CANCELLED, closed_at=at, reason=FORGOTTEN))
