"""Rivals for the same money: each test counts who won, and the ledger proves it."""

import random
import time
from collections import Counter
from decimal import Decimal

import pytest

from billing import services
from billing.enums import ServiceType
from billing.errors import InsufficientFunds
from billing.models import Balance, BalanceHold, BalanceTransaction, PromoCode, PromoCodeUsage
from billing.reports import reconcile
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON, BalanceFactory, PromoCodeFactory
from tests.races import race

pytestmark = pytest.mark.django_db(transaction=True)
RIVALS = 64


def outcomes_of(attempt, *, threads):
    """Count what came of each attempt: its result, or the name of its exception."""
    results = race(attempt, threads=threads)
    return Counter(type(result).__name__ if isinstance(result, Exception) else result for result in results)


def charge(tenant, number, amount=3):
    services.charge(tenant, service=ServiceType.AI_MESSAGE, key=f"charge:{number}", at=NOON, amount=Decimal(amount))
    return "paid"


def test_64_rivals_never_spend_more_than_there_is():
    tenant = BalanceFactory(balance=100).tenant

    outcomes = outcomes_of(lambda number: charge(tenant, number), threads=RIVALS)

    assert outcomes == {"paid": 33, "InsufficientFunds": 31}
    assert Balance.objects.get(tenant=tenant).balance == 1
    assert reconcile(at=NOON).is_clean


def test_the_same_race_with_read_modify_write_oversells():
    """The negative control: what the race above would show if it were not guarded."""
    tenant = BalanceFactory(balance=100).tenant

    def careless(number):
        balance = Balance.objects.get(tenant=tenant)
        if balance.balance < 3:
            raise InsufficientFunds(available=balance.balance, needed=Decimal(3))
        time.sleep(0.01)
        balance.balance -= 3
        balance.save()
        return "paid"

    outcomes = outcomes_of(careless, threads=RIVALS)

    assert outcomes["paid"] > 33
    assert Balance.objects.get(tenant=tenant).balance != 100 - 3 * outcomes["paid"]
    assert not reconcile(at=NOON).is_clean


def test_64_rivals_with_one_key_pay_once():
    tenant = BalanceFactory(balance=100).tenant

    outcomes = outcomes_of(lambda number: charge(tenant, "same"), threads=RIVALS)

    assert outcomes == {"paid": RIVALS}
    assert Balance.objects.get(tenant=tenant).balance == 97
    assert reconcile(at=NOON).is_clean


def test_rivals_that_reserve_take_and_give_back_never_wait_for_each_other_in_a_circle():
    tenant = BalanceFactory(balance=100).tenant
    dice = random.Random(20261120)
    plans = [
        [dice.choice(["charge", "capture", "release", "top_up", "expire"]) for _ in range(6)] for _ in range(RIVALS)
    ]

    def busy(number):
        for step, verb in enumerate(plans[number]):
            key = f"{number}:{step}"
            try:
                if verb == "charge":
                    charge(tenant, key)
                elif verb == "top_up":
                    services.top_up(tenant, amount=Decimal(2), key=key, at=NOON)
                elif verb == "expire":
                    services.expire_holds(at=NOON)
                else:
                    hold = services.hold(tenant, service=ServiceType.AI_MESSAGE, key=key, at=NOON, amount=Decimal(4))
                    getattr(services, verb)(hold, at=NOON)
            except InsufficientFunds:
                continue
        return "done"

    outcomes = outcomes_of(busy, threads=RIVALS)

    assert outcomes == {"done": RIVALS}
    balance = Balance.objects.get(tenant=tenant)
    assert (balance.held, balance.balance >= 0) == (0, True)
    assert reconcile(at=NOON).is_clean


def test_of_a_capture_and_a_release_one_wins():
    tenant = BalanceFactory(balance=100).tenant
    holds = [
        services.hold(tenant, service=ServiceType.AI_MESSAGE, key=f"h:{n}", at=NOON, amount=Decimal(2))
        for n in range(8)
    ]

    def rival(number):
        hold = BalanceHold.objects.get(pk=holds[number % 8].pk)
        verb = services.capture if number % 16 < 8 else services.release
        verb(hold, at=NOON)
        return "done"

    outcomes = outcomes_of(rival, threads=32)

    taken = BalanceHold.objects.filter(status="captured").count()
    assert outcomes["done"] + outcomes["HoldEnded"] == 32
    assert taken + BalanceHold.objects.filter(status="released").count() == 8
    balance = Balance.objects.get(tenant=tenant)
    assert (balance.balance, balance.held) == (100 - 2 * taken, 0)
    assert reconcile(at=NOON).is_clean


def test_the_last_use_of_a_promo_code_goes_to_one_of_20():
    promo = PromoCodeFactory(max_uses=5, used_count=4)
    tenants = TenantFactory.create_batch(20)

    outcomes = outcomes_of(lambda n: bool(services.redeem(tenants[n], code=promo.code, at=NOON)), threads=20)

    assert outcomes == {True: 1, "PromoUsedUp": 19}
    assert PromoCode.objects.get().used_count == 5
    assert PromoCodeUsage.objects.count() == BalanceTransaction.objects.count() == 1
    assert reconcile(at=NOON).is_clean


def test_20_clicks_of_one_tenant_redeem_a_promo_code_once():
    promo, tenant = PromoCodeFactory(), TenantFactory()

    outcomes = outcomes_of(lambda n: bool(services.redeem(tenant, code=promo.code, at=NOON)), threads=20)

    assert outcomes == {True: 1, "PromoAlreadyUsed": 19}
    assert Balance.objects.get(tenant=tenant).balance == 50
    assert PromoCode.objects.get().used_count == 1


def test_parts_of_a_refund_never_add_up_to_more_than_the_charge():
    tenant = BalanceFactory(balance=100).tenant
    entry = services.charge(tenant, service=ServiceType.AI_MESSAGE, key="a", at=NOON, amount=Decimal(10))

    def rival(number):
        services.refund(entry, amount=Decimal(3), key=f"back:{number}", at=NOON)
        return "refunded"

    assert outcomes_of(rival, threads=16) == {"refunded": 3, "RefundTooLarge": 13}
    assert Balance.objects.get(tenant=tenant).balance == 99
    assert reconcile(at=NOON).is_clean
