"""A top-up from the form to the ledger, once, whatever the provider and the person do."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.cache import cache

from billing import services
from billing.enums import PaymentStatus, RewardStatus
from billing.errors import BadAmount, InsufficientFunds, PaymentMismatch, PaymentsOff, PaymentUnknown, ProviderSilent
from billing.models import Balance, BalanceTransaction, Payment, PromoCodeUsage, Referral, ReferralReward
from billing.providers import PROVIDERS, SANDBOX, Told
from billing.reports import reconcile
from config.errors import ProviderUnavailable
from config.moves import IllegalMove
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON, BalanceFactory, PromoCodeFactory
from tests.races import race

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def tenant():
    return TenantFactory()


def begin(tenant, amount=500):
    return services.start_payment(
        tenant, amount=Decimal(amount), return_page=lambda uuid: f"https://shop.example/{uuid}", at=NOON
    )


def decide(payment, status=PaymentStatus.SUCCEEDED):
    return SANDBOX.decide(payment.provider_payment_id, status)


def pay(tenant, amount=500, at=LATER):
    payment = begin(tenant, amount)
    decide(payment)
    return services.settle(payment, at=at)


def balance_of(tenant):
    return Balance.objects.get(tenant=tenant).balance


class Provider:
    """Somebody else's gateway, as a test wants it to be."""

    def __init__(self, told):
        self.told = told

    def start(self, order):
        return self._answer()

    def ask(self, number):
        return self._answer()

    def _answer(self):
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


def test_a_paid_payment_is_credited_once(tenant):
    payment = begin(tenant)
    assert decide(payment) == f"https://shop.example/{payment.uuid}"

    first = services.settle(payment, at=LATER)
    services.settle(payment, at=LATER)
    services.settle(first, at=LATER)

    entry = BalanceTransaction.objects.get()
    assert (first.status, first.entry, first.closed_at) == (PaymentStatus.SUCCEEDED, entry, LATER)
    assert (entry.amount, entry.transaction_type, entry.related_id) == (500, "topup", payment.pk)
    assert balance_of(tenant) == Balance.objects.get().total_topped_up == 500


def test_an_unpaid_payment_stays_open(tenant):
    payment = services.settle(begin(tenant), at=LATER)

    assert payment.is_open
    assert BalanceTransaction.objects.count() == 0


def test_a_cancelled_payment_stays_cancelled(tenant):
    payment = begin(tenant)
    decide(payment, PaymentStatus.CANCELLED)
    decide(payment, PaymentStatus.SUCCEEDED)  # too late: a decision stands

    assert services.settle(payment, at=LATER).status == PaymentStatus.CANCELLED
    assert BalanceTransaction.objects.count() == 0


@pytest.mark.parametrize(
    "amount", [Decimal("NaN"), Decimal(0), Decimal(-500), Decimal("9.99"), Decimal("100.001"), Decimal(500_001), 500.0]
)
def test_an_odd_amount_is_refused_before_the_provider_hears_of_it(tenant, amount):
    with pytest.raises(BadAmount):
        services.start_payment(tenant, amount=amount, return_page=str, at=NOON)

    assert Payment.objects.count() == 0


def test_without_a_provider_nothing_can_be_paid(tenant, settings):
    settings.PAYMENT_SANDBOX = False

    with pytest.raises(PaymentsOff):
        begin(tenant)

    assert Payment.objects.count() == 0


@pytest.mark.parametrize(("amount", "currency"), [(Decimal("0.01"), "RUB"), (Decimal(500), "USD")])
def test_a_payment_of_another_sum_is_not_credited(tenant, monkeypatch, amount, currency):
    payment = begin(tenant)
    told = Told(status=PaymentStatus.SUCCEEDED, amount=amount, currency=currency)
    monkeypatch.setitem(PROVIDERS, "sandbox", Provider(told))

    with pytest.raises(PaymentMismatch):
        services.settle(payment, at=LATER)

    payment.refresh_from_db()
    assert payment.is_open
    assert services.settle_open(at=LATER + timedelta(days=30)) == 0  # left for our staff
    assert BalanceTransaction.objects.count() == 0


def test_a_silent_provider_leaves_the_payment_open(tenant, monkeypatch):
    payment = begin(tenant)
    monkeypatch.setitem(PROVIDERS, "sandbox", Provider(ProviderUnavailable()))

    with pytest.raises(ProviderSilent):
        services.settle(payment, at=LATER)
    with pytest.raises(ProviderSilent):
        begin(tenant)

    assert services.settle_open(at=LATER + timedelta(days=30)) == 1  # the one the provider never heard of
    assert [row.status for row in Payment.objects.order_by("pk")] == ["pending", "cancelled"]


def test_a_person_who_never_comes_back_gets_the_money_anyway(tenant):
    payment = begin(tenant)
    decide(payment)

    assert services.settle_open(at=LATER) == 1

    assert balance_of(tenant) == 500


def test_a_forgotten_payment_is_cancelled_after_a_day(tenant):
    begin(tenant)

    assert services.settle_open(at=NOON + timedelta(hours=23)) == 0
    assert services.settle_open(at=NOON + timedelta(hours=24)) == 1

    assert Payment.objects.get().status == PaymentStatus.CANCELLED


def test_a_payment_the_provider_forgot_is_cancelled_after_a_day(tenant):
    payment = begin(tenant)
    cache.delete(f"billing.sandbox:{payment.provider_payment_id}")

    with pytest.raises(PaymentUnknown):
        services.settle(payment, at=LATER)
    assert services.settle_open(at=LATER) == 0
    assert services.settle_open(at=NOON + timedelta(hours=24)) == 1


@pytest.mark.django_db(transaction=True)
def test_20_copies_of_one_payments_success_credit_it_once():
    tenant = TenantFactory()
    PromoCodeFactory(code="TEN", type="percentage", value=10)
    services.redeem(tenant, code="TEN", at=NOON)
    payment = begin(tenant)
    decide(payment)

    results = race(lambda _: services.settle(Payment.objects.get(pk=payment.pk), at=LATER).status, threads=20)

    assert results == ["succeeded"] * 20
    assert balance_of(tenant) == 550
    assert reconcile(at=NOON).is_clean


# --- refunds ----------------------------------------------------------------------


def test_a_refunded_payment_takes_the_money_and_its_bonus_back(tenant):
    PromoCodeFactory(code="TEN", type="percentage", value=10)
    services.redeem(tenant, code="TEN", at=NOON)
    payment = pay(tenant)
    assert balance_of(tenant) == 550

    services.record_refund(payment, at=LATER)

    assert (balance_of(tenant), Balance.objects.get().total_topped_up) == (0, 0)
    assert Payment.objects.get().status == PaymentStatus.REFUNDED
    with pytest.raises(IllegalMove):
        services.record_refund(payment, at=LATER)
    assert reconcile(at=NOON).is_clean


def test_spent_money_is_not_refunded_and_nothing_changes(tenant):
    payment = pay(tenant)
    services.charge(tenant, service=services.prices.ServiceType.AI_MESSAGE, key="a", at=LATER)

    with pytest.raises(InsufficientFunds):
        services.record_refund(payment, at=LATER)

    payment.refresh_from_db()
    assert (payment.status, balance_of(tenant)) == (PaymentStatus.SUCCEEDED, Decimal("498.5"))


# --- invitations --------------------------------------------------------------------


def test_an_invitation_earns_a_tenth_of_the_first_three_top_ups_each_after_two_weeks(tenant):
    host = TenantFactory()
    services.apply_code(tenant, code=services.referral_code_of(host).code.lower(), at=NOON)

    for amount in (500, 300, 200, 9000):
        pay(tenant, amount=amount)

    assert services.pay_rewards(at=LATER + timedelta(days=13)) == 0
    assert services.pay_rewards(at=LATER + timedelta(days=14)) == 3
    assert services.pay_rewards(at=LATER + timedelta(days=14)) == 0
    assert balance_of(host) == 100
    code = services.referral_code_of(host)
    assert (code.referrals_count, code.total_earned) == (1, 100)
    assert {reward.status for reward in ReferralReward.objects.all()} == {RewardStatus.PAID}
    assert reconcile(at=NOON).is_clean


def test_a_reward_is_dropped_when_the_top_up_is_refunded_in_time(tenant):
    host = TenantFactory()
    services.apply_code(tenant, code=services.referral_code_of(host).code, at=NOON)
    payment = pay(tenant)

    services.record_refund(payment, at=LATER)

    assert services.pay_rewards(at=LATER + timedelta(days=30)) == 0
    assert ReferralReward.objects.get().status == RewardStatus.REFUSED


def test_a_part_that_goes_back_takes_its_part_of_the_reward(tenant):
    host = TenantFactory()
    services.apply_code(tenant, code=services.referral_code_of(host).code, at=NOON)
    payment = pay(tenant)

    services.refund_payment(payment, amount=Decimal(200), key=uuid4(), reason="asked", at=LATER)

    assert services.pay_rewards(at=LATER + timedelta(days=30)) == 1
    assert balance_of(host) == 30


def test_an_accepted_invitation_can_be_repeated_without_effect(tenant):
    code = services.referral_code_of(TenantFactory()).code

    first = services.apply_code(tenant, code=code, at=NOON)

    assert services.apply_code(tenant, code=code, at=NOON) == first
    assert first.referral_code.__class__.objects.get().referrals_count == 1


def own(tenant):
    return services.referral_code_of(tenant)


def owners_other_shop(tenant):
    return services.referral_code_of(TenantFactory(owner=tenant.owner))


def second(tenant):
    services.apply_code(tenant, code=services.referral_code_of(TenantFactory()).code, at=NOON)
    return services.referral_code_of(TenantFactory())


def mutual(tenant):
    guest = TenantFactory()
    services.apply_code(guest, code=services.referral_code_of(tenant).code, at=NOON)
    return services.referral_code_of(guest)


def too_late(tenant):
    pay(tenant)
    return services.referral_code_of(TenantFactory())


@pytest.mark.parametrize("invitation", [own, owners_other_shop, second, mutual, too_late])
def test_an_invitation_is_for_a_new_shop_of_somebody_else(tenant, invitation):
    code = invitation(tenant)
    before = Referral.objects.count()

    with pytest.raises(services.referrals.ReferralRefused):
        services.apply_code(tenant, code=code.code, at=NOON)

    assert Referral.objects.count() == before


def test_a_bonus_does_not_count_as_a_first_top_up():
    tenant = BalanceFactory(balance=0).tenant
    services.apply_code(tenant, code=services.referral_code_of(TenantFactory()).code, at=NOON)
    PromoCodeFactory(code="GIFT")
    services.redeem(tenant, code="GIFT", at=NOON)

    assert (Referral.objects.count(), ReferralReward.objects.count()) == (1, 0)
    assert PromoCodeUsage.objects.get().entry.amount == 50
