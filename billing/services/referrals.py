"""Invitations of other shops: ten percent of their first three top-ups, each two weeks later."""

import secrets
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final

from django.db import transaction
from django.db.models import F

from accounts.models import Tenant, User
from billing.enums import PaymentStatus, RewardStatus, TransactionType
from billing.errors import ReferralRefused, TooManyCodes
from billing.models import Balance, Payment, PromoCodeUsage, Referral, ReferralCode, ReferralReward
from billing.services.codes import KOPECK, redeem
from billing.services.crediting import top_up
from config.throttling import seconds_to_wait

REWARD_SHARE: Final = Decimal("0.10")
REWARDED_TOP_UPS: Final = 3
HOLD_PERIOD: Final = timedelta(days=14)
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read as something else
LENGTH: Final = 8
LONGEST: Final = 32
CODES_RATE: Final = "20/hour"


def referral_code_of(tenant: Tenant) -> ReferralCode:
    """Return the tenant's code for inviting others; the first call makes it."""
    while (code := ReferralCode.objects.of(tenant).first()) is None:
        fresh = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        ReferralCode.objects.bulk_create([ReferralCode(tenant=tenant, code=fresh)], ignore_conflicts=True)
    return code


def apply_code(tenant: Tenant, *, code: str, at: datetime, used_by: User | None = None) -> PromoCodeUsage | Referral:
    """Redeem what a person typed: a promo code, or another shop's invitation.

    Raises:
        TooManyCodes: too many were tried within the hour.
        CodeUnknown: it is neither.
        ReferralRefused: the invitation does not hold for this tenant.
        DomainError: whatever ``redeem`` refuses.
    """
    if seconds := seconds_to_wait(CODES_RATE, "billing.codes", str(tenant.pk)):
        raise TooManyCodes(seconds=seconds)
    invitation = ReferralCode.objects.select_related("tenant").filter(code=code.strip().upper()).first()
    if invitation:
        return refer(tenant, invitation=invitation)
    return redeem(tenant, code=code, at=at, used_by=used_by)


@transaction.atomic
def refer(tenant: Tenant, *, invitation: ReferralCode) -> Referral:
    """Remember that ``tenant`` came by an invitation; a repeat returns the first referral.

    Raises:
        ReferralRefused: it is the tenant's own or its owner's, another invitation
            was accepted, the inviting shop itself came by this tenant's, or the
            tenant has topped up before.
    """
    Balance.objects.open(tenant)
    Balance.objects.locked().get(tenant=tenant)
    known = Referral.objects.filter(referred_tenant=tenant).first()
    if known and known.referral_code_id == invitation.pk:
        return known
    inviting = invitation.tenant
    is_own = inviting == tenant or (tenant.owner_id is not None and tenant.owner_id == inviting.owner_id)
    is_mutual = Referral.objects.of(tenant).filter(referred_tenant=inviting).exists()
    paid_before = Payment.objects.of(tenant).filter(status__in=[PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED])
    if known or is_own or is_mutual or paid_before.exists():
        raise ReferralRefused
    ReferralCode.objects.filter(pk=invitation.pk).update(referrals_count=F("referrals_count") + 1)
    return Referral.objects.create(tenant=inviting, referral_code=invitation, referred_tenant=tenant)


def came_by_link(user: User, *, code: str) -> Referral | None:
    """Remember by whose link a new person came; a link that does not hold for them is forgotten in silence."""
    tenant = user.owned_tenants.order_by("pk").first()
    invitation = ReferralCode.objects.select_related("tenant").filter(code=code.strip().upper()[:LONGEST]).first()
    if tenant is None or invitation is None:
        return None
    try:
        return refer(tenant, invitation=invitation)
    except ReferralRefused:
        return None


def count_click(code: str) -> ReferralCode | None:
    """Count that somebody opened an invitation's link; return the invitation."""
    found = ReferralCode.objects.filter(code=code.strip().upper()[:LONGEST])
    found.update(clicks=F("clicks") + 1)
    return found.first()


def earn_reward(payment: Payment, *, at: datetime) -> None:
    """Put the reward for one of a tenant's first top-ups on hold; called with the tenant's balance locked."""
    referral = Referral.objects.filter(referred_tenant=payment.tenant).first()
    reward = (payment.amount * REWARD_SHARE).quantize(KOPECK, ROUND_DOWN)
    if referral and reward and referral.rewards.count() < REWARDED_TOP_UPS:
        ReferralReward.objects.create(
            tenant_id=referral.tenant_id,
            referral=referral,
            payment=payment,
            amount=reward,
            available_at=at + HOLD_PERIOD,
            created_at=at,
        )


def pay_rewards(*, at: datetime) -> int:
    """Pay the rewards whose hold is over; return how many."""
    due = ReferralReward.objects.filter(status=RewardStatus.HELD, available_at__lte=at).order_by("available_at")
    return sum(_pay(reward_id, at=at) for reward_id in due.values_list("pk", flat=True)[:500])


def cut_reward(payment: Payment) -> None:
    """Leave of a reward on hold what belongs to the part of the top-up that was not given back."""
    reward = ReferralReward.objects.filter(payment=payment, status=RewardStatus.HELD).first()
    if reward is None:
        return
    left = ((payment.amount - payment.refunded) * REWARD_SHARE).quantize(KOPECK, ROUND_DOWN)
    if left:
        ReferralReward.objects.filter(pk=reward.pk, status=RewardStatus.HELD).update(amount=left)
    else:
        reward.move_to(RewardStatus.REFUSED)


@transaction.atomic
def _pay(reward_id: int, *, at: datetime) -> bool:
    reward = ReferralReward.objects.select_related("tenant", "referral").get(pk=reward_id)
    Balance.objects.open(reward.tenant)
    Balance.objects.locked().get(tenant=reward.tenant_id)
    reward.refresh_from_db(fields=["status", "amount"])
    if reward.status != RewardStatus.HELD:
        return False
    entry = top_up(
        reward.tenant,
        amount=reward.amount,
        key=f"referral:{reward.uuid}",
        at=at,
        transaction_type=TransactionType.REFERRAL,
        related_id=reward.pk,
    )
    reward.move_to(RewardStatus.PAID, entry=entry)
    code = ReferralCode.objects.filter(pk=reward.referral.referral_code_id)
    code.update(total_earned=F("total_earned") + reward.amount)
    return True
