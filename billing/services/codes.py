"""Promo codes."""

from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.db import transaction
from django.db.models import F

from accounts.models import Tenant, User
from billing.enums import PromoType, TransactionType
from billing.errors import (
    CodeUnknown,
    PromoAlreadyUsed,
    PromoExpired,
    PromoInactive,
    PromoUsedUp,
    PromoWaiting,
)
from billing.models import Balance, Payment, PromoCode, PromoCodeUsage
from billing.models.codes import WHOLE
from billing.services.crediting import top_up

KOPECK = Decimal("0.01")


@transaction.atomic
def redeem(tenant: Tenant, *, code: str, at: datetime, used_by: User | None = None) -> PromoCodeUsage:
    """Use a promo code for ``tenant``, as often as the code allows one shop.

    A fixed sum without a condition is credited now; anything else waits for
    the tenant's next top-up that is large enough. One code waits at a time.

    Raises:
        CodeUnknown: no code is spelled so.
        PromoAlreadyUsed: the tenant used it as often as one may.
        PromoWaiting: another code waits for the next top-up.
        PromoInactive: it is switched off or has not begun.
        PromoExpired: its time has passed.
        PromoUsedUp: it was used as often as it may be.
    """
    Balance.objects.open(tenant)
    Balance.objects.locked().get(tenant=tenant)
    promo = PromoCode.objects.spelled(code).first()
    if promo is None:
        raise CodeUnknown
    number = _next_use(tenant, promo)
    if not PromoCode.objects.usable(at=at).filter(pk=promo.pk).update(used_count=F("used_count") + 1):
        promo.refresh_from_db()
        raise _why_unusable(promo, at=at)
    usage = PromoCodeUsage(tenant=tenant, promo_code=promo, number=number, used_by=used_by, created_at=at)
    if promo.is_immediate:
        usage.entry = top_up(
            tenant,
            amount=promo.value,
            key=_key(usage),
            at=at,
            transaction_type=TransactionType.PROMO,
            description=promo.code,
        )
    usage.save()
    return usage


def waiting_promo(tenant: Tenant) -> PromoCodeUsage | None:
    """Return the use that waits for the tenant's next top-up."""
    return PromoCodeUsage.objects.of(tenant).filter(entry=None).select_related("promo_code").first()


def credit_promo(payment: Payment, *, at: datetime) -> None:
    """Credit the code that waits for this top-up; called with the balance locked."""
    usage = waiting_promo(payment.tenant)
    if usage is None or payment.amount < usage.promo_code.min_amount:
        return
    usage.entry = top_up(
        payment.tenant,
        amount=bonus_on(payment.amount, usage.promo_code),
        key=_key(usage),
        at=at,
        transaction_type=TransactionType.PROMO,
        description=usage.promo_code.code,
        related_id=payment.pk,
    )
    usage.payment = payment
    usage.save(update_fields=["entry", "payment"])


def bonus_on(amount: Decimal, promo: PromoCode) -> Decimal:
    """Return what ``promo`` adds to a top-up, in whole kopecks but at least one."""
    if promo.type == PromoType.FIXED_AMOUNT:
        return Decimal(promo.value)
    share: Decimal = amount * promo.value / WHOLE
    return max(share.quantize(KOPECK, ROUND_DOWN), KOPECK)


def _key(usage: PromoCodeUsage) -> str:
    return f"promo:{usage.promo_code_id}" + (f":{usage.number}" if usage.number > 1 else "")


def _next_use(tenant: Tenant, promo: PromoCode) -> int:
    """Return the number of the tenant's next use; called with the balance locked."""
    used = PromoCodeUsage.objects.of(tenant).filter(promo_code=promo).count()
    if used >= promo.max_per_tenant:
        raise PromoAlreadyUsed
    waiting = None if promo.is_immediate else waiting_promo(tenant)
    if waiting:
        raise PromoWaiting(waiting=waiting.promo_code.code)
    return used + 1


def _why_unusable(promo: PromoCode, *, at: datetime) -> PromoInactive | PromoExpired | PromoUsedUp:
    if not promo.is_active or (promo.starts_at and promo.starts_at > at):
        return PromoInactive()
    if promo.expires_at and promo.expires_at <= at:
        return PromoExpired()
    return PromoUsedUp()
