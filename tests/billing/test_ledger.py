"""Money moves once per key, and never below what is reserved."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing import services
from billing.enums import HoldStatus, ServiceType, TransactionType
from billing.errors import (
    BadAmount,
    CaptureTooLarge,
    HoldEnded,
    InsufficientFunds,
    KeyReused,
    NotRefundable,
    RefundTooLarge,
)
from billing.models import Balance, BalanceHold, BalanceTransaction
from billing.reports import reconcile
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON, BalanceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    tenant = BalanceFactory(balance=100).tenant
    yield tenant
    assert reconcile(at=NOON).is_clean


def money_of(tenant):
    row = Balance.objects.get(tenant=tenant)
    return row.balance, row.held


def reserve(tenant, amount=30, key="answer:1", **kwargs):
    return services.hold(tenant, service=ServiceType.AI_MESSAGE, key=key, at=NOON, amount=Decimal(amount), **kwargs)


def pay(tenant, amount=30, key="answer:1", service=ServiceType.AI_MESSAGE):
    return services.charge(tenant, service=service, key=key, at=NOON, amount=Decimal(amount))


def test_a_charge_writes_what_was_before_and_after(tenant):
    entry = services.charge(
        tenant,
        service=ServiceType.DOCUMENT_UPLOAD,
        key="document:1",
        at=NOON,
        amount=Decimal("0.000001"),
        related_id=7,
        description="д" * 300,
    )

    entry.refresh_from_db()
    assert (entry.amount, entry.balance_before, entry.balance_after) == (
        Decimal("-0.000001"),
        Decimal(100),
        Decimal("99.999999"),
    )
    assert (entry.transaction_type, entry.related_id, entry.description) == ("document_upload", 7, "д" * 255)
    assert entry.created_at == NOON


def test_a_charge_without_an_amount_takes_the_price(tenant):
    entry = services.charge(tenant, service=ServiceType.AI_MESSAGE, key="answer:1", at=NOON)

    assert entry.amount == Decimal("-1.5")


def test_a_repeated_charge_returns_the_first_entry(tenant):
    first = pay(tenant)

    assert pay(tenant) == first
    assert money_of(tenant) == (70, 0)


def test_a_repeated_charge_is_found_even_when_the_money_is_gone(tenant):
    first = pay(tenant, amount=100)

    assert pay(tenant, amount=100) == first


@pytest.mark.parametrize(("amount", "service"), [(31, ServiceType.AI_MESSAGE), (30, ServiceType.BOT_MESSAGE)])
def test_a_key_is_not_used_for_anything_else(tenant, amount, service):
    pay(tenant)

    with pytest.raises(KeyReused) as refusal:
        pay(tenant, amount=amount, service=service)

    assert refusal.value.status == 422
    assert money_of(tenant) == (70, 0)


def test_the_same_key_of_another_tenant_is_another_key(tenant):
    other = BalanceFactory(balance=50).tenant

    assert pay(tenant) != pay(other)


def test_a_charge_is_refused_when_the_rest_is_reserved(tenant):
    reserve(tenant, amount=80)

    with pytest.raises(InsufficientFunds) as refusal:
        pay(tenant, amount=21)

    assert refusal.value.facts() == {"available": Decimal(20), "needed": Decimal(21)}
    assert refusal.value.status == 402
    assert money_of(tenant) == (100, 80)


def test_a_tenant_without_a_balance_has_nothing():
    with pytest.raises(InsufficientFunds) as refusal:
        pay(TenantFactory())

    assert refusal.value.available == 0


def test_the_last_kopeck_can_be_spent(tenant):
    pay(tenant, amount=100)

    assert money_of(tenant) == (0, 0)


@pytest.mark.parametrize(
    "amount",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal(0),
        Decimal("-0"),
        Decimal(-1),
        Decimal("1e30"),
        Decimal("100000000.01"),
        Decimal("0.0000001"),
        1.5,
        True,
        "1.5",
        None,
    ],
    ids=str,
)
def test_what_is_not_a_sum_of_money_is_refused(tenant, amount):
    with pytest.raises(BadAmount):
        services.top_up(tenant, amount=amount, key="odd", at=NOON)
    if amount is not None:  # for a charge it means the price
        with pytest.raises(BadAmount):
            services.charge(tenant, service=ServiceType.AI_MESSAGE, key="odd", at=NOON, amount=amount)
        with pytest.raises(BadAmount):
            services.hold(tenant, service=ServiceType.AI_MESSAGE, key="odd", at=NOON, amount=amount)
    assert money_of(tenant) == (100, 0)


# --- reservations ---------------------------------------------------------------


def test_a_reservation_takes_nothing_yet(tenant):
    hold = reserve(tenant)

    assert money_of(tenant) == (100, 30)
    assert (hold.status, hold.expires_at) == (HoldStatus.PENDING, NOON + timedelta(minutes=10))
    assert BalanceTransaction.objects.of(tenant).count() == 1


def test_a_repeated_reservation_is_the_first_one(tenant):
    assert reserve(tenant) == reserve(tenant)
    assert money_of(tenant) == (100, 30)


def test_a_reservation_repeated_with_another_amount_is_refused(tenant):
    reserve(tenant)

    with pytest.raises(KeyReused):
        reserve(tenant, amount=31)

    assert money_of(tenant) == (100, 30)


def test_more_than_there_is_cannot_be_reserved(tenant):
    reserve(tenant, amount=71)

    with pytest.raises(InsufficientFunds):
        reserve(tenant, key="answer:2")

    assert money_of(tenant) == (100, 71)


def test_a_capture_takes_the_money_once(tenant):
    hold = reserve(tenant)

    entry = services.capture(hold, at=NOON, related_id=5, description="Вопрос")
    again = services.capture(BalanceHold.objects.get(), at=NOON)

    assert entry == again
    assert (entry.amount, entry.transaction_type, entry.related_id) == (-30, "ai_message", 5)
    assert money_of(tenant) == (70, 0)


def test_a_second_capture_does_not_eat_what_another_reservation_holds(tenant):
    hold = reserve(tenant)
    reserve(tenant, key="answer:2")

    services.capture(hold, at=NOON)
    services.capture(hold, at=NOON)

    assert money_of(tenant) == (70, 30)


def test_a_capture_of_less_gives_the_rest_back(tenant):
    services.capture(reserve(tenant), at=NOON, amount=Decimal("12.5"))

    assert money_of(tenant) == (Decimal("87.5"), 0)


def test_a_capture_of_more_is_refused(tenant):
    with pytest.raises(CaptureTooLarge):
        services.capture(reserve(tenant), at=NOON, amount=Decimal("30.000001"))

    assert money_of(tenant) == (100, 30)


def test_a_second_capture_of_another_amount_is_refused(tenant):
    hold = reserve(tenant)
    services.capture(hold, at=NOON)

    with pytest.raises(KeyReused):
        services.capture(hold, at=NOON, amount=Decimal(1))


def test_a_release_gives_the_money_back_once(tenant):
    hold = reserve(tenant)

    services.release(hold, at=NOON, reason="model_failed")
    services.release(hold, at=NOON)

    hold.refresh_from_db()
    assert (hold.status, hold.reason, hold.closed_at) == (HoldStatus.RELEASED, "model_failed", NOON)
    assert money_of(tenant) == (100, 0)


def test_a_release_after_the_capture_changes_nothing(tenant):
    hold = reserve(tenant)
    services.capture(hold, at=NOON)

    services.release(hold, at=NOON)

    assert money_of(tenant) == (70, 0)


def test_a_capture_after_the_release_is_refused(tenant):
    hold = reserve(tenant)
    services.release(hold, at=NOON)

    with pytest.raises(HoldEnded):
        services.capture(hold, at=NOON)

    assert money_of(tenant) == (100, 0)


def test_an_overdue_reservation_is_given_back_and_cannot_be_taken(tenant):
    hold = reserve(tenant)
    fresh = reserve(tenant, key="answer:2", ttl=timedelta(hours=1))

    assert services.expire_holds(at=NOON + timedelta(minutes=10)) == 1
    assert services.expire_holds(at=NOON + timedelta(minutes=10)) == 0

    with pytest.raises(HoldEnded):
        services.capture(hold, at=NOON)
    fresh.refresh_from_db()
    assert fresh.status == HoldStatus.PENDING
    assert money_of(tenant) == (100, 30)


def test_an_overdue_reservation_can_be_taken_until_it_is_swept(tenant):
    hold = reserve(tenant)

    services.capture(hold, at=NOON + timedelta(hours=1))

    assert money_of(tenant) == (70, 0)


# --- credits and refunds ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["bonus", "promo", "referral", "adjustment"])
def test_gifts_are_not_counted_as_top_ups(tenant, kind):
    services.top_up(tenant, amount=Decimal(5), key="gift", at=NOON, transaction_type=TransactionType(kind))

    balance = Balance.objects.get(tenant=tenant)
    assert (balance.balance, balance.total_topped_up) == (105, 100)


def test_a_service_is_not_a_way_of_topping_up(tenant):
    with pytest.raises(ValueError, match="ai_message"):
        services.top_up(tenant, amount=Decimal(5), key="odd", at=NOON, transaction_type=TransactionType.AI_MESSAGE)


def test_a_deduction_never_reaches_what_is_reserved(tenant):
    reserve(tenant, amount=90)
    with pytest.raises(InsufficientFunds):
        services.deduct(tenant, amount=Decimal(11), key="fix", at=NOON, description="Ошибка")

    services.deduct(tenant, amount=Decimal(10), key="fix", at=NOON, description="Ошибка")

    balance = Balance.objects.get(tenant=tenant)
    assert (balance.balance, balance.total_spent) == (90, 0)


def test_a_charge_is_given_back_in_parts_but_never_more(tenant):
    entry = pay(tenant)
    services.refund(entry, amount=Decimal(10), key="back:1", at=NOON)
    services.refund(entry, amount=Decimal(20), key="back:2", at=NOON)

    with pytest.raises(RefundTooLarge) as refusal:
        services.refund(entry, amount=Decimal("0.000001"), key="back:3", at=NOON)

    assert refusal.value.limit == 0
    balance = Balance.objects.get(tenant=tenant)
    assert (balance.balance, balance.total_spent) == (100, 0)


def test_a_repeated_refund_returns_the_first_entry(tenant):
    entry = pay(tenant)

    first = services.refund(entry, amount=Decimal(30), key="back", at=NOON)

    assert services.refund(entry, amount=Decimal(30), key="back", at=NOON) == first
    assert money_of(tenant) == (100, 0)


def test_a_refund_is_not_refunded(tenant):
    back = services.refund(pay(tenant), amount=Decimal(30), key="back", at=NOON)

    with pytest.raises(NotRefundable):
        services.refund(back, amount=Decimal(30), key="back:2", at=NOON)


def test_a_top_up_that_was_spent_cannot_be_taken_back(tenant):
    top_up = BalanceTransaction.objects.get()
    pay(tenant)

    with pytest.raises(InsufficientFunds):
        services.refund(top_up, amount=Decimal(100), key="back", at=NOON)
    services.refund(top_up, amount=Decimal(70), key="back", at=NOON)

    balance = Balance.objects.get(tenant=tenant)
    assert (balance.balance, balance.total_topped_up, balance.total_spent) == (0, 30, 30)
