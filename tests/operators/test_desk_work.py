"""Working at the desk: drafts that survive, colleagues who see each other, many conversations at once, mentions."""

from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.core import mail
from django.utils.timezone import now

from dialogs.enums import DialogStatus, HandoffReason, HandoffStatus
from dialogs.models import Dialog
from operators.enums import BulkAction, JobStatus
from operators.models import DeskJob, DialogNote, KeptDraft, Mention, OperatorPresence, ReplySuggestion
from operators.services import attending, bulk, conducting, handoffs, noting, queueing, sweeping
from tests.dialogs.conftest import dialog_of
from tests.factories.accounts import TenantFactory
from tests.factories.operators import KeptDraftFactory, MentionFactory, NoteFactory, SuggestionFactory, operator_of
from tests.operators.test_console import CLIENT, Operator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sleeping_workers")]


@pytest.fixture
def desk(tenant):
    return [operator_of(tenant, full_name=name) for name in ("Анна Первая", "Борис Второй")]


@pytest.fixture
def dialog(assistant):
    return waiting(assistant, "visitor-1")


@pytest.fixture(autouse=True)
async def _hang_up():
    yield
    for socket in Operator.sockets:
        await socket.disconnect()
    Operator.sockets.clear()


def waiting(assistant, name, minutes=0):
    dialog = dialog_of(assistant, name)
    asked = now() - timedelta(minutes=minutes)
    handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=asked)
    return dialog


async def test_what_was_begun_survives_the_page_until_it_is_sent(dialog, desk, tenant):
    uuid = {"dialog": str(dialog.uuid)}
    page = await Operator.greeted(desk[0], tenant)
    await page.ask("take", **uuid)
    await page.socket.send_json_to({"command": "keep", "mode": "reply", "text": "Здравствуйте, я", **uuid})
    await page.socket.send_json_to({"command": "keep", "mode": "note", "text": "Спросить", **uuid})

    again = await Operator.greeted(desk[0], tenant)
    other = await Operator.greeted(desk[1], tenant)
    kept, theirs = [(await someone.ask("open", **uuid))["kept"] for someone in (again, other)]
    await again.ask("post", client_id=CLIENT.format(1), text="Здравствуйте!", **uuid)
    after = (await again.ask("open", **uuid))["kept"]

    assert kept == {"reply": "Здравствуйте, я", "note": "Спросить"}
    assert theirs == {}
    assert after == {"note": "Спросить"}


async def test_colleagues_see_each_other_at_the_same_conversation(dialog, desk, tenant):
    uuid = {"dialog": str(dialog.uuid)}
    anna, boris = [await Operator.greeted(person, tenant) for person in desk]
    await anna.ask("open", **uuid)
    await boris.ask("open", **uuid)

    came = await anna.until(lambda e: e["type"] == "watching")
    if not (seen := [event for event in boris.events if event["type"] == "watching"]):
        seen = [await boris.until(lambda e: e["type"] == "watching")]
    await boris.socket.send_json_to({"command": "typing", "is_note": True, **uuid})
    typing = await anna.until(lambda e: e["type"] == "watching" and e["state"] == "typing")
    await boris.socket.disconnect()
    left = await anna.until(lambda e: e["type"] == "watching" and e["state"] == "left")

    assert (came["who"], came["dialog"]) == ("Борис", str(dialog.uuid))
    assert (seen[0]["who"], seen[0]["state"]) == ("Анна", "viewing")
    assert {event["person"] for event in (typing, left)} == {str(desk[1].uuid)}


async def test_settings_are_kept_and_quiet_hours_have_an_end(desk, tenant):
    page = await Operator.greeted(desk[0], tenant)
    wanted = {
        "sound": True,
        "notifications": False,
        "quiet_from": "22:00",
        "quiet_to": "08:30",
        "undo_seconds": 10,
    }

    saved = await page.ask("settings", **wanted)
    refused = await page.ask("settings", **{**wanted, "quiet_to": None})
    again = await Operator.greeted(desk[0], tenant)

    assert saved["settings"] == again.ready["settings"] == wanted
    assert refused["code"] == "invalid"


def test_a_whole_queue_is_closed_once_and_by_its_queue_alone(assistant, desk, tenant, dialog):
    others = [waiting(assistant, f"visitor-{n}") for n in (2, 3)]
    held = dialog_of(assistant, "visitor-4")
    attending.beat(tenant, desk[1], at=now())
    conducting.take(held, operator=desk[1], at=now())
    facts = {"by": desk[0], "action": BulkAction.RESOLVE, "client_id": "bulk-0001", "queue": "waiting", "at": now()}

    job, again = [bulk.begin(tenant, **facts) for _ in range(2)]
    for _ in range(2):
        bulk.carry_out(job.pk, at=now())

    assert again.pk == job.pk
    assert bulk.progress_of(job) == {
        "job": "bulk-0001", "action": "resolve", "total": 3, "done": 3, "refused": 0, "status": "done",
    }  # fmt: skip
    closed = Dialog.objects.filter(status=DialogStatus.CLOSED)
    assert {d.pk for d in closed} == {d.pk for d in (dialog, *others)}


def test_what_cannot_be_done_is_counted_and_a_lost_worker_is_followed(assistant, desk, tenant, dialog):
    anna, boris = desk
    OperatorPresence.objects.create(tenant=tenant, user=boris, max_active_chats_web=1)
    second = waiting(assistant, "visitor-2")
    stranger = dialog_of(assistant, "visitor-3")
    foreign = TenantFactory()
    job = bulk.begin(
        tenant,
        by=anna,
        action=BulkAction.ASSIGN,
        client_id="bulk-0002",
        chosen=[dialog.uuid, second.uuid],
        assignee=boris,
        at=now(),
    )
    assert (
        bulk.begin(
            foreign, by=anna, action=BulkAction.RESOLVE, client_id="b-3", chosen=[stranger.uuid], at=now()
        ).dialogs
        == []
    )
    DeskJob.objects.filter(pk=job.pk).update(status=JobStatus.RUNNING, locked_until=now() - timedelta(seconds=1))

    bulk.carry_out(job.pk, at=now())

    assert (bulk.progress_of(job)["done"], bulk.progress_of(job)["refused"]) == (2, 1)
    assert Dialog.objects.filter(assigned_operator=boris, handoff_status=HandoffStatus.ACTIVE).count() == 1


def test_a_note_reaches_whom_it_calls_by_letter_only_while_they_do_not_look(dialog, desk, tenant, sleeping_workers):
    anna, boris = desk
    noting.leave_note(dialog, author=anna, text="@Борис Второй, глянь", client_id="note-0001", at=now())
    mention = Mention.objects.get()

    calls = noting.calls_of(tenant, boris)
    sent = [noting.write(mention.pk, at=now()) for _ in range(2)]
    noting.see(dialog, person=boris, at=now())

    assert [(call["who"], call["dialog"]) for call in calls] == [("Анна", str(dialog.uuid))]
    assert noting.calls_of(tenant, anna) == noting.calls_of(tenant, boris) == []
    assert sent == [True, False]
    assert (mail.outbox[0].to, "@Борис Второй, глянь" in mail.outbox[0].body) == ([boris.email], True)
    seen = MentionFactory(seen_at=now())
    assert not noting.write(seen.pk, at=now())
    assert [name for name, *_ in sleeping_workers if "mention" in name] == ["operators.tasks.write_of_mention"]


def test_the_sweeper_finds_letters_whose_task_was_lost(sleeping_workers, desk):
    MentionFactory(created_at=now() - timedelta(minutes=10))
    MentionFactory(created_at=now())
    sleeping_workers.clear()

    sweeping.sweep(at=now())

    assert [name for name, *_ in sleeping_workers].count("operators.tasks.write_of_mention") == 1


def test_what_was_begun_for_somebody_is_forgotten_with_them(dialog):
    for factory in (KeptDraftFactory, SuggestionFactory, NoteFactory):
        factory(dialog=dialog)
        factory()

    noting.forget([dialog.pk])

    assert [model.objects.count() for model in (KeptDraft, ReplySuggestion, DialogNote)] == [1, 1, 1]


async def test_an_empty_queue_says_how_long_people_waited_today(assistant, desk, tenant):
    for number, minutes in enumerate((1, 3, 8)):
        dialog = await database_sync_to_async(waiting)(assistant, f"visitor-{number}", minutes)
        await database_sync_to_async(conducting.take)(dialog, operator=desk[0], at=now())
    page = await Operator.greeted(desk[0], tenant)

    listed = await page.ask("queue", queue="waiting")

    assert listed["rows"] == []
    assert round(listed["median_wait"] / 60) == 3
    midnight = now() + timedelta(days=1)
    assert await database_sync_to_async(queueing.median_today)(tenant, at=midnight) is None
