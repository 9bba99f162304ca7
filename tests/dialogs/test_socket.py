"""The visitor's socket, spoken to by its protocol (docs/widget.md)."""

import json
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from redis.exceptions import RedisError

from config import crowds
from config.asgi import application
from dialogs import consumers
from dialogs.enums import HandoffStatus, Sender
from dialogs.models import AnswerRun, Dialog, DialogMessage, MessageRating
from dialogs.services import posting, visiting
from tests.dialogs.conftest import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sleeping_workers")]

ORIGIN = [(b"origin", b"http://localhost"), (b"host", b"localhost")]


def socket_to(assistant, headers=ORIGIN, client=None):
    socket = WebsocketCommunicator(application, f"/ws/widget/{assistant.uuid}/", headers=headers)
    if client:
        socket.scope["client"] = (client, 50_000)
    return socket


async def greeted(assistant, *, key="visitor-1", after_seq=0):
    socket = socket_to(assistant)
    assert (await socket.connect())[0]
    token = visiting.issue_token(assistant, key)
    await socket.send_json_to({"command": "hello", "token": token, "after_seq": after_seq})
    return socket, await socket.receive_json_from()


async def until(socket, kind):
    while True:
        event = await socket.receive_json_from(timeout=5)
        if event["type"] == kind:
            return event


async def test_a_visitor_writes_and_the_message_is_stored_once(assistant):
    socket, ready = await greeted(assistant)
    assert (ready["type"], ready["dialog"], ready["last_seq"]) == ("ready", None, 0)

    for reference in (1, 2):
        await socket.send_json_to({"command": "post", "id": reference, "client_id": "m1", "text": "Привет"})
        confirmed = await until(socket, "ok")
        assert confirmed["id"] == reference
        assert (confirmed["message"]["seq"], confirmed["message"]["text"]) == (1, "Привет")

    assert await database_sync_to_async(DialogMessage.objects.count)() == 1
    assert await database_sync_to_async(AnswerRun.objects.count)() == 1
    await socket.disconnect()


async def test_what_is_said_elsewhere_arrives_live_and_is_caught_up_after_a_reconnect(assistant, tenant):
    socket, _ = await greeted(assistant)
    await socket.send_json_to({"command": "post", "client_id": "m1", "text": "Здравствуйте"})
    await until(socket, "ok")
    dialog = await Dialog.objects.aget()

    say = database_sync_to_async(posting.post)
    await say(dialog, author=await database_sync_to_async(lambda: tenant.owner)(), text="Добрый день!", at=NOON)
    live = await until(socket, "message")
    while live["seq"] == 1:
        live = await until(socket, "message")
    assert (live["seq"], live["sender"], live["text"]) == (2, "operator", "Добрый день!")
    await socket.disconnect()

    await say(dialog, author=await database_sync_to_async(lambda: tenant.owner)(), text="Вы тут?", at=NOON)
    again, ready = await greeted(assistant, after_seq=2)
    assert [message["seq"] for message in ready["messages"]] == [3]
    await again.disconnect()


async def test_shown_messages_are_delivered(assistant, tenant):
    socket, _ = await greeted(assistant)
    await socket.send_json_to({"command": "post", "client_id": "m1", "text": "Здравствуйте"})
    await until(socket, "ok")
    dialog = await Dialog.objects.aget()
    owner = await database_sync_to_async(lambda: tenant.owner)()
    await database_sync_to_async(posting.post)(dialog, author=owner, text="Добрый день!", at=NOON)

    await socket.send_json_to({"command": "shown", "seq": 2})
    await socket.send_json_to({"command": "ping"})
    beat = await until(socket, "heartbeat")

    assert beat["last_seq"] == 2
    message = await DialogMessage.objects.aget(seq=2)
    assert message.delivery_status == "delivered"
    await socket.disconnect()


async def test_a_call_for_a_person_is_announced_once(assistant):
    socket, _ = await greeted(assistant)
    await socket.send_json_to({"command": "post", "client_id": "m1", "text": "Здравствуйте"})
    await until(socket, "ok")

    for reference in (1, 2):
        await socket.send_json_to({"command": "ask_person", "id": reference})
        await until(socket, "ok")

    dialog = await Dialog.objects.aget()
    assert dialog.handoff_status == HandoffStatus.REQUESTED
    assert await DialogMessage.objects.filter(sender=Sender.SYSTEM).acount() == 1
    await socket.disconnect()


async def test_a_thumb_can_be_changed_and_the_customers_own_words_cannot_be_rated(assistant, tenant):
    socket, _ = await greeted(assistant)
    await socket.send_json_to({"command": "post", "client_id": "m1", "text": "Здравствуйте"})
    own = (await until(socket, "ok"))["message"]["uuid"]
    dialog = await Dialog.objects.aget()
    owner = await database_sync_to_async(lambda: tenant.owner)()
    reply = await database_sync_to_async(posting.post)(dialog, author=owner, text="Добрый день!", at=NOON)

    for thumb in (1, -1):
        await socket.send_json_to({"command": "rate", "message": str(reply.uuid), "rating": thumb})
        await until(socket, "ok")
    await socket.send_json_to({"command": "rate", "message": own, "rating": 1})
    refused = await until(socket, "error")

    assert refused["code"] == "nothing_to_rate"
    rating = await MessageRating.objects.aget()
    assert rating.rating == -1
    await socket.disconnect()


async def closing_code(socket):
    event = await socket.receive_output(timeout=5)
    assert event["type"] == "websocket.close"
    return event["code"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", 4400),
        ("[1, 2]", 4400),
        ('"text"', 4400),
        ("[" * 20_000, 4400),
        ("x" * 33_000, 4400),
        (json.dumps({"command": "hello", "token": "я" * 17_000}, ensure_ascii=False), 4400),
        ("x" * 10_000_000, 4400),
        ('{"command": "post", "client_id": "m", "text": "hi"}', 4401),
        ('{"command": "hello", "token": "forged"}', 4401),
    ],
)
async def test_garbage_and_strangers_are_shown_the_door(assistant, frame, code):
    socket = socket_to(assistant)
    await socket.connect()

    await socket.send_to(text_data=frame)

    assert await closing_code(socket) == code
    assert await DialogMessage.objects.acount() == 0


async def test_binary_frames_are_refused(assistant):
    socket = socket_to(assistant)
    await socket.connect()

    await socket.send_to(bytes_data=b"\x00\xff")

    assert await closing_code(socket) == 4400


async def test_a_flood_is_cut_off(assistant):
    socket, _ = await greeted(assistant)

    for number in range(60):
        await socket.send_json_to({"command": "ping", "id": number})
    code = None
    while code is None:
        event = await socket.receive_output(timeout=5)
        code = event.get("code") if event["type"] == "websocket.close" else None

    assert code == 4429


async def test_another_assistants_token_is_refused(assistant, tenant):
    from assistants.models import Assistant

    other = await database_sync_to_async(Assistant.objects.create)(tenant=tenant, name="Other")
    socket = socket_to(other)
    await socket.connect()

    await socket.send_json_to({"command": "hello", "token": visiting.issue_token(assistant, "v")})

    assert await closing_code(socket) == 4401


async def test_an_expired_token_is_refused(assistant, monkeypatch):
    monkeypatch.setattr(visiting, "TOKEN_LIFETIME_SECONDS", -1)
    socket = socket_to(assistant)
    await socket.connect()

    await socket.send_json_to({"command": "hello", "token": visiting.issue_token(assistant, "v")})

    assert await closing_code(socket) == 4401


async def test_an_assistant_taken_off_the_website_does_not_answer_sockets(assistant):
    await type(assistant).objects.filter(pk=assistant.pk).aupdate(website_integration_enabled=False)
    socket = socket_to(assistant)
    await socket.connect()

    assert await closing_code(socket) == 4404


async def test_a_page_of_another_origin_cannot_open_the_socket(assistant):
    socket = socket_to(assistant, headers=[(b"origin", b"https://evil.example"), (b"host", b"localhost")])

    assert (await socket.connect())[0] is False


@pytest.mark.parametrize(
    "fields",
    [
        {"client_id": "m", "text": ""},
        {"client_id": "m", "text": "a" * 9_000},
        {"client_id": "m", "text": "a" * 30_000},
        {"client_id": "m" * 65, "text": "hi"},
        {"client_id": "m 1", "text": "hi"},
        {"client_id": "m", "text": {"a": 1}},
        {"client_id": "m", "text": "a\u0000b"},
        {"text": "hi"},
        {"client_id": "m"},
    ],
)
async def test_a_bad_message_is_refused_with_a_reason_and_not_saved(assistant, fields):
    socket, _ = await greeted(assistant)

    await socket.send_json_to({"command": "post", "id": 7, **fields})
    refusal = await until(socket, "error")

    assert refusal["id"] == 7
    assert refusal["code"] in {"invalid", "message_empty", "message_too_long", "message_unreadable"}
    assert await DialogMessage.objects.acount() == 0
    await socket.disconnect()


async def test_a_visitor_cannot_rate_a_foreign_message(assistant, tenant):
    stranger, _ = await greeted(assistant, key="stranger")
    await stranger.send_json_to({"command": "post", "client_id": "m1", "text": "Мой вопрос"})
    await until(stranger, "ok")
    dialog = await Dialog.objects.aget()
    owner = await database_sync_to_async(lambda: tenant.owner)()
    reply = await database_sync_to_async(posting.post)(dialog, author=owner, text="Ответ", at=NOON)
    visitor, _ = await greeted(assistant, key="visitor")
    await visitor.send_json_to({"command": "post", "client_id": "m1", "text": "Привет"})
    await until(visitor, "ok")

    await visitor.send_json_to({"command": "rate", "message": str(reply.uuid), "rating": -1})

    assert (await until(visitor, "error"))["code"] == "not_found"
    assert await MessageRating.objects.acount() == 0
    await visitor.disconnect()
    await stranger.disconnect()


async def test_a_crowd_of_sockets_from_one_address_is_refused_politely_and_room_is_made_again(assistant, settings):
    settings.SOCKETS_PER_ADDRESS, home = 2, uuid4().hex
    first, second, third = (socket_to(assistant, client=home) for _ in range(3))
    neighbour = socket_to(assistant, client=uuid4().hex)

    for socket in (first, second, third, neighbour):
        assert (await socket.connect())[0]

    refusal = await third.receive_json_from(timeout=5)
    assert (refusal["type"], refusal["code"], refusal["status"]) == ("error", "too_many_sockets", 429)
    assert await closing_code(third) == 4429
    assert await neighbour.receive_nothing()
    await first.disconnect()
    later = socket_to(assistant, client=home)
    await later.connect()
    assert await later.receive_nothing()
    for socket in (second, neighbour, later):
        await socket.disconnect()


async def test_the_places_of_a_process_that_died_are_given_away(assistant, settings, monkeypatch):
    settings.SOCKETS_PER_ADDRESS, home = 1, uuid4().hex
    dead = socket_to(assistant, client=home)
    await dead.connect()

    monkeypatch.setattr(crowds, "LEASE_SECONDS", -1)
    living = socket_to(assistant, client=home)
    await living.connect()

    assert await living.receive_nothing()
    await dead.disconnect()
    await living.disconnect()


async def test_a_visitor_holds_a_few_sockets_and_a_greeting_again_takes_no_further_place(assistant, monkeypatch):
    monkeypatch.setattr(consumers, "SOCKETS_PER_VISITOR", 1)
    socket, _ = await greeted(assistant, key="many-tabs")
    await socket.send_json_to({"command": "hello", "token": visiting.issue_token(assistant, "many-tabs")})
    assert (await until(socket, "ready"))["dialog"] is None

    other, refusal = await greeted(assistant, key="many-tabs")

    assert refusal["code"] == "too_many_sockets"
    assert await closing_code(other) == 4429
    await socket.disconnect()


async def test_without_redis_sockets_are_not_counted(assistant, settings, monkeypatch):
    settings.SOCKETS_PER_ADDRESS = 0
    monkeypatch.setattr(crowds, "_enter", lambda: raise_away)

    socket, ready = await greeted(assistant)

    assert ready["type"] == "ready"
    await socket.disconnect()


def raise_away(**kwargs):
    raise RedisError
