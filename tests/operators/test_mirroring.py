"""Tickets are copied into Jira and Zendesk once, whatever happens to the answers."""

from datetime import timedelta

import pytest

from accounts import services
from accounts.enums import Direction, IntegrationStatus, SyncStatus
from accounts.models import Platform, SyncLog
from operators.enums import MirrorStatus
from operators.errors import DeskUnusable, NotConnected
from operators.mirrors.jira import document
from operators.models import TicketExternalRef, TicketMirror
from operators.services import mirroring
from tests.factories.accounts import TenantFactory
from tests.factories.operators import NOON, TicketFactory, operator_of
from tests.operators.helpdesks import helpdesk, jira, zendesk
from tests.races import race

SPEAK = {"jira": jira, "zendesk": zendesk}
LATER = timedelta(hours=7)


@pytest.fixture(params=["jira", "zendesk"])
def desk(request, settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True
    with helpdesk(SPEAK[request.param]) as served:
        served.platform = request.param
        yield served


def credentials_for(desk, token="right"):
    address = {"base_url": desk.url, "project": "SUP"} if desk.platform == "jira" else {"subdomain": desk.url}
    return {**address, "email": "me@lavka.example", "api_token": token}


def wish(desk, *, token="right", **fields):
    ticket = TicketFactory(title="Не пришёл заказ", description="Жду неделю.\n\nЧто делать?", **fields)
    platform = Platform.objects.get(pk=desk.platform)
    integration = services.connect(ticket.tenant, platform=platform, credentials=credentials_for(desk, token))
    return mirroring.request(ticket, integration=integration, at=NOON)


def again(mirror, *, at):
    mirroring.push(mirror.pk, at=at)
    mirror.refresh_from_db()
    return mirror.status


def runs():
    return list(SyncLog.objects.order_by("pk").values_list("direction", "status"))


@pytest.mark.django_db
def test_a_ticket_gets_its_copy_and_a_link_to_it(desk):
    mirror = wish(desk)

    assert again(mirror, at=NOON) == MirrorStatus.SENT
    assert not mirroring.push(mirror.pk, at=NOON + LATER)

    ref = TicketExternalRef.objects.get()
    where = {"jira": ("SUP-1", f"{desk.url}/browse/SUP-1"), "zendesk": ("1", f"{desk.url}/agent/tickets/1")}
    assert (ref.external_id, ref.external_url) == where[desk.platform]
    assert (ref.ticket, ref.system, len(desk.made)) == (mirror.ticket, desk.platform, 1)
    assert runs() == [(Direction.OUTBOUND, SyncStatus.SUCCESS)]


@pytest.mark.django_db
def test_a_lost_answer_is_read_back_and_not_sent_again(desk):
    mirror = wish(desk)
    desk.faults.append(("POST", None, {}))

    assert again(mirror, at=NOON) == MirrorStatus.UNKNOWN
    assert not mirroring.push(mirror.pk, at=NOON + timedelta(seconds=30))
    assert again(mirror, at=NOON + LATER) == MirrorStatus.SENT

    assert (len(desk.of("POST")), len(desk.made), TicketExternalRef.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_what_cannot_be_found_is_left_to_a_person(desk):
    mirror, at = wish(desk), NOON
    desk.faults.append(("POST", 502, {}))

    states = [again(mirror, at=NOON + LATER * step) for step in range(4)]

    assert states == [MirrorStatus.UNKNOWN] * 3 + [MirrorStatus.FAILED]
    assert (len(desk.of("POST")), len(desk.made)) == (1, 0)
    mirroring.request(mirror.ticket, integration=mirror.integration, at=at + LATER * 5)
    assert again(mirror, at=NOON + LATER * 5) == MirrorStatus.SENT
    assert (len(desk.of("POST")), len(desk.made)) == (2, 1)


@pytest.mark.django_db
def test_a_dead_workers_copy_is_found(desk):
    mirror = wish(desk)
    claimed, _ = mirroring._claim(mirror.pk, at=NOON)
    mirroring._carry(claimed, is_unknown=False)  # and here the worker dies

    assert not mirroring.push(mirror.pk, at=NOON + timedelta(seconds=60))
    assert again(mirror, at=NOON + LATER) == MirrorStatus.SENT
    assert len(desk.made) == 1


@pytest.mark.django_db
def test_a_help_desk_that_asks_for_patience_gets_it(desk):
    mirror = wish(desk)
    desk.faults.append(("POST", 429, {"Retry-After": "900"}))

    assert again(mirror, at=NOON) == MirrorStatus.PENDING
    assert mirror.next_attempt_at == NOON + timedelta(seconds=900)
    assert not mirroring.push(mirror.pk, at=NOON + timedelta(seconds=899))
    assert again(mirror, at=NOON + timedelta(seconds=900)) == MirrorStatus.SENT
    assert len(desk.made) == 1


@pytest.mark.django_db
def test_refused_credentials_are_said_to_be(desk):
    mirror = wish(desk, token="wrong")

    assert again(mirror, at=NOON) == MirrorStatus.FAILED
    mirror.integration.refresh_from_db()
    assert mirror.integration.status == IntegrationStatus.REAUTH_REQUIRED
    assert runs() == [(Direction.OUTBOUND, SyncStatus.FAILED)]


@pytest.mark.django_db
def test_credentials_that_cannot_be_decrypted_fail_the_copy(desk, settings):
    mirror = wish(desk)
    settings.ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]

    assert again(mirror, at=NOON) == MirrorStatus.FAILED
    assert desk.asked == []


@pytest.mark.django_db
def test_nobody_is_asked_in_our_own_network(desk, settings):
    mirror = wish(desk)
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = False

    assert again(mirror, at=NOON) == MirrorStatus.FAILED
    assert (desk.asked, TicketExternalRef.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_a_foreign_connection_is_refused(desk):
    integration = wish(desk).integration

    with pytest.raises(NotConnected):
        mirroring.request(TicketFactory(), integration=integration, at=NOON)


@pytest.mark.django_db
def test_connecting_tries_the_credentials(desk, browser_of):
    tenant = TenantFactory()
    browser, url = browser_of(tenant.owner), f"/integrations/new/{desk.platform}/"

    refused = browser.post(url, credentials_for(desk, "wrong"))
    made = browser.post(url, credentials_for(desk))

    assert (refused.status_code, made.status_code) == (422, 302)
    with pytest.raises(DeskUnusable):
        mirroring.greet(desk.platform, credentials_for(desk, "wrong"))


@pytest.mark.django_db
def test_an_operator_sends_a_ticket_and_sees_where_it_went(desk, browser_of):
    mirror = wish(desk)
    browser = browser_of(operator_of(mirror.tenant))
    page = f"/tickets/{mirror.ticket.uuid}/"

    sent = browser.post(f"{page}mirror/", {"integration": str(mirror.integration.uuid)})
    mirroring.push(mirror.pk, at=NOON + LATER)

    assert sent.status_code == 302
    assert TicketExternalRef.objects.get().external_url in browser.get(page).content.decode()
    assert TicketMirror.objects.count() == 1
    foreign = wish(desk).integration
    assert browser.post(f"{page}mirror/", {"integration": str(foreign.uuid)}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_make_one_copy(desk):
    mirror = wish(desk)

    results = race(lambda _: mirroring.push(mirror.pk, at=NOON), threads=4)

    assert (sorted(results), len(desk.made)) == ([False, False, False, True], 1)


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lease_there_are_more(desk, monkeypatch):
    mirror = wish(desk)
    monkeypatch.setattr(mirroring, "_claim", lambda key, at: (TicketMirror.objects.get(pk=key), False))

    race(lambda _: mirroring.push(mirror.pk, at=NOON), threads=4)

    assert len(desk.of("POST")) > 1


def test_text_becomes_a_document():
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "a"}, {"type": "hardBreak"}]}
    paragraph["content"].append({"type": "text", "text": "b"})

    assert document("a\nb\n\n\n") == {"type": "doc", "version": 1, "content": [paragraph]}
    assert document("")["content"] == []
