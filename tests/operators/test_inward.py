"""Jira and Zendesk tell what happens to the copies of tickets, and are told what happens here."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts import services
from accounts.models import Platform, SyncLog
from dialogs.enums import Sender
from operators.enums import MailStatus, TicketStatus
from operators.models import RefChange, TicketExternalRef, TicketMessage
from operators.services import handling, inward, outward, tickets
from tests.factories.accounts import TenantFactory
from tests.factories.operators import ExternalRefFactory, TicketFactory, operator_of
from tests.operators.helpdesks import helpdesk, jira, zendesk
from tests.races import race

pytestmark = pytest.mark.django_db
SECRET = "long enough to be a secret"
JIRA_NAMES = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}


@pytest.fixture(params=["jira", "zendesk"])
def system(request):
    return request.param


@pytest.fixture
def desk(system, settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True
    with helpdesk(jira if system == "jira" else zendesk) as server:
        yield server


@pytest.fixture
def ref(system, desk, sleeping_workers):
    """A ticket whose copy is there."""
    tenant = TenantFactory()
    where = {"base_url": desk.url, "project": "SUP"} if system == "jira" else {"subdomain": desk.url}
    integration = services.connect(
        tenant,
        platform=Platform.objects.get(pk=system),
        credentials={**where, "email": "me@lavka.example", "api_token": "right", "webhook_secret": SECRET},
    )
    ticket = TicketFactory(tenant=tenant, status=TicketStatus.IN_PROGRESS)
    return ExternalRefFactory(
        ticket=ticket,
        integration=integration,
        system=system,
        external_id="SUP-1" if system == "jira" else "1",
        agreed_status=TicketStatus.IN_PROGRESS,
    )


class Teller:
    """Signs and sends as the help desk does."""

    def __init__(self, client, ref):
        self.client, self.ref, self.count = client, ref, 0

    def send(self, body, *, secret=SECRET, at=None, spoil=b"", path=None):
        at = at or now()
        system, moment = self.ref.system, at.strftime("%Y-%m-%dT%H:%M:%SZ")
        raw = json.dumps({**body, "timestamp": int(at.timestamp() * 1000)}).encode()
        if system == "jira":
            digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
            headers = {"X-Hub-Signature": f"sha256={digest}"}
        else:
            digest = base64.b64encode(hmac.new(secret.encode(), moment.encode() + raw, hashlib.sha256).digest())
            headers = {
                "X-Zendesk-Webhook-Signature": digest.decode(),
                "X-Zendesk-Webhook-Signature-Timestamp": moment,
            }
        path = path or f"/webhooks/{system}/{self.ref.integration.uuid}/"
        return self.client.post(path, raw + spoil, content_type="application/json", headers=headers).status_code

    def status(self, kind, *, actor="other", key=None, **how):
        self.count += 1
        if self.ref.system == "jira":
            status = {"name": JIRA_NAMES[kind], "statusCategory": {"key": kind}}
            body = {
                "webhookEvent": "jira:issue_updated",
                "issue": {"key": key or self.ref.external_id, "fields": {"status": status}},
                "changelog": {"items": [{"field": "status"}]},
                "user": {"accountId": actor},
                "number": self.count,
            }
        else:
            name = {"new": "new", "indeterminate": "open", "done": "solved"}[kind]
            body = {
                "id": f"event-{self.count}",
                "type": "zen:event-type:ticket.status_changed",
                "detail": {"id": key or self.ref.external_id, "actor_id": actor},
                "event": {"current": name.upper(), "previous": "NEW"},
            }
        return self.send(body, **how)

    def comment(self, text, *, number="77", actor="other", **how):
        if self.ref.system == "jira":
            author = {"accountId": actor, "displayName": "Пётр"}
            body = {
                "webhookEvent": "comment_created",
                "issue": {"key": self.ref.external_id},
                "comment": {"id": number, "body": text, "author": author},
            }
        else:
            comment = {"id": number, "body": text, "is_public": False, "author": {"id": actor, "name": "Пётр"}}
            body = {
                "id": f"comment-{number}",
                "type": "zen:event-type:ticket.comment_added",
                "detail": {"id": self.ref.external_id},
                "event": {"comment": comment},
            }
        return self.send(body, **how)


@pytest.fixture
def teller(client, ref):
    return Teller(client, ref)


def push_all():
    for change in RefChange.objects.filter(direction="outbound").order_by("pk"):
        outward.push(change.pk, at=now() + timedelta(hours=8))


def now_(ref):
    row = TicketExternalRef.objects.select_related("ticket").get(pk=ref.pk)
    return row.ticket.status, row.agreed_status, row.conflict_status


def test_a_status_there_moves_the_ticket_and_nothing_goes_back(teller, ref):
    code = teller.status("done")

    assert (code, now_(ref)) == (200, ("resolved", "resolved", ""))
    assert RefChange.objects.filter(direction="outbound").count() == 0
    assert SyncLog.objects.get().status == "success"


@pytest.mark.parametrize(
    "how",
    [{"secret": "another"}, {"spoil": b" "}, {"at": now() - timedelta(days=3)}, {"at": now() + timedelta(days=1)}],
    ids=["forged", "changed", "old", "future"],
)
def test_what_is_forged_changed_or_replayed_later_changes_nothing(teller, ref, how):
    if "at" in how:
        how = {"at": now() + (timedelta(days=1) if how["at"] > now() else -timedelta(days=3))}
    assert teller.status("done", **how) == 403
    assert (now_(ref)[0], RefChange.objects.count()) == ("in_progress", 0)


def test_another_shops_address_and_an_unknown_one_look_alike(teller, ref, system):
    other = services.connect(
        TenantFactory(),
        platform=Platform.objects.get(pk=system),
        credentials={
            "base_url": "https://x.example", "project": "SUP", "subdomain": "x", "email": "a@b.example",
            "api_token": "t", "webhook_secret": "theirs",
        },
    )  # fmt: skip
    paths = [f"/webhooks/{system}/{uuid}/" for uuid in (other.uuid, "00000000-0000-7000-8000-000000000000")]

    assert [teller.status("done", path=path) for path in paths] == [403, 403]
    assert now_(ref)[0] == "in_progress"


def test_a_connection_without_a_secret_takes_nothing(teller, ref):
    services.connect(
        ref.integration.tenant,
        platform=ref.integration.platform,
        credentials={"base_url": "x", "project": "x", "subdomain": "x", "email": "x", "api_token": "x"},
        external_account=ref.integration.external_account,
    )

    assert teller.status("done", secret="") == 403


def test_a_comment_becomes_a_note_once_however_often_it_is_told(teller, ref):
    codes = [teller.comment("Нужен номер накладной"), teller.comment("Нужен номер накладной")]

    note = TicketMessage.objects.get()
    assert codes == [200, 200]
    assert (note.text, note.is_internal, note.metadata["external_author"]) == ("Нужен номер накладной", True, "Пётр")
    assert RefChange.objects.filter(direction="outbound").count() == 0


def test_what_was_said_and_decided_here_is_told_there_once(teller, ref, desk):
    operator = operator_of(ref.ticket.tenant, full_name="Ольга")
    handling.reply(ref.ticket, text="Проверяем", by=operator, at=now())
    tickets.move(ref.ticket, TicketStatus.RESOLVED, at=now(), by=operator)

    push_all()
    push_all()

    assert len(desk.comments) == 1
    assert "Ольга: Проверяем" in json.dumps(desk.comments, ensure_ascii=False)
    assert (desk.status, now_(ref)) == ({"jira": "done", "zendesk": "solved"}[ref.system], ("resolved", "resolved", ""))


def test_our_own_doings_that_come_back_are_recognised(teller, ref, desk):
    handling.reply(ref.ticket, text="Проверяем", by=operator_of(ref.ticket.tenant), at=now())
    push_all()
    mark = RefChange.objects.get().mark
    me = "5b10a2844c20165700ede21g" if ref.system == "jira" else "7"

    teller.comment(f"Ольга: Проверяем\n\n{mark}")
    teller.comment("ещё", number="78", actor=me)
    teller.status("done", actor=me)

    assert (TicketMessage.objects.count(), now_(ref)[0]) == (1, "in_progress")


def test_a_comment_whose_answer_was_lost_is_found_and_not_said_twice(teller, ref, desk):
    handling.reply(ref.ticket, text="Проверяем", by=operator_of(ref.ticket.tenant), at=now())
    desk.faults = [("POST" if ref.system == "jira" else "PUT", None, {})]

    push_all()
    lost = RefChange.objects.get().status
    outward.push(RefChange.objects.get().pk, at=now() + timedelta(days=1))

    assert (lost, RefChange.objects.get().status, len(desk.comments)) == (MailStatus.UNKNOWN, MailStatus.SENT, 1)


def test_when_both_sides_changed_a_person_chooses_ours(teller, ref, desk):
    tickets.move(ref.ticket, TicketStatus.ESCALATED, at=now())
    teller.status("done")
    shown = now_(ref)

    inward.settle(ref, keep_ours=True, at=now())
    push_all()

    assert shown == ("escalated", "in_progress", "resolved")
    assert now_(ref) == ("escalated", "escalated", "")
    assert desk.status in {"indeterminate", "open"}


def test_when_both_sides_changed_a_person_chooses_theirs(teller, ref, browser_of):
    tickets.move(ref.ticket, TicketStatus.ESCALATED, at=now())
    teller.status("done")
    person = browser_of(operator_of(ref.ticket.tenant))

    page = person.get(f"/tickets/{ref.ticket.uuid}/").content.decode()
    person.post(f"/tickets/{ref.ticket.uuid}/conflict/{ref.pk}/", {"keep": "theirs"})

    assert "Статус изменили обе стороны" in page
    assert now_(ref) == ("resolved", "resolved", "")


def test_what_concerns_no_ticket_of_ours_is_ignored(teller, ref):
    assert teller.status("done", key="SUP-99") == 200
    assert (now_(ref)[0], RefChange.objects.get().status) == ("in_progress", MailStatus.IGNORED)


@pytest.mark.parametrize("body", [{}, {"issue": 5, "detail": []}, {"webhookEvent": {}, "issue": {"key": []}}])
def test_shapes_nobody_knows_break_nothing(teller, body):
    assert teller.send(body) == 200
    assert RefChange.objects.count() == 0


def test_a_message_of_the_system_is_not_told(ref):
    tickets.post(ref.ticket, sender=Sender.SYSTEM, text="вернулось", at=now(), is_internal=True)

    assert RefChange.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_comment_told_by_four_at_once_is_one_note(client, ref):
    race(lambda _: Teller(type(client)(), ref).comment("Один раз"), threads=4)

    assert TicketMessage.objects.count() == 1
