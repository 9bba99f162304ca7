"""YooKassa and Robokassa over their own protocols: whatever is lost, late, forged or repeated, money moves once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils.timezone import now

from billing import services
from billing.enums import PaymentStatus, RefundStatus, ServiceType
from billing.errors import (
    InsufficientFunds,
    KeyReused,
    PaymentRefused,
    PaymentsOff,
    ProviderSilent,
    RefundByHand,
    RefundTooLarge,
)
from billing.models import Balance, BalanceTransaction, Payment, PaymentRefund
from billing.reports import reconcile
from tests.factories.accounts import TenantFactory
from tests.factories.billing import NOON, PromoCodeFactory
from tests.payments import ROBO, SHOP, FakeRobokassa, FakeYooKassa, served, unquoted
from tests.races import race

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
HOOK, RESULT = "/webhooks/payments/yookassa/", "/webhooks/payments/robokassa/"


@pytest.fixture(scope="module")
def bank_server():
    with served(FakeYooKassa()) as fake:
        yield fake


@pytest.fixture
def bank(bank_server, settings):
    for book in (bank_server.payments, bank_server.refunds, bank_server.keys, bank_server.asked, bank_server.faults):
        book.clear()
    bank_server.refund_status = "succeeded"
    settings.YOOKASSA = SHOP
    settings.SERVICES = {**configured.SERVICES, "YOOKASSA_API_URL": bank_server.url}
    return bank_server


@pytest.fixture
def robo(settings):
    with served(FakeRobokassa()) as fake:
        settings.ROBOKASSA = ROBO
        settings.SERVICES = {**configured.SERVICES, "ROBOKASSA_URL": f"{fake.url}/Merchant/Index.aspx"}
        yield fake


@pytest.fixture
def tenant():
    return TenantFactory()


def begin(tenant, amount=500, provider="", at=NOON):
    return services.start_payment(
        tenant,
        amount=Decimal(amount),
        return_page=lambda uuid: f"https://desk.example/{uuid}",
        at=at,
        provider=provider,
    )


def knock(said, **extra):
    return Client().post(HOOK, said, content_type="application/json", **extra).status_code


def result(said):
    answer = Client().post(RESULT, urlencode(said), content_type="application/x-www-form-urlencoded")
    return answer.status_code, answer.content.decode()


def balance_of(tenant):
    balance = Balance.objects.filter(tenant=tenant).first()
    return (balance.balance, balance.held) if balance else (0, 0)


def paid(bank, tenant, amount=500):
    payment = begin(tenant, amount)
    bank.pay(payment.provider_payment_id)
    return services.settle(payment, at=LATER)


# --- YooKassa: payments ---------------------------------------------------------------


def test_a_payment_begins_on_the_banks_page_and_ends_in_the_ledger(bank, tenant):
    payment = begin(tenant)

    there = bank.payments[payment.provider_payment_id]
    assert payment.provider == "yookassa"
    assert payment.confirmation_url == there["confirmation"]["confirmation_url"]
    assert (there["amount"], there["metadata"]) == (
        {"value": "500.00", "currency": "RUB"},
        {"payment": str(payment.uuid)},
    )
    assert knock(bank.pay(payment.provider_payment_id)) == 200
    assert balance_of(tenant) == (500, 0)
    assert BalanceTransaction.objects.get().key == f"payment:{payment.uuid}"


@pytest.mark.parametrize("fault", ["lost", "garbage", "cut", 503])
def test_a_payment_whose_beginning_was_not_heard_is_one_payment_at_the_bank(bank, tenant, fault):
    bank.faults = [fault]
    with pytest.raises(ProviderSilent):
        begin(tenant)
    payment = Payment.objects.get()
    assert (payment.is_open, payment.provider_payment_id) == (True, None)

    payment = services.settle(payment, at=LATER)

    assert [payment.provider_payment_id] == list(bank.payments)
    bank.pay(payment.provider_payment_id)
    assert services.settle_open(at=LATER) == 1
    assert balance_of(tenant) == (500, 0)


def test_a_notification_finds_the_payment_whose_number_was_never_heard(bank, tenant):
    bank.faults = ["lost"]
    with pytest.raises(ProviderSilent):
        begin(tenant, at=now())
    (number,) = bank.payments

    assert knock(bank.pay(number)) == 200

    assert balance_of(tenant) == (500, 0)


def test_a_refusal_ends_the_payment_and_names_the_reason(bank, tenant, settings):
    settings.YOOKASSA = replace(SHOP, secret_key="test_wrong")

    with pytest.raises(PaymentRefused, match="Basic auth failed"):
        begin(tenant)

    payment = Payment.objects.get()
    assert (payment.status, payment.reason) == (PaymentStatus.CANCELLED, "Basic auth failed")


def test_a_forged_notification_credits_nothing(bank, tenant):
    payment = begin(tenant)
    forged = {"event": "payment.succeeded", "object": {**bank.payments[payment.provider_payment_id]}}
    forged["object"] |= {"status": "succeeded", "paid": True}

    assert knock(forged) == 200

    payment.refresh_from_db()
    assert payment.is_open
    assert BalanceTransaction.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"event": 1, "object": {}},
        {"event": "payment.succeeded", "object": []},
        {"event": "payment.succeeded", "object": {"id": ["x"]}},
        {"event": "payment.succeeded", "object": {"id": "nobodys", "metadata": {"payment": "x"}}},
        {"event": "refund.succeeded", "object": {"id": "../payments"}},
        {"event": "refund.succeeded", "object": {"id": str(uuid4())}},
    ],
)
def test_nonsense_is_survived(bank, body):
    assert knock(body) in {200, 400}


def test_only_the_banks_networks_may_knock(bank, tenant, settings):
    payment = begin(tenant)
    said = bank.pay(payment.provider_payment_id)
    settings.YOOKASSA = replace(SHOP, networks=("185.71.76.0/27", "2a02:5180::/32"))

    assert knock(said, HTTP_X_FORWARDED_FOR="185.71.76.5") == 403  # nobody stands before us: the header is the caller's
    assert balance_of(tenant) == (0, 0)

    settings.REST_FRAMEWORK = {**configured.REST_FRAMEWORK, "NUM_PROXIES": 1}
    assert knock(said, HTTP_X_FORWARDED_FOR="185.71.76.5, 8.8.8.8") == 403  # only the last word is our proxy's
    assert knock(said, HTTP_X_FORWARDED_FOR="8.8.8.8, 185.71.76.5") == 200
    assert balance_of(tenant) == (500, 0)


def test_late_repeated_and_disordered_notifications_change_nothing_twice(bank, tenant):
    payment = begin(tenant)
    cancelled = {"event": "payment.canceled", "object": {"id": payment.provider_payment_id, "status": "canceled"}}
    said = bank.pay(payment.provider_payment_id)

    assert [knock(cancelled), knock(said), knock(said), knock(cancelled)] == [200] * 4

    assert balance_of(tenant) == (500, 0)
    assert Payment.objects.get().status == PaymentStatus.SUCCEEDED


def test_a_payment_we_stopped_waiting_for_is_credited_when_it_is_paid_after_all(bank, tenant):
    payment = begin(tenant)
    assert services.settle_open(at=NOON + timedelta(days=1)) == 1

    assert knock(bank.pay(payment.provider_payment_id)) == 200

    assert balance_of(tenant) == (500, 0)
    payment.refresh_from_db()
    assert (payment.status, payment.reason) == (PaymentStatus.SUCCEEDED, "")


def test_a_cancelled_payment_names_its_reason(bank, tenant):
    payment = begin(tenant)
    knock(bank.pay(payment.provider_payment_id, "canceled", cancellation_details={"reason": "insufficient_funds"}))

    payment.refresh_from_db()
    assert (payment.status, payment.reason) == (PaymentStatus.CANCELLED, "insufficient_funds")


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": {"value": "5.00", "currency": "RUB"}},
        {"amount": {"value": "500.00", "currency": "USD"}},
        {"metadata": {"payment": str(uuid4())}},
        {"metadata": None},
    ],
)
def test_a_payment_of_another_sum_or_order_is_not_credited(bank, tenant, changes):
    payment = begin(tenant)

    assert knock(bank.pay(payment.provider_payment_id, **changes)) == 409

    assert balance_of(tenant) == (0, 0)


def test_a_test_payment_is_worth_nothing_in_a_real_shop(bank, tenant):
    payment = begin(tenant)
    bank.pay(payment.provider_payment_id, test=False)

    with pytest.raises(ProviderSilent):
        services.settle(payment, at=LATER)

    assert balance_of(tenant) == (0, 0)


def test_a_silent_bank_has_the_notification_repeated(bank, tenant):
    payment = begin(tenant)
    said = bank.pay(payment.provider_payment_id)
    bank.faults = [503]

    assert [knock(said), balance_of(tenant), knock(said), balance_of(tenant)] == [503, (0, 0), 200, (500, 0)]


def test_a_receipt_is_made_for_the_person_who_pays(bank, tenant, settings):
    settings.RECEIPTS = replace(configured.RECEIPTS, is_on=True, tax_system=2)
    payment = begin(tenant)

    receipt = bank.payments[payment.provider_payment_id]["receipt"]
    assert receipt["customer"] == {"email": tenant.owner.email}
    assert receipt["tax_system_code"] == 2
    assert [item["amount"] for item in receipt["items"]] == [{"value": "500.00", "currency": "RUB"}]


@pytest.mark.django_db(transaction=True)
def test_20_notifications_at_once_credit_once(bank):
    tenant = TenantFactory()
    payment = begin(tenant)
    said = bank.pay(payment.provider_payment_id)

    assert race(lambda _: knock(said), threads=20) == [200] * 20

    assert balance_of(tenant) == (500, 0)
    assert reconcile(at=NOON).is_clean


@pytest.mark.django_db(transaction=True)
def test_the_same_race_without_the_key_credits_more_than_once(bank, monkeypatch):
    """The negative control: what the race above would show without lock and idempotency key."""
    tenant = TenantFactory()
    payment = begin(tenant)
    bank.pay(payment.provider_payment_id)

    def careless(number):
        seen = Payment.objects.get(pk=payment.pk)
        if seen.is_open:
            told = services.payments.PROVIDERS["yookassa"].ask(seen.provider_payment_id)
            services.top_up(tenant, amount=told.amount, key=f"careless:{number}", at=LATER)
        return "done"

    assert race(careless, threads=20) == ["done"] * 20
    assert balance_of(tenant)[0] > 500


# --- YooKassa: refunds ----------------------------------------------------------------


def give_back(payment, amount, key=None):
    return services.refund_payment(payment, amount=Decimal(amount), key=key or uuid4(), reason="asked", at=LATER)


def test_parts_of_a_payment_go_back_with_their_share_of_the_bonus(bank, tenant):
    PromoCodeFactory(code="TEN", type="percentage", value=10)
    services.redeem(tenant, code="TEN", at=NOON)
    payment = paid(bank, tenant)
    assert balance_of(tenant) == (550, 0)

    assert give_back(payment, 100).status == RefundStatus.SUCCEEDED
    assert balance_of(tenant) == (440, 0)
    with pytest.raises(RefundTooLarge):
        give_back(payment, "400.01")
    give_back(payment, 400)

    assert balance_of(tenant) == (0, 0)
    assert Payment.objects.get().status == PaymentStatus.REFUNDED
    assert [row["amount"]["value"] for row in bank.refunds.values()] == ["100.00", "400.00"]
    assert reconcile(at=NOON).is_clean


@pytest.mark.parametrize("fault", ["lost", "cut", 503])
def test_a_refund_whose_answer_was_lost_keeps_its_money_aside_and_is_made_once(bank, tenant, fault):
    payment = paid(bank, tenant)
    key = uuid4()
    bank.faults = [fault]
    with pytest.raises(ProviderSilent):
        give_back(payment, 200, key)
    assert balance_of(tenant) == (500, 200)
    with pytest.raises(InsufficientFunds):
        services.charge(tenant, service=ServiceType.AI_MESSAGE, key="a", at=LATER, amount=Decimal(301))
    assert reconcile(at=NOON).is_clean

    assert services.settle_refunds(at=LATER) == 1
    assert give_back(payment, 200, key).status == RefundStatus.SUCCEEDED  # the second click

    assert (balance_of(tenant), len(bank.refunds)) == ((300, 0), 1)
    with pytest.raises(KeyReused):
        give_back(payment, 100, key)
    assert reconcile(at=NOON).is_clean


def test_a_refund_is_not_asked_for_again_once_the_bank_may_have_forgotten_its_key(bank, tenant):
    payment = paid(bank, tenant)
    bank.faults = ["lost"]
    with pytest.raises(ProviderSilent):
        give_back(payment, 200)

    assert services.settle_refunds(at=LATER + timedelta(days=1)) == 0

    assert (balance_of(tenant), len(bank.refunds)) == ((500, 200), 1)


def test_a_refused_refund_frees_the_money(bank, tenant):
    payment = paid(bank, tenant)
    bank.payments[payment.provider_payment_id]["status"] = "canceled"

    with pytest.raises(PaymentRefused):
        give_back(payment, 200)

    refund = PaymentRefund.objects.get()
    assert (refund.status, balance_of(tenant)) == (RefundStatus.FAILED, (500, 0))
    assert Payment.objects.get().refunded == 0


def test_a_refund_that_takes_its_time_ends_by_its_notification(bank, tenant):
    payment = paid(bank, tenant)
    bank.refund_status = "pending"
    refund = give_back(payment, 200)
    assert (refund.status, balance_of(tenant)) == (RefundStatus.PENDING, (500, 200))
    there = bank.refunds[refund.provider_refund_id]
    there["status"] = "succeeded"

    said = {"event": "refund.succeeded", "object": there}
    assert [knock(said), knock(said)] == [200, 200]

    assert (balance_of(tenant), PaymentRefund.objects.get().status) == ((300, 0), RefundStatus.SUCCEEDED)


def test_a_refund_made_in_the_cabinet_is_taken_when_the_money_is_there(bank, tenant):
    payment = paid(bank, tenant)
    services.charge(tenant, service=ServiceType.AI_MESSAGE, key="a", at=LATER, amount=Decimal(400))

    said = bank.cabinet_refund(payment.provider_payment_id, "300.00")
    assert [knock(said), knock(said)] == [200, 200]
    assert (PaymentRefund.objects.get().status, balance_of(tenant)) == (RefundStatus.OWED, (100, 0))

    services.top_up(tenant, amount=Decimal(250), key="b", at=LATER)
    assert services.settle_refunds(at=LATER) == 1

    assert (PaymentRefund.objects.get().status, balance_of(tenant)) == (RefundStatus.SUCCEEDED, (50, 0))
    assert reconcile(at=NOON).is_clean


@pytest.mark.django_db(transaction=True)
def test_rivals_for_a_refund_never_give_back_more_than_was_paid(bank):
    tenant = TenantFactory()
    payment = paid(bank, tenant)

    race(lambda _: give_back(payment, 200), threads=12)

    assert PaymentRefund.objects.filter(status="succeeded").count() == len(bank.refunds) == 2
    assert balance_of(tenant) == (100, 0)
    assert reconcile(at=NOON).is_clean


# --- Robokassa ------------------------------------------------------------------------


def test_a_signed_link_and_a_signed_notification_make_a_payment(robo, tenant):
    payment = begin(tenant)
    asked = robo.open(payment.confirmation_url)
    assert (asked["OutSum"], asked["InvId"], asked["Shp_payment"]) == ("500.00", str(payment.pk), str(payment.uuid))

    said = robo.pay(asked["InvId"])
    assert [result(said), result(said)] == [(200, f"OK{payment.pk}")] * 2

    assert balance_of(tenant) == (500, 0)


def test_the_way_back_asks_robokassa_how_it_went(robo, tenant):
    payment = begin(tenant)
    assert services.settle(payment, at=LATER).is_open  # the page was never opened
    asked = robo.open(payment.confirmation_url)
    assert services.settle(payment, at=LATER).is_open
    robo.pay(asked["InvId"])

    assert services.settle(payment, at=LATER).status == PaymentStatus.SUCCEEDED
    assert balance_of(tenant) == (500, 0)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha384", "sha512"])
def test_each_algorithm_signs(robo, tenant, settings, monkeypatch, algorithm):
    shop = replace(ROBO, algorithm=algorithm)
    settings.ROBOKASSA = shop
    monkeypatch.setattr("tests.payments.ROBO", shop)

    payment = begin(tenant)
    asked = robo.open(payment.confirmation_url)

    assert result(robo.pay(asked["InvId"]))[0] == 200


def test_the_receipt_is_signed_and_quoted_twice(robo, tenant, settings):
    settings.RECEIPTS = replace(configured.RECEIPTS, is_on=True)

    asked = robo.open(begin(tenant).confirmation_url)

    (item,) = unquoted(asked["Receipt"])["items"]
    assert (item["sum"], item["tax"]) == (500.0, "none")


@pytest.mark.parametrize(
    "changes",
    [{"OutSum": "5.00"}, {"InvId": "1"}, {"SignatureValue": "0" * 64}, {"SignatureValue": "ы"}, {"Shp_x": "1"}],
)
def test_a_notification_that_robokassa_did_not_sign_credits_nothing(robo, tenant, changes):
    asked = robo.open(begin(tenant).confirmation_url)

    assert result({**robo.pay(asked["InvId"]), **changes})[0] == 403

    assert balance_of(tenant) == (0, 0)


def test_a_well_signed_notification_of_another_sum_or_order_credits_nothing(robo, tenant):
    asked = robo.open(begin(tenant).confirmation_url)

    assert result(robo.pay(asked["InvId"], OutSum="5.00"))[0] == 409
    assert result(robo.pay(asked["InvId"], Shp_payment=str(uuid4())))[0] == 409
    assert result(robo.pay(asked["InvId"], InvId="999999"))[0] == 404

    assert balance_of(tenant) == (0, 0)


def test_robokassa_gives_back_only_in_its_cabinet(robo, tenant):
    payment = begin(tenant)
    asked = robo.open(payment.confirmation_url)
    result(robo.pay(asked["InvId"]))
    payment.refresh_from_db()

    with pytest.raises(RefundByHand, match="Robokassa"):
        give_back(payment, 100)
    assert balance_of(tenant) == (500, 0)

    services.record_refund(payment, at=LATER)
    assert balance_of(tenant) == (0, 0)


def test_of_two_providers_the_person_chooses(bank, robo, tenant, settings):
    settings.SERVICES = {**settings.SERVICES, "YOOKASSA_API_URL": bank.url}

    assert [begin(tenant).provider, begin(tenant, provider="robokassa").provider] == ["yookassa", "robokassa"]
    with pytest.raises(PaymentsOff):
        begin(tenant, provider="sandbox")
