import hashlib
import hmac
import json
import threading
from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts.models import Integration
from accounts.services import credentials_of
from assistants.models import BotInstance
from dialogs.enums import DeliveryStatus, Sender
from dialogs.models import AnswerRun, Dialog, DialogMessage
from dialogs.services import keeping, posting
from dialogs.services.bots import disconnect
from dialogs.services.posting import append
from dialogs.services.typing import shown_typing
from dialogs.services.whatsapp import connect_whatsapp
from tests.dialogs.conftest import NOON
from tests.dialogs.messengers import graph_answer, serve
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.dialogs import AttachmentFactory

NUMBER, APP_SECRET, CUSTOMER = "106540352242922", "app-secret-for-tests", "79990001122"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sleeping_workers")]


@pytest.fixture
def graph(settings):
    fake = serve(graph_answer)
    state = next(fake)
    settings.SERVICES = {**settings.SERVICES, "WHATSAPP_API_URL": state.url}
    yield state
    next(fake, None)


@pytest.fixture
def bot(graph, assistant):
    return connect_whatsapp(
        assistant, phone_number_id=NUMBER, access_token="EAAG-token", app_secret=APP_SECRET, at=NOON
    )


@pytest.fixture
def address(bot):
    return f"/webhooks/whatsapp/{Integration.objects.get().uuid}/"


@pytest.fixture
def send(client, address):
    """Knock as Meta does, signing the raw body."""

    def knock(secret=APP_SECRET, phone=NUMBER, **value):
        value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": phone}, **value}
        entry = [{"id": "1", "changes": [{"field": "messages", "value": value}]}]
        body = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
        signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return client.post(address, body, content_type="application/json", headers={"X-Hub-Signature-256": signature})

    return knock


def a_message(text="Сколько стоит доставка?", number="wamid.1", **kind):
    content = kind or {"type": "text", "text": {"body": text}}
    return {
        "contacts": [{"wa_id": CUSTOMER, "profile": {"name": "Анна"}}],
        "messages": [{"from": CUSTOMER, "id": number, "timestamp": "1", **content}],
    }


def answered(send):
    send(**a_message())
    return append(Dialog.objects.get(), sender=Sender.ASSISTANT, text="Бесплатно.", at=NOON, receipt={"sources": []})


def status_of(message, word, **fields):
    told = {"id": "wamid.101", "status": word, "recipient_id": CUSTOMER, **fields}
    return {"statuses": [{**told, "biz_opaque_callback_data": str(message.uuid)}]}


def test_meta_verifies_the_address_with_the_token_shown_to_the_seller(client, address, bot, browser_of):
    token = credentials_of(Integration.objects.get())["verify_token"]
    query = {"hub.mode": "subscribe", "hub.challenge": "12345", "hub.verify_token": token}
    admin = MembershipFactory(tenant=bot.tenant, role="admin").user

    good, bad = client.get(address, query), client.get(address, {**query, "hub.verify_token": "x"})

    assert (good.status_code, good.content, bad.status_code) == (200, b"12345", 403)
    page = browser_of(admin).get(f"/bots/{bot.uuid}/").content.decode()
    assert token in page
    assert APP_SECRET not in page


def test_a_message_begins_a_conversation_once(send, bot):
    for _ in range(2):
        assert send(**a_message()).status_code == 200

    dialog = Dialog.objects.get()
    assert (dialog.platform, dialog.bot, dialog.chat_id, dialog.contact.first_name) == (
        "whatsapp", bot, CUSTOMER, "Анна",
    )  # fmt: skip
    assert dialog.messages.get().platform_message_id == "wamid.1"
    assert AnswerRun.objects.count() == 1


def test_a_forged_signature_and_another_number_change_nothing(send):
    assert send(secret="wrong", **a_message()).status_code == 403
    assert send(phone="999", **a_message()).status_code == 200
    assert not Dialog.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"entry": 5}', b'{"entry": [{"changes": [7]}]}'])
def test_nonsense_is_refused_or_ignored(client, address, body):
    signature = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature}
    assert client.post(address, body, content_type="application/json", headers=headers).status_code in {200, 400}


def test_a_document_is_kept(send, graph):
    graph.files["m1"] = b"%PDF"
    send(**a_message(type="document", document={"id": "m1", "filename": "чек.pdf", "caption": "Вот чек"}))

    said = DialogMessage.objects.get()
    assert said.text == "[Файл: чек.pdf] Вот чек"
    assert keeping.keep_attachments(said.pk, at=NOON) == 1
    assert said.attachments.get().name == "чек.pdf"


def test_an_answer_is_sent_and_followed_to_the_reader(send, graph):
    message = answered(send)

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    (call,) = graph.of("messages")
    assert (message.delivery_status, message.metadata["platform_ids"]) == (DeliveryStatus.SENT, ["wamid.101"])
    assert (call["to"], call["text"]["body"]) == (CUSTOMER, "Бесплатно.")
    for word, expected in [("read", "read"), ("delivered", "read"), ("failed", "read")]:
        send(**status_of(message, word))
        message.refresh_from_db()
        assert message.delivery_status == expected


def test_a_failed_message_says_why(send):
    message = answered(send)
    posting.deliver(message.pk, at=NOON)

    send(**status_of(message, "failed", errors=[{"code": 131026, "title": "Message undeliverable"}]))

    message.refresh_from_db()
    assert (message.delivery_status, message.delivery_error) == (DeliveryStatus.FAILED, "Message undeliverable")


def test_a_status_moves_only_messages_of_its_own_number(send, dialog):
    foreign = append(dialog, sender=Sender.ASSISTANT, text="Чужое", at=NOON)

    send(**status_of(foreign, "read"))

    foreign.refresh_from_db()
    assert foreign.delivery_status == DeliveryStatus.QUEUED


def test_after_a_day_nothing_is_sent_and_the_reason_is_clear(send, graph):
    message = answered(send)
    Dialog.objects.update(last_customer_message_at=now() - timedelta(hours=24, seconds=1))

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    assert message.delivery_status == DeliveryStatus.FAILED
    assert "24" in message.delivery_error
    assert graph.of("messages") == []


@pytest.mark.parametrize(
    ("status", "code", "expected", "attempts"),
    [
        (400, 131047, DeliveryStatus.FAILED, 1),
        (400, 131056, DeliveryStatus.QUEUED, 0),
        (429, 80007, DeliveryStatus.QUEUED, 0),
        (500, 131000, DeliveryStatus.QUEUED, 1),
        (401, 190, DeliveryStatus.FAILED, 1),
        (0, None, DeliveryStatus.UNCONFIRMED, 1),
    ],
)
def test_trouble_at_whatsapp_has_the_right_consequence(send, graph, status, code, expected, attempts):
    message = answered(send)
    graph.fail("messages", (status, {"error": {"code": code, "message": "no"}} if status else None))

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    assert (message.delivery_status, message.delivery_attempts) == (expected, attempts)
    assert bool(BotInstance.objects.get().last_error_message) == (code == 190)


def test_a_number_of_another_shop_is_refused_and_a_wrong_token_too(graph, bot, browser_of):
    other = AssistantFactory()
    admin = MembershipFactory(tenant=other.tenant, role="admin").user
    form = {"phone_number_id": NUMBER, "access_token": "t", "app_secret": "s", "assistant": other.pk}

    taken = browser_of(admin).post("/bots/whatsapp/new/", form)
    graph.fail(NUMBER, (401, {"error": {"code": 190, "message": "Invalid OAuth access token."}}))
    refused = browser_of(admin).post("/bots/whatsapp/new/", form)

    assert (taken.status_code, refused.status_code) == (422, 422)
    assert "Invalid OAuth access token." in refused.content.decode()
    assert BotInstance.objects.count() == 1


def test_a_forgotten_number_keeps_its_conversations_and_no_secret(send, bot, client, address):
    send(**a_message())

    disconnect(BotInstance.objects.get())

    assert Dialog.objects.count() == 1
    assert Integration.objects.get().credentials_encrypted is None
    assert client.get(address).status_code == 403


def test_a_stopped_number_leaves_messages_with_meta(send):
    BotInstance.objects.update(is_active=False)

    assert send(**a_message()).status_code == 503
    assert not Dialog.objects.exists()


def test_typing_marks_the_message_as_read(send, graph):
    send(**a_message())

    with shown_typing(Dialog.objects.get()):
        for _ in range(100):
            if graph.of("messages"):
                break
            threading.Event().wait(0.02)

    (call,) = graph.of("messages")
    assert (call["status"], call["message_id"]) == ("read", "wamid.1")


def test_a_file_is_uploaded_once_and_sent_with_its_words(send, graph):
    send(**a_message())
    dialog = Dialog.objects.get()
    paper = AttachmentFactory(dialog=dialog, sender=Sender.OPERATOR)
    message = append(dialog, sender=Sender.OPERATOR, text="Вот чек", at=NOON, files=[paper])
    graph.fail("messages", (503, {}))

    posting.deliver(message.pk, at=NOON)
    posting.deliver(message.pk, at=NOON + timedelta(minutes=1))

    message.refresh_from_db()
    (upload,) = graph.of("media")
    sent = graph.of("messages")[-1]
    assert upload == {"messaging_product": "whatsapp", "type": "application/pdf", "file": ("чек.pdf", b"%PDF-1.4")}
    assert (sent["type"], sent["document"]) == (
        "document", {"id": "media-101", "caption": "Вот чек", "filename": "чек.pdf"},
    )  # fmt: skip
    assert message.delivery_status == DeliveryStatus.SENT


def test_sound_has_no_words_below_so_they_go_first(send, graph):
    send(**a_message())
    dialog = Dialog.objects.get()
    sound = AttachmentFactory(dialog=dialog, sender=Sender.OPERATOR, name="a.mp3", content_type="audio/mpeg")
    message = append(dialog, sender=Sender.OPERATOR, text="Послушайте", at=NOON, files=[sound])

    posting.deliver(message.pk, at=NOON)

    assert [call["type"] for call in graph.of("messages")] == ["text", "audio"]
