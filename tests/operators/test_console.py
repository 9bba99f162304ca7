"""The operators' socket, spoken to by its protocol (docs/console.md)."""

import asyncio
import json
from datetime import timedelta
from importlib import import_module

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.timezone import now

from accounts.enums import Role
from accounts.models import Event, Membership
from config.asgi import application
from dialogs import phrases
from dialogs.enums import Channel, HandoffReason, HandoffStatus, Sender
from dialogs.events import announce_message
from dialogs.models import Contact, Dialog, DialogMessage
from dialogs.services import posting, visiting
from dialogs.services.receiving import receive
from operators import reports
from operators.desks import Desk
from operators.models import DialogNote, HandoffRequest, OperatorPresence
from operators.services import attending, handoffs, sweeping
from tests.dialogs.conftest import dialog_of
from tests.factories.accounts import TenantFactory
from tests.factories.dialogs import AttachmentFactory, RunFactory
from tests.factories.operators import CannedReplyFactory, operator_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sleeping_workers")]
CLIENT = "client-message-{}"


@pytest.fixture
def dialog(assistant):
    """A customer who asked for a person."""
    dialog = dialog_of(assistant)
    receive(dialog, text="Позовите человека", at=now())
    handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=now())
    return dialog


@pytest.fixture
def desk(tenant):
    """Two operators of the shop."""
    return [operator_of(tenant, full_name=name) for name in ("Анна Первая", "Борис Второй")]


@pytest.fixture(autouse=True)
async def _hang_up():
    yield
    for socket in Operator.sockets:
        await socket.disconnect()
    Operator.sockets.clear()


def session_of(person):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.save()
    return store


class Operator:
    """A page of the console, as the server sees it."""

    sockets = []

    def __init__(self, session=None):
        cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key if session else ''}".encode()
        headers = [(b"origin", b"http://localhost"), (b"host", b"localhost"), (b"cookie", cookie)]
        self.session, self.events, self.next = session, [], 0
        self.socket = WebsocketCommunicator(application, "/ws/console/", headers=headers)
        self.sockets.append(self.socket)

    @classmethod
    async def greeted(cls, person, tenant):
        operator = cls(await database_sync_to_async(session_of)(person))
        await operator.socket.connect()
        operator.ready = await operator.ask("hello", wanted="ready", tenant=str(tenant.uuid))
        return operator

    async def ask(self, command, *, wanted=("ok", "error"), **fields):
        self.next += 1
        await self.socket.send_json_to({"command": command, "id": self.next, **fields})
        return await self.until(lambda e: e["type"] in wanted and e.get("id", self.next) == self.next)

    async def until(self, fits):
        while True:
            event = await self.socket.receive_json_from(timeout=5)
            self.events.append(event)
            if fits(event):
                return event

    async def closing_code(self):
        while (event := await self.socket.receive_output(timeout=5))["type"] != "websocket.close":
            pass
        return event["code"]


async def test_files_are_sent_and_those_that_come_late_are_shown(desk, tenant, dialog):
    operator = await Operator.greeted(desk[0], tenant)
    shown = await operator.ask("open", dialog=str(dialog.uuid))
    await operator.ask("take", dialog=str(dialog.uuid))
    file = await database_sync_to_async(AttachmentFactory)(dialog=dialog, sender=Sender.OPERATOR, uploaded_by=desk[0])
    fields = {"dialog": str(dialog.uuid), "client_id": CLIENT.format(1), "text": ""}

    said = (await operator.ask("post", files=[str(file.uuid)], **fields))["message"]

    assert (said["text"], said["files"][0]["url"]) == ("", f"/dialogs/{dialog.uuid}/files/{file.uuid}/")
    assert shown["files"]["count"] == 5
    first = await DialogMessage.objects.aget(dialog=dialog, seq=1)
    await DialogMessage.objects.filter(pk=first.pk).aupdate(metadata={"files": 1})
    await database_sync_to_async(AttachmentFactory)(message=first)
    await database_sync_to_async(announce_message)(first)
    told = await operator.until(lambda event: event["type"] == "messages" and event["messages"][0]["seq"] == 1)
    assert told["messages"][0]["files"][0]["state"] == "ready"


async def test_the_queues_and_the_thread_are_shown(desk, tenant, dialog):
    await database_sync_to_async(CannedReplyFactory)(tenant=tenant, shortcut="hi")
    operator = await Operator.greeted(desk[0], tenant)

    listed = await operator.ask("queue", queue="waiting")
    shown = await operator.ask("open", dialog=str(dialog.uuid))

    assert operator.ready["counts"] == {"waiting": 1, "mine": 0, "team": 0, "assistant": 0, "all": 1}
    assert (operator.ready["me"]["status"], operator.ready["me"]["web"]) == ("online", [0, 3])
    assert [reply["shortcut"] for reply in operator.ready["canned"]] == ["hi"]
    assert [row["dialog"] for row in listed["rows"]] == [str(dialog.uuid)]
    assert listed["rows"][0]["waiting_since"]
    assert (listed["rows"][0]["preview"], listed["rows"][0]["last_sender"]) == ("Позовите человека", "customer")
    assert [message["seq"] for message in shown["messages"]] == [1, 2]
    assert shown["marks"][0]["to"]
    assert shown["context"]["messages"] == 2


async def test_of_two_operators_who_press_take_one_wins(desk, tenant, dialog):
    pages = [await Operator.greeted(person, tenant) for person in desk]

    answers = await asyncio.gather(*(page.ask("take", dialog=str(dialog.uuid)) for page in pages))

    assert sorted(answer["type"] for answer in answers) == ["error", "ok"]
    loser = next(answer for answer in answers if answer["type"] == "error")
    winner = desk[[answer["type"] for answer in answers].index("ok")]
    assert loser["code"] == "taken_by_another"
    assert (await Dialog.objects.aget(pk=dialog.pk)).assigned_operator_id == winner.pk
    assert await HandoffRequest.objects.filter(dialog=dialog, state="active").acount() == 1
    for page in pages:
        await page.until(lambda e: e["type"] == "rows" and e["rows"][0]["handoff"] == "active")
    both_know = [await page.until(lambda e: e["type"] == "counts") for page in pages]
    assert [event["counts"]["waiting"] for event in both_know] == [0, 0]


async def test_words_go_out_once_and_only_from_the_operator_in_charge(desk, tenant, dialog):
    first, second = [await Operator.greeted(person, tenant) for person in desk]
    await first.ask("take", dialog=str(dialog.uuid))
    words = {"dialog": str(dialog.uuid), "client_id": CLIENT.format(1), "text": "Добрый день!"}

    twice = [await first.ask("post", **words) for _ in range(2)]
    refused = await second.ask("post", **{**words, "client_id": CLIENT.format(2)})

    assert {answer["message"]["seq"] for answer in twice} == {4}
    assert twice[0]["message"]["author"] == "Анна"
    assert refused["code"] == "not_in_charge"
    assert await DialogMessage.objects.filter(sender=Sender.OPERATOR).acount() == 1


async def test_a_strangers_dialog_is_not_found_by_any_command(desk, tenant, dialog):
    stranger = await database_sync_to_async(TenantFactory)()
    page = await Operator.greeted(await database_sync_to_async(operator_of)(stranger), stranger)
    uuid = {"dialog": str(dialog.uuid)}

    fields = {
        "open": {},
        "earlier": {"before_seq": 9},
        "take": {},
        "post": {"client_id": CLIENT.format(1), "text": "hi"},
        "transfer": {},
        "release": {},
        "give_back": {},
        "resolve": {},
        "typing": {},
    }
    answers = {command: await page.ask(command, **uuid, **more) for command, more in fields.items()}

    assert {command: answer["code"] for command, answer in answers.items()} == dict.fromkeys(fields, "not_found")
    assert (await page.ask("queue", queue="all"))["rows"] == []
    assert (await Dialog.objects.aget(pk=dialog.pk)).handoff_status == HandoffStatus.REQUESTED


async def test_after_a_reconnect_only_what_was_missed_comes(desk, tenant, dialog):
    page = await Operator.greeted(desk[0], tenant)
    await page.ask("take", dialog=str(dialog.uuid))
    seen = (await page.ask("open", dialog=str(dialog.uuid)))["messages"][-1]["seq"]
    await page.socket.disconnect()
    say = database_sync_to_async(receive)
    for words in ("Вы здесь?", "Ау"):
        await say(dialog, text=words, at=now())

    again = await Operator.greeted(desk[0], tenant)
    missed = await again.ask("open", dialog=str(dialog.uuid), after_seq=seen)
    await say(dialog, text="Теперь вижу", at=now())
    live = await again.until(lambda e: e["type"] == "messages")

    assert [message["text"] for message in missed["messages"]] == ["Вы здесь?", "Ау"]
    assert [message["text"] for message in live["messages"]] == ["Теперь вижу"]


async def test_an_operator_who_is_not_heard_of_gives_the_dialog_back_once(desk, tenant, dialog):
    page = await Operator.greeted(desk[0], tenant)
    await page.ask("take", dialog=str(dialog.uuid))
    later = now() + timedelta(seconds=46)
    sweep = database_sync_to_async(sweeping.sweep)

    assert await database_sync_to_async(attending.give_up_stale)(at=now() + timedelta(seconds=44)) == 0
    await sweep(at=later)
    await sweep(at=later + timedelta(seconds=46))

    fresh = await Dialog.objects.aget(pk=dialog.pk)
    told = DialogMessage.objects.filter(dialog=dialog, system_type="handoff_requested").order_by("seq")
    assert fresh.handoff_status == HandoffStatus.REQUESTED
    assert await told.acount() == 2
    lost = phrases.say(phrases.REQUESTED[HandoffReason.OPERATOR_LOST], language=fresh.language_code)
    assert (await told.alast()).text == lost
    assert (await OperatorPresence.objects.aget(user=desk[0])).status == "offline"

    await page.socket.send_json_to({"command": "heartbeat"})
    await page.ask("queue", queue="mine")
    assert (await OperatorPresence.objects.aget(user=desk[0])).status == "online"


async def test_a_full_operator_is_refused_and_the_customer_keeps_waiting(desk, tenant, dialog, assistant):
    await OperatorPresence.objects.acreate(tenant=tenant, user=desk[0], max_active_chats_web=1)
    other = await database_sync_to_async(dialog_of)(assistant, "visitor-2")
    page = await Operator.greeted(desk[0], tenant)

    taken = await page.ask("take", dialog=str(other.uuid))  # nobody asked: taken over from the assistant
    refused = await page.ask("take", dialog=str(dialog.uuid))
    messenger = await database_sync_to_async(dialog_of)(assistant, "visitor-3", Channel.API)

    assert (taken["row"]["handoff"], taken["me"]["web"]) == ("active", [1, 1])
    assert refused["code"] == "operator_full"
    assert (await Dialog.objects.aget(pk=dialog.pk)).handoff_status == HandoffStatus.REQUESTED
    assert (await page.ask("take", dialog=str(messenger.uuid)))["code"] == "operator_full"
    assert (await Dialog.objects.aget(pk=messenger.pk)).handoff_status == HandoffStatus.NONE


async def test_a_dialog_is_passed_on_with_a_note_the_customer_does_not_see(desk, tenant, dialog):
    first, second = [await Operator.greeted(person, tenant) for person in desk]
    await first.ask("take", dialog=str(dialog.uuid))
    people = (await first.ask("colleagues"))["people"]

    moved = await first.ask("transfer", dialog=str(dialog.uuid), to=people[0]["uuid"], note="Просит скидку")
    shown = await second.ask("open", dialog=str(dialog.uuid))

    assert [person["name"] for person in people] == ["Борис Второй"]
    assert moved["row"]["operator"]["name"] == "Борис"
    assert "Просит скидку" in [mark["note"] for mark in shown["marks"]]
    assert not [message for message in shown["messages"] if "скидку" in message["text"]]


async def test_the_assistant_goes_on_by_the_operators_instruction(desk, tenant, dialog, sleeping_workers):
    page = await Operator.greeted(desk[0], tenant)
    await page.ask("take", dialog=str(dialog.uuid))
    sleeping_workers.clear()

    await page.ask("give_back", dialog=str(dialog.uuid), instruction="Расскажи про доставку")

    fresh = await Dialog.objects.aget(pk=dialog.pk)
    assert fresh.handoff_status == HandoffStatus.RESOLVED
    assert fresh.context_data["operator_instruction"] == "Расскажи про доставку"
    assert [name for name, *_ in sleeping_workers] == ["dialogs.tasks.answer_dialog"]
    shown = await page.ask("open", dialog=str(dialog.uuid))
    assert "Расскажи про доставку" in [mark["note"] for mark in shown["marks"]]


async def test_a_solved_conversation_ends_and_leaves_the_lists(desk, tenant, dialog):
    page = await Operator.greeted(desk[0], tenant)
    await page.ask("take", dialog=str(dialog.uuid))

    moved = await page.ask("resolve", dialog=str(dialog.uuid))

    assert (moved["row"]["status"], set(moved["counts"].values())) == ("closed", {0})
    assert (await HandoffRequest.objects.aget(dialog=dialog)).state == "resolved"


async def test_the_answer_nobody_got_is_offered_as_a_draft(desk, tenant, dialog):
    await database_sync_to_async(RunFactory)(
        dialog=dialog, status="discarded", partial_text="Курьер стоит 490 ₽.", outcome="taken_over", finished_at=now()
    )
    page = await Operator.greeted(desk[0], tenant)

    shown = await page.ask("open", dialog=str(dialog.uuid))

    assert shown["draft"]["text"] == "Курьер стоит 490 ₽."


async def test_operators_see_what_is_on_the_customers_screen(desk, tenant, dialog):
    page = await Operator.greeted(desk[0], tenant)
    await page.ask("open", dialog=str(dialog.uuid))
    fresh = await Dialog.objects.aget(pk=dialog.pk)

    await database_sync_to_async(posting.confirm_shown)(fresh, up_to=99)

    event = await page.until(lambda e: e["type"] == "shown")
    assert (event["seq"], event["dialog"]) == (2, str(dialog.uuid))


async def test_nobody_enters_without_a_session_or_a_place_in_the_shop(tenant, desk):
    nobody = Operator()
    await nobody.socket.connect()
    assert await nobody.closing_code() == 4401

    viewer = await database_sync_to_async(operator_of)(tenant, role=Role.USER)
    stranger = await database_sync_to_async(operator_of)(await database_sync_to_async(TenantFactory)())
    for person in (viewer, stranger):
        page = Operator(await database_sync_to_async(session_of)(person))
        await page.socket.connect()
        await page.socket.send_json_to({"command": "hello", "tenant": str(tenant.uuid)})
        assert await page.closing_code() == 4403


@pytest.mark.parametrize("what", ["membership", "session"])
async def test_whoever_loses_their_place_loses_the_socket(desk, tenant, dialog, what):
    page = await Operator.greeted(desk[0], tenant)
    if what == "membership":
        await Membership.objects.filter(user=desk[0]).adelete()
    else:
        await database_sync_to_async(page.session.flush)()

    await page.socket.send_json_to({"command": "take", "dialog": str(dialog.uuid)})

    assert await page.closing_code() == 4403
    assert (await Dialog.objects.aget(pk=dialog.pk)).handoff_status == HandoffStatus.REQUESTED


async def test_rows_are_read_once_for_all_pages_of_a_shop(dialog, desk, tenant, monkeypatch):
    reads = []
    read = reports.rows_by_key
    monkeypatch.setattr(reports, "rows_by_key", lambda tenant, keys: reads.append(keys) or read(tenant, keys))
    pages = [await Operator.greeted(person, tenant) for person in desk * 3]

    await database_sync_to_async(receive)(dialog, text="Ещё слово", at=now())
    frames = [await page.until(lambda e: e["type"] == "rows") for page in pages]

    assert reads == [{dialog.pk}]
    assert [frame["rows"][0]["preview"] for frame in frames] == ["Ещё слово"] * 6


async def test_the_last_page_that_leaves_ends_the_listening(dialog, desk, tenant):
    pages = [await Operator.greeted(person, tenant) for person in desk]
    assert len(Desk.open_desks) == 1

    for page in pages:
        await page.socket.disconnect()

    assert Desk.open_desks == {}


async def test_a_note_reaches_colleagues_and_never_the_customer(dialog, desk, tenant, assistant):
    anna, boris = [await Operator.greeted(person, tenant) for person in desk]
    token = await database_sync_to_async(visiting.issue_token)(assistant, dialog.session_id)
    customer = WebsocketCommunicator(
        application,
        f"/ws/widget/{assistant.uuid}/",
        headers=[(b"origin", b"http://localhost"), (b"host", b"localhost")],
    )
    await customer.connect()
    await customer.send_json_to({"command": "hello", "token": token})
    seen = await customer.receive_json_from()
    await boris.ask("open", dialog=str(dialog.uuid))
    words = "Просит скидку, @Борис Второй, решай"

    answers = [
        await anna.ask("note", dialog=str(dialog.uuid), client_id=CLIENT.format(1), text=words) for _ in range(2)
    ]
    marks = await boris.until(lambda e: e["type"] == "marks" and e["marks"][-1]["note"] == words)
    mention = await boris.until(lambda e: e["type"] == "mentioned")

    assert [mark["note"] for mark in answers[1]["marks"] if not mark["to"]] == [words]
    assert marks["marks"][-1]["who"] == "Анна Первая"
    assert (mention["dialog"], mention["who"]) == (str(dialog.uuid), "Анна")
    assert await customer.receive_nothing(timeout=0.5)
    await customer.disconnect()
    assert words not in json.dumps(seen, ensure_ascii=False)
    shown = await database_sync_to_async(visiting.snapshot)(dialog, after_seq=0)
    assert words not in json.dumps(shown, ensure_ascii=False, default=str)
    assert not await DialogMessage.objects.filter(text__contains="скидку").aexists()
    assert not await Event.objects.filter(data__icontains="скидку").aexists()


async def test_a_name_that_begins_like_anothers_calls_only_its_own(dialog, desk, tenant):
    namesake = await database_sync_to_async(operator_of)(tenant, full_name="Борис Второйский")
    anna, boris, other = [await Operator.greeted(person, tenant) for person in (*desk, namesake)]

    await anna.ask("note", dialog=str(dialog.uuid), client_id=CLIENT.format(2), text="@Борис Второйский, посмотри")

    assert (await other.until(lambda e: e["type"] == "mentioned"))["who"] == "Анна"
    assert await boris.socket.receive_nothing(timeout=0.5)


async def test_a_note_on_another_shops_dialog_is_not_found(dialog, tenant):
    stranger_shop = await database_sync_to_async(TenantFactory)()
    stranger = await database_sync_to_async(operator_of)(stranger_shop)
    page = await Operator.greeted(stranger, stranger_shop)

    answer = await page.ask("note", dialog=str(dialog.uuid), client_id=CLIENT.format(1), text="Чужая заметка")

    assert answer["code"] == "not_found"
    assert not await DialogNote.objects.aexists()


async def test_the_queues_tell_whose_turn_it_is_and_can_be_searched(dialog, desk, tenant, assistant):
    other = await database_sync_to_async(dialog_of)(assistant, "visitor-2")
    await database_sync_to_async(receive)(other, text="Добрый день", at=now())
    person = {"first_name": "Мария", "last_name": "Перова", "email": "maria@example.org"}
    await Contact.objects.filter(pk=dialog.contact_id).aupdate(**person)
    anna, boris = [await Operator.greeted(person, tenant) for person in desk]
    await anna.ask("take", dialog=str(dialog.uuid))

    async def keys(page, name, search=""):
        listed = await page.ask("queue", queue=name, search=search)
        return [row["dialog"] for row in listed["rows"]], listed["counts"]

    assert (await keys(boris, "team"))[0] == [str(dialog.uuid)]
    assert (await keys(anna, "team"))[0] == []
    assert (await keys(boris, "assistant"))[0] == [str(other.uuid)]
    assert (await keys(boris, "all", "перова"))[0] == [str(dialog.uuid)]
    assert (await keys(boris, "all", "MARIA@"))[0] == [str(dialog.uuid)]
    assert (await keys(boris, "all", "нет такого"))[0] == []
    assert (await keys(boris, "all"))[1] == {"waiting": 0, "mine": 0, "team": 1, "assistant": 1, "all": 2}
