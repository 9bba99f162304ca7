"""Programs are told what happened: signed, again and again until they take it, and never too long."""

import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from django.core import mail

from accounts.enums import EventType, SwitchOff, WebhookStatus
from accounts.errors import EndpointOff, EndpointUnusable, TooManyEndpoints
from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.services import delivering, endpoints
from tests.factories.accounts import TenantFactory
from tests.factories.webhooks import NOW, SECRET, a_delivery, an_endpoint, an_event
from tests.sites import Answer, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True
    with site() as served:
        served.put("/hook", "thank you")
        yield served


def verified(served, *, secret=SECRET):
    """Say for each request, as a receiver would, whether its signature is true."""
    verdicts = []
    for (_, headers), body in zip(served.journal, served.bodies, strict=True):
        expected = hmac.new(secret.encode(), f"{headers['otklik-timestamp']}.".encode() + body, hashlib.sha256)
        given = headers["otklik-signature"].split(",")
        verdicts.append(any(hmac.compare_digest(f"v1={expected.hexdigest()}", each) for each in given))
    return verdicts


def status_of(delivery):
    kept = WebhookDelivery.objects.get(pk=delivery.pk)
    return kept.status, kept.attempt_count


def test_an_event_arrives_signed(receiver):
    delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))

    assert delivering.deliver(delivery.pk, at=NOW)

    ((path, headers),) = receiver.journal
    assert (path, headers["otklik-event"]) == ("/hook", "ticket.created")
    assert headers["otklik-delivery"] == str(delivery.uuid)
    assert json.loads(receiver.bodies[0]) == delivery.event.as_json()
    assert json.loads(receiver.bodies[0])["seq"] == 1
    assert (verified(receiver), verified(receiver, secret="another")) == ([True], [False])
    assert status_of(delivery) == (WebhookStatus.DELIVERED, 1)
    attempt = WebhookAttempt.objects.get()
    assert (attempt.response_status, attempt.response_body, attempt.is_good) == (200, "thank you", True)


def test_what_was_delivered_is_not_sent_again(receiver):
    delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))

    assert [delivering.deliver(delivery.pk, at=NOW + timedelta(hours=n)) for n in range(2)] == [True, False]
    assert len(receiver.bodies) == 1


def test_while_a_secret_is_changed_both_sign(receiver):
    endpoint = an_endpoint(url=f"{receiver.url}/hook")
    fresh = endpoints.rotate_secret(endpoint, at=NOW)

    delivering.deliver(a_delivery(endpoint).pk, at=NOW)
    assert (verified(receiver), verified(receiver, secret=fresh)) == ([True], [True])

    later = NOW + endpoints.FORMER_SIGNS
    delivering.deliver(a_delivery(endpoint).pk, at=later)
    assert (verified(receiver), verified(receiver, secret=fresh)) == ([True, False], [True, True])


def test_a_failure_is_tried_again_with_growing_pauses_and_given_up_in_the_end(receiver):
    receiver.put("/hook", "no", status=500)
    delivery, at, pauses = a_delivery(an_endpoint(url=f"{receiver.url}/hook")), NOW, []

    while WebhookDelivery.objects.get(pk=delivery.pk).status == WebhookStatus.PENDING:
        WebhookEndpoint.objects.update(failing_since=None)  # its patience is another test's
        assert delivering.deliver(delivery.pk, at=at)
        due = WebhookDelivery.objects.get(pk=delivery.pk).next_attempt_at
        pauses.append(due - at)
        assert not delivering.deliver(delivery.pk, at=due - timedelta(seconds=2))
        at = due

    assert status_of(delivery) == (WebhookStatus.FAILED, delivering.MOST_ATTEMPTS)
    assert len(pauses) - 1 >= 8
    assert sorted(pauses[:-1]) == pauses[:-1]
    assert {headers["otklik-delivery"] for _, headers in receiver.journal} == {str(delivery.uuid)}
    assert set(WebhookAttempt.objects.values_list("response_status", "response_body")) == {(500, "no")}


def test_a_redirect_is_not_followed(receiver):
    receiver.redirect("/hook", f"{receiver.url}/elsewhere")
    delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))

    delivering.deliver(delivery.pk, at=NOW)

    assert receiver.asked == ["/hook"]
    assert WebhookAttempt.objects.get().response_status == 302
    assert status_of(delivery) == (WebhookStatus.PENDING, 1)


def test_an_address_that_hangs_is_left_in_time(receiver, monkeypatch):
    monkeypatch.setattr(delivering, "SECONDS", 0.5)
    receiver.answers["/hook"] = Answer(act=lambda _: time.sleep(2))
    delivery, started = a_delivery(an_endpoint(url=f"{receiver.url}/hook")), time.monotonic()

    delivering.deliver(delivery.pk, at=NOW)

    assert time.monotonic() - started < 1.5
    assert WebhookAttempt.objects.get().trouble == "timeout"
    assert status_of(delivery) == (WebhookStatus.PENDING, 1)


def test_an_address_in_our_own_network_is_not_called_whatever_its_name_said_before(receiver, settings):
    delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = False

    delivering.deliver(delivery.pk, at=NOW)

    assert (receiver.asked, WebhookAttempt.objects.get().trouble) == ([], "not_public")


def test_a_worker_killed_between_sending_and_writing_leads_to_a_repeat_with_the_same_id(receiver, monkeypatch):
    delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_write", die)
        with pytest.raises(Killed):
            delivering.deliver(delivery.pk, at=NOW)
    assert status_of(delivery) == (WebhookStatus.PENDING, 1)
    assert not delivering.deliver(delivery.pk, at=NOW + delivering.LEASE / 2)
    assert delivering.sweep_webhooks(at=NOW + delivering.LEASE / 2) == 0

    after = NOW + delivering.LEASE
    assert delivering.sweep_webhooks(at=after) == 1
    assert delivering.deliver(delivery.pk, at=after)

    assert [headers["otklik-delivery"] for _, headers in receiver.journal] == [str(delivery.uuid)] * 2
    assert status_of(delivery) == (WebhookStatus.DELIVERED, 2)


def test_a_worker_that_comes_back_too_late_changes_nothing(receiver):
    delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))
    slow = delivering._claim(delivery.pk, at=NOW)
    delivering.deliver(delivery.pk, at=NOW + delivering.LEASE)

    delivering._write(slow, delivering.Answer(status=500), at=NOW + delivering.LEASE * 2)

    assert status_of(delivery) == (WebhookStatus.DELIVERED, 2)


def test_without_the_lease_the_same_event_would_be_sent_twice(receiver, monkeypatch):
    monkeypatch.setattr(delivering, "LEASE", timedelta(0))
    delivery = a_delivery(an_endpoint(url=f"{receiver.url}/hook"))

    claims = [delivering._claim(delivery.pk, at=NOW) for _ in range(2)]

    assert None not in claims


def test_an_address_that_fails_for_days_is_switched_off_and_the_owner_is_told(
    receiver, django_capture_on_commit_callbacks, eager_tasks
):
    receiver.put("/hook", "no", status=500)
    endpoint = an_endpoint(url=f"{receiver.url}/hook", failing_since=NOW - delivering.PATIENCE)
    first, second = a_delivery(endpoint), a_delivery(endpoint)

    with django_capture_on_commit_callbacks(execute=True):
        delivering.deliver(first.pk, at=NOW)

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.switched_off) == (False, SwitchOff.FAILING)
    (letter,) = mail.outbox
    assert letter.to == [endpoint.tenant.owner.email]
    assert (endpoint.url in letter.body, str(endpoint.uuid) in letter.body) == (True, True)
    assert not delivering.deliver(second.pk, at=NOW)
    assert not an_event(endpoint.tenant).deliveries.exists()

    receiver.put("/hook", "yes")
    endpoints.switch_on(endpoint, at=NOW)
    assert delivering.deliver(second.pk, at=NOW)


def test_a_day_of_failures_is_not_enough_to_be_switched_off(receiver):
    receiver.put("/hook", "no", status=500)
    endpoint = an_endpoint(url=f"{receiver.url}/hook", failing_since=NOW - timedelta(days=1))

    delivering.deliver(a_delivery(endpoint).pk, at=NOW)

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since) == (True, NOW - timedelta(days=1))


def test_one_success_makes_good_for_all_failures(receiver):
    endpoint = an_endpoint(url=f"{receiver.url}/hook", failing_since=NOW - timedelta(days=2))

    delivering.deliver(a_delivery(endpoint).pk, at=NOW)

    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_410_switches_off_at_once(receiver):
    receiver.put("/hook", "gone", status=410)
    endpoint = an_endpoint(url=f"{receiver.url}/hook")

    delivering.deliver(a_delivery(endpoint).pk, at=NOW)

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.switched_off) == (False, SwitchOff.GONE)


def test_a_failing_address_gets_one_delivery_at_a_time(receiver):
    endpoint = an_endpoint(url=f"{receiver.url}/hook", failing_since=NOW)
    first, second = a_delivery(endpoint), a_delivery(endpoint)

    assert delivering._claim(first.pk, at=NOW)
    assert not delivering.deliver(second.pk, at=NOW)
    assert WebhookDelivery.objects.get(pk=second.pk).next_attempt_at == NOW + delivering.TURN


def test_an_event_goes_to_those_who_asked_for_its_kind():
    tenant = TenantFactory()
    everything, tickets = an_endpoint(tenant), an_endpoint(tenant, event_types=[EventType.TICKET_CREATED])
    an_endpoint(tenant, event_types=[EventType.BALANCE_LOW])
    an_endpoint(tenant, is_active=False)
    an_endpoint()

    event = an_event(tenant, EventType.TICKET_CREATED)

    assert set(event.deliveries.values_list("endpoint_id", flat=True)) == {everything.pk, tickets.pk}


def test_a_replay_is_another_delivery_and_pressing_twice_makes_one(receiver):
    endpoint = an_endpoint(url=f"{receiver.url}/hook")
    delivery = a_delivery(endpoint)
    delivering.deliver(delivery.pk, at=NOW)

    again, same = (endpoints.replay(delivery, at=NOW) for _ in range(2))
    delivering.deliver(again.pk, at=NOW)

    assert again == same
    assert again.uuid != delivery.uuid
    assert receiver.bodies[0] == receiver.bodies[1]


def test_nothing_is_replayed_to_an_address_that_is_off():
    delivery = a_delivery(an_endpoint())
    endpoints.switch_off(delivery.endpoint)

    with pytest.raises(EndpointOff):
        endpoints.replay(delivery, at=NOW)
    assert WebhookDelivery.objects.count() == 1


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "https://169.254.169.254/", "ftp://x/", "https://u:p@x.ru/"]
)
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(EndpointUnusable):
        endpoints.add_endpoint(TenantFactory(), url=url)
    assert not WebhookEndpoint.objects.exists()


def test_a_tenant_has_so_many_addresses_and_no_more(settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True
    tenant = TenantFactory()
    for _ in range(endpoints.MOST_ENDPOINTS):
        an_endpoint(tenant)

    with pytest.raises(TooManyEndpoints):
        endpoints.add_endpoint(tenant, url="https://example.com/")
    assert WebhookEndpoint.objects.of(tenant).count() == endpoints.MOST_ENDPOINTS


def test_the_secret_is_kept_encrypted(settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True
    endpoint, secret = endpoints.add_endpoint(TenantFactory(), url="https://example.com/hook")

    endpoint.refresh_from_db()
    assert secret.encode() not in bytes(endpoint.secret_encrypted)
    assert endpoints.secrets_of(endpoint, at=NOW) == [secret]
