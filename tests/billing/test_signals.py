"""Who hears that money runs out, and how often."""

from decimal import Decimal

import pytest
from django.db import transaction

from accounts.models import Event
from billing import services
from billing.enums import ServiceType
from billing.errors import InsufficientFunds
from billing.signals import balance_exhausted, balance_low
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON, BalanceFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard():
    calls = []

    def hear_low(*, tenant_id, available, **_):
        calls.append(("low", tenant_id, available))

    def hear_exhausted(*, tenant_id, available, **_):
        calls.append(("exhausted", tenant_id, available))

    balance_low.connect(hear_low)
    balance_exhausted.connect(hear_exhausted)
    yield calls
    balance_low.disconnect(hear_low)
    balance_exhausted.disconnect(hear_exhausted)


def pay(tenant, amount, key):
    services.charge(tenant, service=ServiceType.AI_MESSAGE, key=key, at=NOON, amount=Decimal(amount))


def reserve(tenant, amount, key):
    return services.hold(tenant, service=ServiceType.AI_MESSAGE, key=key, at=NOON, amount=Decimal(amount))


def test_a_low_balance_is_told_once_per_fall(heard):
    tenant = BalanceFactory(balance=103).tenant

    for number, amount in enumerate((1, 2, 1, 5)):  # 102, 100, 99: low, 94
        pay(tenant, amount, f"a:{number}")
    services.top_up(tenant, amount=Decimal(50), key="more", at=NOON)
    pay(tenant, 50, "b")

    assert heard == [("low", tenant.pk, 99), ("low", tenant.pk, 94)]


def test_programs_of_the_shop_are_told_too():
    tenant = BalanceFactory(balance=101).tenant

    pay(tenant, 2, "a")

    (event,) = Event.objects.of(tenant)
    assert (event.type, event.data) == ("balance.low", {"available": "99.000000"})


def test_a_captured_reservation_can_make_the_balance_low(heard):
    tenant = BalanceFactory(balance=101).tenant
    hold = reserve(tenant, 2, "a")
    assert heard == []

    services.capture(hold, at=NOON)

    assert heard == [("low", tenant.pk, 99)]


def test_what_could_not_be_paid_is_told_once_until_money_comes_in(heard):
    tenant = BalanceFactory(balance=5).tenant
    for number in range(3):
        with pytest.raises(InsufficientFunds):
            reserve(tenant, 6, f"a:{number}")
        with pytest.raises(InsufficientFunds):
            pay(tenant, 6, f"b:{number}")
    services.top_up(tenant, amount=Decimal(1), key="more", at=NOON)
    with pytest.raises(InsufficientFunds):
        reserve(tenant, 7, "c")

    assert heard == [("exhausted", tenant.pk, 5), ("exhausted", tenant.pk, 6)]


def test_a_shop_that_never_had_money_is_told_too(heard):
    tenant = TenantFactory()

    with pytest.raises(InsufficientFunds):
        pay(tenant, 1, "a")

    assert heard == [("exhausted", tenant.pk, 0)]


def test_nothing_is_told_of_what_was_rolled_back(heard):
    tenant = BalanceFactory(balance=100).tenant

    with transaction.atomic():
        pay(tenant, 1, "a")
        transaction.set_rollback(True)

    assert heard == []


def test_a_listener_that_fails_does_not_undo_the_charge(heard):
    def fail(**_):
        raise RuntimeError

    tenant = BalanceFactory(balance=100).tenant
    balance_low.connect(fail)
    try:
        pay(tenant, 1, "a")
    finally:
        balance_low.disconnect(fail)

    assert heard == [("low", tenant.pk, 99)]
