"""Promo codes: what they give, and the reason when they do not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from billing import services
from billing.errors import (
    CodeUnknown,
    PromoAlreadyUsed,
    PromoExpired,
    PromoInactive,
    PromoUsedUp,
    PromoWaiting,
    TooManyCodes,
)
from billing.models import Balance, BalanceTransaction, PromoCode, PromoCodeUsage
from billing.services.codes import bonus_on, credit_promo
from billing.services.referrals import CODES_RATE
from config.throttling import seconds_to_wait
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON, PaymentFactory, PromoCodeFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def tenant():
    return TenantFactory()


def test_a_fixed_sum_is_credited_at_once(tenant):
    PromoCodeFactory(code="ОСЕНЬ", value=Decimal("99.5"))

    usage = services.redeem(tenant, code=" осень ", at=NOON, used_by=tenant.owner)

    assert (usage.entry.amount, usage.entry.transaction_type) == (Decimal("99.5"), "promo")
    assert usage.used_by == tenant.owner
    assert PromoCode.objects.get().used_count == 1
    balance = Balance.objects.get()
    assert (balance.balance, balance.total_topped_up) == (Decimal("99.5"), 0)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"is_active": False}, PromoInactive),
        ({"starts_at": NOON + DAY}, PromoInactive),
        ({"expires_at": NOON}, PromoExpired),
        ({"expires_at": NOON - DAY}, PromoExpired),
        ({"max_uses": 3, "used_count": 3}, PromoUsedUp),
    ],
)
def test_a_refusal_names_its_reason_and_changes_nothing(tenant, facts, reason):
    promo = PromoCodeFactory(**facts)

    with pytest.raises(reason):
        services.redeem(tenant, code=promo.code, at=NOON)

    assert PromoCode.objects.get().used_count == facts.get("used_count", 0)
    assert PromoCodeUsage.objects.count() == BalanceTransaction.objects.count() == 0


@pytest.mark.parametrize("code", ["", "NOTHING", "%", "x" * 5000])
def test_a_code_nobody_made_is_unknown(tenant, code):
    with pytest.raises(CodeUnknown):
        services.redeem(tenant, code=code, at=NOON)


def test_a_code_works_once_per_shop_and_for_every_shop(tenant):
    promo = PromoCodeFactory()
    services.redeem(tenant, code=promo.code, at=NOON)

    with pytest.raises(PromoAlreadyUsed):
        services.redeem(tenant, code=promo.code, at=NOON)
    services.redeem(TenantFactory(), code=promo.code, at=NOON)

    assert PromoCode.objects.get().used_count == 2


@pytest.mark.parametrize(
    ("kind", "value", "bonus"), [("percentage", 10, Decimal(50)), ("fixed_amount", 70, Decimal(70))]
)
def test_a_code_with_a_condition_waits_for_a_large_enough_top_up(tenant, kind, value, bonus):
    promo = PromoCodeFactory(type=kind, value=value, min_amount=500)
    usage = services.redeem(tenant, code=promo.code, at=NOON)
    assert usage.entry is None

    credit_promo(PaymentFactory(tenant=tenant, amount=Decimal("499.99")), at=NOON)
    assert BalanceTransaction.objects.count() == 0
    for _ in range(2):
        credit_promo(PaymentFactory(tenant=tenant, amount=Decimal(500)), at=NOON)

    assert BalanceTransaction.objects.get().amount == bonus
    usage.refresh_from_db()
    assert usage.payment.amount == 500


def test_codes_do_not_add_up(tenant):
    first, other = PromoCodeFactory(type="percentage", value=10), PromoCodeFactory(type="percentage", value=20)
    services.redeem(tenant, code=first.code, at=NOON)

    with pytest.raises(PromoWaiting) as refusal:
        services.redeem(tenant, code=other.code, at=NOON)

    assert refusal.value.waiting == first.code
    assert PromoCode.objects.get(pk=other.pk).used_count == 0


@pytest.mark.parametrize(
    ("amount", "percent", "bonus"),
    [("100.00", "10", "10"), ("10.09", "10", "1.00"), ("10.00", "0.01", "0.01"), ("500", "33.333333", "166.66")],
)
def test_a_percentage_gives_whole_kopecks(amount, percent, bonus):
    promo = PromoCode(type="percentage", value=Decimal(percent))

    assert bonus_on(Decimal(amount), promo) == Decimal(bonus)


def test_guessing_codes_ends_soon(tenant):
    while not seconds_to_wait(CODES_RATE, "billing.codes", str(tenant.pk)):
        pass

    with pytest.raises(TooManyCodes) as refusal:
        services.apply_code(tenant, code="GUESS", at=NOON)

    assert refusal.value.status == 429


def test_our_staff_is_told_what_is_wrong_with_a_code():
    promo = PromoCode(
        code="two words", type="percentage", value=Decimal(101), max_uses=0, starts_at=NOON, expires_at=NOON
    )

    with pytest.raises(ValidationError) as refusal:
        promo.full_clean()

    assert set(refusal.value.message_dict) == {"code", "value", "max_uses", "expires_at"}
