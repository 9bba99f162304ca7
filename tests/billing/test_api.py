"""Money over the API."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.enums import Role, Scope
from accounts.services import issue_api_key
from billing import services
from billing.enums import PaymentStatus, ServiceType
from billing.errors import SpendCapReached
from billing.models import Balance, BalanceTransaction, Payment
from billing.providers import SANDBOX
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.billing import NOON, BalanceFactory, PromoCodeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return BalanceFactory(balance=1000).tenant


def calling(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def api(tenant):
    return calling(tenant.owner)


def key_of(tenant, scope):
    _, secret = issue_api_key(tenant, name="k", scopes=[scope], created_by=tenant.owner, at=now(), expires_at=None)
    return APIClient(HTTP_AUTHORIZATION=f"Api-Key {secret}")


def pay(tenant, key="a", amount=3, at=NOON):
    return services.charge(tenant, service=ServiceType.AI_MESSAGE, key=key, at=at, amount=Decimal(amount))


def test_the_balance_says_what_there_is(api, tenant):
    pay(tenant, at=now())
    services.hold(tenant, service=ServiceType.AI_MESSAGE, key="h", at=NOON, amount=Decimal("0.5"))

    assert api.get("/api/v1/balance/").json() == {
        "balance": "997.000000",
        "held": "0.500000",
        "available": "996.500000",
        "spent_today": "3.000000",
        "spent_this_month": "3.000000",
        "is_low": False,
        "per_day": "0.428571",
        "runway": 999,
        "currency": "RUB",
    }


@pytest.mark.parametrize("count", [1, 3])
def test_entries_are_listed_newest_first_without_strangers(api, tenant, django_assert_max_num_queries, count):
    pay(BalanceFactory().tenant)
    for number in range(count):
        pay(tenant, key=f"a:{number}")

    with django_assert_max_num_queries(6):
        page = api.get("/api/v1/transactions/?type=ai_message").json()

    assert [row["balance_after"] for row in page["results"]] == [
        f"{1000 - 3 * number}.000000" for number in range(count, 0, -1)
    ]
    assert set(page) == {"next", "previous", "results"}


def test_entries_are_filtered_by_type_and_time(api, tenant):
    pay(tenant)

    def found(query):
        return [row["transaction_type"] for row in api.get(f"/api/v1/transactions/?{query}").json()["results"]]

    assert found("type=topup") == ["topup"]
    assert found("type=topup&type=ai_message") == ["ai_message", "topup"]
    assert found("created_after=2026-11-20T12:00:00Z") == ["ai_message", "topup"]
    assert found("created_before=2026-11-20T12:00:00Z") == []


@pytest.mark.parametrize("query", ["type=theft", "created_after=yesterday"])
def test_an_odd_filter_is_refused(api, query):
    response = api.get(f"/api/v1/transactions/?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_an_entry_is_read_by_its_uuid_and_never_written(api, tenant):
    entry = pay(tenant)
    back = services.refund(entry, amount=Decimal(1), key="back", at=NOON)
    address = f"/api/v1/transactions/{back.uuid}/"

    assert api.get(address).json()["refund_of"] == str(entry.uuid)
    refused = [getattr(api, verb)(address, {"amount": "5"}).status_code for verb in ("put", "patch", "delete", "post")]
    assert refused == [405] * 4


def test_a_stranger_finds_no_row(tenant):
    entry = pay(tenant)
    payment = services.start_payment(tenant, amount=Decimal(500), return_page=str, at=NOON)
    stranger = calling(TenantFactory().owner)

    for row in (f"transactions/{entry.uuid}", f"payments/{payment.uuid}", f"payments/{uuid4()}"):
        assert stranger.get(f"/api/v1/{row}/").status_code == 404


@pytest.mark.parametrize("address", ["balance/", "transactions/", "payments/", "prices/"])
def test_nobody_reads_without_credentials(address):
    assert APIClient().get(f"/api/v1/{address}").status_code == 401


def test_a_top_up_is_begun_and_followed(api, tenant):
    begun = api.post("/api/v1/payments/", {"amount": "500.00"}).json()
    payment = Payment.objects.get()
    assert begun["status"] == "pending"
    assert begun["confirmation_url"] == f"http://testserver/balance/sandbox/{payment.uuid}/"

    SANDBOX.decide(payment.provider_payment_id, PaymentStatus.SUCCEEDED)
    services.settle_open(at=now())

    paid = api.get(f"/api/v1/payments/{payment.uuid}/").json()
    assert paid["status"] == "succeeded"
    assert paid["transaction"] == str(BalanceTransaction.objects.get(key=f"payment:{payment.uuid}").uuid)


@pytest.mark.parametrize(
    "amount", [None, "", "-1", "0", "9.99", "1e9", "NaN", "Infinity", "100,00", "0.001", [], {}, True, "9" * 2000]
)
def test_an_odd_amount_is_refused(api, amount):
    response = api.post("/api/v1/payments/", {"amount": amount})

    assert response.status_code == 400
    assert Payment.objects.count() == 0


def test_prices_of_today_are_listed(api):
    prices = {row["service_type"]: row["price"] for row in api.get("/api/v1/prices/").json()}

    assert (len(prices), prices["ai_message"]) == (8, "1.500000")


def test_a_promo_code_is_redeemed_once(api, tenant):
    PromoCodeFactory(code="GIFT", value=Decimal("12.5"))

    first = api.post("/api/v1/promo-codes/redeem/", {"code": "gift"})
    second = api.post("/api/v1/promo-codes/redeem/", {"code": "GIFT"})

    assert (first.status_code, first.json()) == (201, {"kind": "credited", "credited": "12.500000"})
    assert (second.status_code, second.json()["code"]) == (409, "promo_already_used")
    assert Balance.objects.get(tenant=tenant).balance == Decimal("1012.5")


def test_a_code_with_a_condition_is_promised(api):
    PromoCodeFactory(code="TEN", type="percentage", value=10)

    assert api.post("/api/v1/promo-codes/redeem/", {"code": "TEN"}).json() == {
        "kind": "waiting",
        "credited": "0.000000",
    }


def test_an_unknown_code_is_a_problem(api):
    response = api.post("/api/v1/promo-codes/redeem/", {"code": "NOTHING"})

    assert (response.status_code, response.json()["code"]) == (404, "code_unknown")


@pytest.mark.parametrize("address", ["payments", "promo-codes/redeem"])
def test_only_administrators_move_money(tenant, address):
    PromoCodeFactory(code="GIFT")
    operator = calling(MembershipFactory(tenant=tenant, role=Role.OPERATOR).user)

    response = operator.post(f"/api/v1/{address}/", {"amount": "500", "code": "GIFT"})

    assert (response.status_code, response.json()["code"]) == (403, "role_required")
    assert Balance.objects.get(tenant=tenant).balance == 1000


@pytest.mark.parametrize(("scope", "status"), [(Scope.ALL, 201), (Scope.READ, 403), (Scope.ASK, 403)])
def test_keys_move_money_only_with_every_scope(tenant, scope, status):
    assert key_of(tenant, scope).post("/api/v1/payments/", {"amount": "500"}, format="json").status_code == status
    assert Payment.objects.count() == (status == 201)


def test_a_reading_key_reads(tenant):
    assert key_of(tenant, Scope.READ).get("/api/v1/balance/").json()["balance"] == "1000.000000"


# --- usage, limits, invitations, what is new of the others ----------------------------


def test_entries_are_filtered_by_size_assistant_and_channel(api, tenant):
    lina = AssistantFactory(tenant=tenant)
    services.charge(
        tenant,
        service=ServiceType.AI_MESSAGE,
        key="a",
        at=NOON,
        amount=Decimal(3),
        assistant_id=lina.pk,
        channel="telegram",
    )
    pay(tenant, key="b", amount=7)

    def found(query):
        return [row["amount"] for row in api.get(f"/api/v1/transactions/?{query}").json()["results"]]

    assert found(f"assistant={lina.uuid}") == found("channel=telegram") == ["-3.000000"]
    assert found(f"assistant={AssistantFactory().uuid}") == []
    assert found("min_amount=5") == ["-7.000000", "1000.000000"]
    assert found("min_amount=3&max_amount=7") == ["-7.000000", "-3.000000"]
    (row,) = api.get("/api/v1/transactions/?channel=telegram").json()["results"]
    assert (row["assistant"], row["channel"]) == (str(lina.uuid), "telegram")


@pytest.mark.parametrize("query", ["min_amount=-1", "min_amount=NaN", "max_amount=x", "assistant=1"])
def test_an_odd_size_or_assistant_is_refused(api, query):
    assert api.get(f"/api/v1/transactions/?{query}").status_code == 400


def test_usage_is_told_by_day_and_assistant(api, tenant):
    lina = AssistantFactory(tenant=tenant, name="Лина")
    services.charge(
        tenant,
        service=ServiceType.AI_MESSAGE,
        key="a",
        at=now(),
        amount=Decimal(3),
        assistant_id=lina.pk,
        channel="api",
    )

    usage = api.get("/api/v1/usage/?days=7").json()

    assert (usage["spent"], usage["entries"], len(usage["days"])) == ("3.000000", 1, 7)
    assert [(line["key"], line["name"]) for line in usage["assistants"]] == [(str(lina.uuid), "Лина")]
    assert [line["key"] for line in usage["channels"]] == ["api"]
    assert api.get("/api/v1/usage/?days=8").status_code == 400


def test_limits_are_set_and_lifted(api, tenant):
    pay(tenant, at=now())
    assert api.put("/api/v1/spend-caps/", {"per_day": "3.00"}).json() == {
        "per_day": "3.00",
        "per_month": None,
        "spent_today": "3.000000",
        "spent_this_month": "3.000000",
    }
    with pytest.raises(SpendCapReached):
        pay(tenant, key="b", at=now())
    assert api.put("/api/v1/spend-caps/", {}).json()["per_day"] is None
    assert api.get("/api/v1/spend-caps/").json()["per_day"] is None


@pytest.mark.parametrize("per_day", ["0", "-1", "NaN", "0.001", "1e30", True, [], {}])
def test_an_odd_limit_is_refused(api, per_day):
    assert api.put("/api/v1/spend-caps/", {"per_day": per_day}).status_code == 400


def test_a_month_less_than_a_day_is_refused(api):
    assert api.put("/api/v1/spend-caps/", {"per_day": "10", "per_month": "9"}).json()["code"] == "bad_amount"


def test_prices_to_come_are_listed_apart(api):
    services.set_price(ServiceType.AI_MESSAGE, price=Decimal(2), valid_from=now() + timedelta(days=1), at=now())

    assert [row["price"] for row in api.get("/api/v1/prices/?when=coming").json()] == ["2.000000"]
    assert api.get("/api/v1/prices/?service_type=ai_message").json()[0]["price"] == "1.500000"
    assert api.get("/api/v1/prices/?when=never").status_code == 400


def test_the_invitation_and_its_rewards(api, tenant):
    guest = TenantFactory()
    code = services.referral_code_of(tenant)
    services.apply_code(guest, code=code.code, at=NOON)
    payment = services.start_payment(guest, amount=Decimal(500), return_page=str, at=NOON)
    SANDBOX.decide(payment.provider_payment_id, PaymentStatus.SUCCEEDED)
    services.settle(payment, at=NOON)

    invitation = api.get("/api/v1/referral/").json()
    assert invitation["link"].endswith(f"/r/{code.code}/")
    assert (invitation["signed_up"], invitation["paying"], invitation["held"]) == (1, 1, "50.000000")
    (reward,) = api.get("/api/v1/referral-rewards/?status=held").json()["results"]
    assert (reward["shop"], reward["amount"]) == (guest.name, "50.000000")


def test_who_may_not_pay_sets_no_limits_and_sees_no_rewards(tenant):
    viewer = calling(MembershipFactory(tenant=tenant, role=Role.USER).user)

    assert viewer.put("/api/v1/spend-caps/", {"per_day": "5"}).status_code == 403
    assert [viewer.get(f"/api/v1/{name}/").status_code for name in ("referral", "referral-rewards")] == [403, 403]
    assert [viewer.get(f"/api/v1/{name}/").status_code for name in ("usage", "spend-caps", "prices")] == [200] * 3


def test_a_provider_that_is_not_connected_takes_no_payment(api):
    assert api.post("/api/v1/payments/", {"amount": "500", "provider": "yookassa"}).json()["code"] == "payments_off"
    assert api.post("/api/v1/payments/", {"amount": "500", "provider": "bank"}).status_code == 400
