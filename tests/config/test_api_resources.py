"""What the dashboard shows is in the API: customers and the usage of models."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now

from dialogs.models import ContactIdentity
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import AssistantFactory, UsageFactory
from tests.factories.dialogs import ContactFactory, DialogFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def client(api, tenant):
    return api(tenant.owner)


def found(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


@pytest.mark.parametrize(
    "query",
    [{"email": "anna@example.com"}, {"phone": "+79990000001"}, {"platform": "telegram"}, {"external_id": "77"}],
)
def test_a_customer_is_found_by_what_is_known(client, tenant, query):
    anna = ContactFactory(tenant=tenant, email="anna@example.com", phone="+79990000001")
    for number in ("77", "78"):
        ContactIdentity.objects.create(tenant=tenant, contact=anna, platform="telegram", external_id=number)
    ContactFactory(tenant=tenant)
    ContactFactory(email="anna@example.com", phone="+79990000001")

    rows = found(client, "/api/v1/contacts/", **query)

    assert [row["uuid"] for row in rows] == [str(anna.uuid)]
    assert {identity["external_id"] for identity in rows[0]["identities"]} == {"77", "78"}


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_customers_asks_as_much_for_one_as_for_three(client, tenant, count, django_assert_num_queries):
    for _ in range(count):
        ContactFactory(tenant=tenant)
    client.get("/api/v1/contacts/")

    with django_assert_num_queries(3):
        client.get("/api/v1/contacts/")


def test_conversations_are_narrowed_to_an_assistant_a_customer_and_a_time(client, tenant):
    assistant = AssistantFactory(tenant=tenant)
    wanted = DialogFactory(tenant=tenant, assistant=assistant)
    DialogFactory(tenant=tenant)
    address, later = "/api/v1/dialogs/", (now() + timedelta(hours=1)).isoformat()

    assert [row["uuid"] for row in found(client, address, assistant=assistant.uuid)] == [str(wanted.uuid)]
    assert [row["uuid"] for row in found(client, address, contact=wanted.contact.uuid)] == [str(wanted.uuid)]
    assert found(client, address, created_after=later) == []
    assert len(found(client, address, created_before=later)) == 2


def test_usage_tells_calls_tokens_and_costs(client, tenant):
    UsageFactory(tenant=tenant, cost=Decimal("0.5"), fx_rate=Decimal(90), prompt_tokens=10, completion_tokens=5)
    UsageFactory(tenant=tenant, success=False)
    UsageFactory()

    told = client.get("/api/v1/model-usage/", {"days": 7}).json()

    assert (told["total"]["calls"], told["total"]["failures"], Decimal(told["total"]["roubles"])) == (2, 1, 45)
    assert len(told["days"]) == 7
    assert client.get("/api/v1/model-usage/", {"days": 8}).status_code == 400
