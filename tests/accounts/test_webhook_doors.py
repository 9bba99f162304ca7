"""Webhooks and events over the API and on the pages."""

import pytest

from accounts.enums import EventType, Role, Scope
from accounts.models import Event, WebhookDelivery, WebhookEndpoint
from accounts.services import delivering
from tests.factories.accounts import ApiKeyFactory, MembershipFactory, TenantFactory
from tests.factories.webhooks import NOW, a_delivery, an_endpoint, an_event
from tests.sites import site

pytestmark = pytest.mark.django_db
ENDPOINTS, EVENTS = "/api/v1/webhook-endpoints/", "/api/v1/events/"


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True


def test_an_address_is_added_with_its_secret_changed_and_deleted(api):
    owner = TenantFactory().owner
    client = api(owner)

    made = client.post(ENDPOINTS, {"url": "https://example.com/h", "event_types": ["ticket.moved"]}, format="json")
    address = f"{ENDPOINTS}{made.data['uuid']}/"
    listed = client.get(ENDPOINTS).data["results"]
    rotated = client.post(f"{address}rotate-secret/")
    changed = client.patch(address, {"is_active": False, "event_types": []}, format="json")

    assert (made.status_code, made.data["secret"][:6]) == (201, "whsec_")
    assert "secret" not in listed[0]
    assert rotated.data["secret"] != made.data["secret"]
    assert (changed.data["is_active"], changed.data["switched_off"], changed.data["event_types"]) == (
        False, "by_hand", [],
    )  # fmt: skip
    assert client.delete(address).status_code == 204
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("role", [Role.USER, Role.OPERATOR])
def test_only_administrators_see_and_change_addresses(api, browser_of, role):
    member = MembershipFactory(role=role)
    an_endpoint(member.tenant)

    assert api(member.user).get(ENDPOINTS).status_code == 403
    assert api(member.user).post(ENDPOINTS, {"url": "https://example.com/"}, format="json").status_code == 403
    assert browser_of(member.user).get("/settings/webhooks/").status_code == 403
    assert WebhookEndpoint.objects.count() == 1


@pytest.mark.parametrize("body", [{"url": "nonsense"}, {"url": "https://x.ru/", "event_types": ["nothing"]}, {}])
def test_a_wrong_address_is_refused(api, body):
    assert api(TenantFactory().owner).post(ENDPOINTS, body, format="json").status_code == 400
    assert not WebhookEndpoint.objects.exists()


def test_those_who_poll_read_everything_once_and_in_order(api):
    key = ApiKeyFactory(scopes=[Scope.READ])
    numbers = [an_event(key.tenant, number=n).seq for n in range(5)]
    an_event(TenantFactory())
    client, after, read = api(key.secret), 0, []

    while True:
        page = client.get(EVENTS, {"after": after, "limit": 2}).json()
        read += [event["seq"] for event in page["results"]]
        after = page["after"]
        if not page["has_more"]:
            break

    assert read == numbers == [1, 2, 3, 4, 5]
    assert client.get(EVENTS, {"after": after}).json() == {"results": [], "after": 5, "has_more": False}


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=99999999999999999999", "limit=0", "type=nothing"])
def test_a_wrong_question_for_events_is_refused(api, query):
    assert api(TenantFactory().owner).get(f"{EVENTS}?{query}").status_code == 400


def test_events_can_be_narrowed_to_a_kind(api):
    tenant = TenantFactory()
    an_event(tenant, EventType.TICKET_CREATED)
    low = an_event(tenant, EventType.BALANCE_LOW, available="3.00")

    (event,) = api(tenant.owner).get(EVENTS, {"type": "balance.low"}).json()["results"]

    assert (event["id"], event["seq"], event["data"]) == (str(low.uuid), 2, {"available": "3.00"})


def test_the_log_says_what_was_answered_and_a_replay_goes_out_again(browser_of):
    with site() as receiver:
        receiver.put("/hook", "<b>sorry</b>", status=503)
        delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))
        delivering.deliver(delivery.pk, at=NOW)
    client = browser_of(delivery.tenant.owner)

    page = client.get(f"/settings/webhooks/deliveries/{delivery.uuid}/").content.decode()
    log = client.get(f"/settings/webhooks/{delivery.endpoint.uuid}/").content.decode()
    WebhookDelivery.objects.filter(pk=delivery.pk).update(status="failed")
    again = client.post(f"/settings/webhooks/deliveries/{delivery.uuid}/replay/")

    assert ("503" in page, "&lt;b&gt;sorry" in page, "<b>sorry" in page) == (True, True, False)
    assert "503" in log
    replayed = WebhookDelivery.objects.get(is_replay=True)
    assert again["Location"] == f"/settings/webhooks/deliveries/{replayed.uuid}/"
    assert replayed.event == delivery.event


def test_the_page_adds_an_address_shows_its_secret_once_and_tests_it(browser_of):
    tenant = TenantFactory()
    client = browser_of(tenant.owner)

    shown = client.post("/settings/webhooks/", {"url": "https://example.com/h", "event_types": ["balance.low"]})
    endpoint = WebhookEndpoint.objects.get()
    client.post(f"/settings/webhooks/{endpoint.uuid}/test/")

    assert b"whsec_" in shown.content
    assert b"whsec_" not in client.get(f"/settings/webhooks/{endpoint.uuid}/").content
    assert b"https://example.com/h" in client.get("/settings/webhooks/").content
    assert WebhookDelivery.objects.get().event.type == EventType.WEBHOOK_TEST


def test_the_page_says_what_is_wrong_with_an_address(browser_of, settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = False
    refused = browser_of(TenantFactory().owner).post("/settings/webhooks/", {"url": "https://127.0.0.1/"})

    assert (refused.status_code, WebhookEndpoint.objects.count(), Event.objects.count()) == (422, 0, 0)
