import threading
from datetime import timedelta

import pytest
from django.core.management import call_command

from assistants.models import BotInstance
from dialogs.enums import DeliveryStatus, HandoffStatus, Sender
from dialogs.models import AnswerRun, Dialog, DialogAttachment, DialogMessage, DialogRating, InboundEvent, MessageRating
from dialogs.services import handing, keeping, posting, sweeping
from dialogs.services.posting import append
from dialogs.services.typing import shown_typing
from tests.dialogs.conftest import NOON
from tests.dialogs.messengers import serve, telegram_answer
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.assistants import AssistantFactory, BotFactory
from tests.factories.dialogs import AttachmentFactory

SECRET = "webhook-secret-for-tests"
TOKEN = "700000001:AAE-bot-token-for-tests"
CHAT = 42


@pytest.fixture
def telegram(settings):
    fake = serve(telegram_answer)
    state = next(fake)
    settings.SERVICES = {**settings.SERVICES, "TELEGRAM_API_URL": state.url}
    yield state
    next(fake, None)


@pytest.fixture
def bot(assistant):
    return BotFactory(assistant=assistant, tenant=assistant.tenant, external_id="700000001", username="lavka_bot")


@pytest.fixture
def send(client, bot):
    """Knock as Telegram does."""

    def knock(secret=SECRET, **update):
        numbered = {"update_id": update.pop("update_id", InboundEvent.objects.count() + 1), **update}
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return client.post(
            f"/webhooks/telegram/{bot.uuid}/", numbered, content_type="application/json", headers=headers
        )

    return knock


def a_message(text=None, *, number=1, chat=CHAT, **extra):
    person = {"id": chat, "is_bot": False, "first_name": "Анна", "username": "anna", "language_code": "ru"}
    words = {"text": text} if text is not None else {}
    return {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "from": person, **words, **extra}


def pressed(told, *, chat=CHAT, who=CHAT):
    return {"id": "q1", "from": {"id": who}, "message": a_message("…", number=9, chat=chat), "data": told}


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sleeping_workers")]


def answered(send, text="Доставка бесплатная от 3 000 ₽.", **fields):
    send(message=a_message("Сколько стоит доставка?"))
    dialog = Dialog.objects.get()
    return append(dialog, sender=Sender.ASSISTANT, text=text, at=NOON, receipt={"sources": []}, **fields)


def test_a_message_begins_a_conversation_that_is_due_an_answer(send, bot):
    response = send(message=a_message("Сколько стоит доставка?"))

    dialog = Dialog.objects.get()
    assert (response.status_code, response.json()) == (200, {})
    assert (dialog.platform, dialog.bot, dialog.chat_id, dialog.assistant) == ("telegram", bot, "42", bot.assistant)
    assert dialog.contact.identities.get().external_id == "42"
    assert dialog.messages.get().platform_message_id == "1"
    assert AnswerRun.objects.count() == 1


@pytest.mark.parametrize("secret", ["", "wrong", "вебхук", SECRET + "x"])
def test_a_forged_secret_changes_nothing(send, secret):
    assert send(secret=secret.encode().decode("latin-1"), message=a_message("Привет")).status_code == 403
    assert not Dialog.objects.exists()


def test_an_unknown_bot_looks_like_a_wrong_secret(client, db):
    address = "/webhooks/telegram/0190f0e0-0000-7000-8000-000000000000/"
    assert client.post(address, {}, content_type="application/json").status_code == 403


def test_a_replayed_update_changes_nothing_even_after_the_dialog_closed(send):
    send(update_id=7, message=a_message("Где заказ?"))
    handing.close(Dialog.objects.get(), at=NOON)

    send(update_id=7, message=a_message("Где заказ?"))

    assert Dialog.objects.count() == 1
    assert DialogMessage.objects.filter(sender=Sender.CUSTOMER).count() == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 100_000, b'{"update_id": "x"}', b'{"update_id": 1, "message": 5}']
)
def test_nonsense_is_refused_or_ignored(client, bot, body):
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    response = client.post(f"/webhooks/telegram/{bot.uuid}/", body, content_type="application/json", headers=headers)
    assert response.status_code in {200, 400}
    assert not Dialog.objects.exists()


@pytest.mark.parametrize("text", ["\0", "  ", "x" * 9000, "\ud800"])
def test_what_no_database_holds_is_dropped_and_not_repeated(send, text):
    assert send(message=a_message(text)).status_code == 200
    assert not DialogMessage.objects.exists()


def test_groups_are_left_alone(send):
    send(message=a_message("Всем привет") | {"chat": {"id": -5, "type": "group"}})
    assert not Dialog.objects.exists()


def test_a_stopped_bot_leaves_updates_with_telegram(send, bot):
    BotInstance.objects.update(is_active=False)
    assert send(message=a_message("Привет")).status_code == 503
    assert not InboundEvent.objects.exists()


def test_a_correction_before_the_answer_is_what_gets_answered(send):
    send(message=a_message("Сколко стоит доставко?"))

    send(edited_message=a_message("Сколько стоит доставка?"))

    message = DialogMessage.objects.get()
    assert message.text == "Сколько стоит доставка?"
    assert message.metadata["edits"][0]["text"] == "Сколко стоит доставко?"
    assert AnswerRun.objects.open().count() == 1


def test_a_correction_after_the_answer_keeps_both_and_asks_nothing_new(send):
    answered(send)
    AnswerRun.objects.all().delete()

    send(edited_message=a_message("Сколько стоит доставка в Омск?"))

    assert DialogMessage.objects.get(seq=1).text == "Сколько стоит доставка в Омск?"
    assert not AnswerRun.objects.exists()


def test_an_older_correction_never_undoes_a_newer_one(send):
    send(message=a_message("Сколко стоит"))

    for words, at in [("Сколько стоит доставка?", 20), ("Сколько стоит?", 10), ("Сколько стоит доставка в Омск?", 30)]:
        send(edited_message=a_message(words, edit_date=at))
        if at == 10:
            assert DialogMessage.objects.get().text == "Сколько стоит доставка?"

    assert DialogMessage.objects.get().text == "Сколько стоит доставка в Омск?"


def test_a_correction_back_to_the_first_words_is_the_newest_too(send):
    send(message=a_message("Да"))

    send(edited_message=a_message("Да", edit_date=20))
    send(edited_message=a_message("Нет", edit_date=10))

    assert DialogMessage.objects.get().text == "Да"


def test_corrections_that_come_before_their_message_are_held_and_applied(send):
    for words, at in [("Привет, сколько стоит доставка?", 20), ("Привет, сколько стоит?", 10)]:
        send(edited_message=a_message(words, edit_date=at))
    assert not Dialog.objects.exists()

    send(message=a_message("Привет"))

    message = DialogMessage.objects.get()
    assert (message.text, message.metadata["edits"][0]["text"]) == ("Привет, сколько стоит доставка?", "Привет")
    assert AnswerRun.objects.open().count() == 1


def test_a_correction_in_a_closed_conversation_is_still_taken_over(send):
    send(message=a_message("Сколко стоит"))
    Dialog.objects.get().end(at=NOON)
    send(message=a_message("И ещё вопрос", number=2))

    send(edited_message=a_message("Сколько стоит", edit_date=10))

    assert DialogMessage.objects.get(platform_message_id="1").text == "Сколько стоит"


def an_answer_with(send, *contents, text=""):
    """An operator's message in the bot's chat, with a file for each ``(name, content type, content)``."""
    send(message=a_message("Пришлите фото"))
    dialog = Dialog.objects.get()
    files = [
        AttachmentFactory(dialog=dialog, sender=Sender.OPERATOR, name=name, content_type=kind, content=content)
        for name, kind, content in contents
    ]
    return append(dialog, sender=Sender.OPERATOR, text=text, at=NOON, files=files)


PICTURE = ("a.png", "image/png", b"png")
PAPER = ("чек.pdf", "application/pdf", b"%PDF")


def test_a_picture_goes_as_a_photo_with_its_words_below(send, telegram):
    message = an_answer_with(send, PICTURE, text="Вот она")

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    (call,) = telegram.of("sendPhoto")
    assert (call["chat_id"], call["caption"], call["file"]) == ("42", "Вот она", ("a.png", b"png"))
    assert (message.delivery_status, message.metadata["platform_ids"]) == (DeliveryStatus.DELIVERED, ["101"])


def test_several_files_go_one_by_one_and_a_retry_goes_on_after_the_last(send, telegram):
    message = an_answer_with(send, PICTURE, PAPER)
    telegram.fail("sendDocument", (502, {}))

    posting.deliver(message.pk, at=NOON)
    posting.deliver(message.pk, at=NOON + timedelta(minutes=1))

    message.refresh_from_db()
    sent = [method for method, _ in telegram.calls]
    assert sent == ["sendPhoto", "sendDocument", "sendDocument"]
    assert (message.delivery_status, len(message.metadata["platform_ids"])) == (DeliveryStatus.DELIVERED, 2)
    assert telegram.of("sendDocument")[1]["file"] == ("чек.pdf", b"%PDF")


def test_a_picture_that_telegram_does_not_show_goes_as_a_document(send, telegram):
    message = an_answer_with(send, PICTURE, text="Чертёж")
    telegram.fail("sendPhoto", (400, {"ok": False, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}))

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    assert message.delivery_status == DeliveryStatus.DELIVERED
    assert telegram.of("sendDocument")[0]["caption"] == "Чертёж"


def test_a_voice_message_is_kept_and_honestly_not_understood(send, telegram, sleeping_workers):
    voice = {"file_id": "v1", "duration": 75, "mime_type": "audio/ogg", "file_size": 5}
    telegram.files["v1.oga"] = b"OggSopus"
    send(message=a_message(voice=voice))

    said, reply = DialogMessage.objects.order_by("seq")
    assert said.text == "[Голосовое сообщение, 1:15]"
    assert (reply.sender, reply.metadata["offers_person"]) == (Sender.ASSISTANT, True)
    assert not AnswerRun.objects.exists()
    assert said.words == ""
    assert keeping.keep_attachments(said.pk, at=NOON) == 1
    assert keeping.keep_attachments(said.pk, at=NOON) == 0
    file = said.attachments.get()
    assert (file.kind, file.state, file.seconds, file.size) == ("voice", "ready", 75, 8)
    assert file.content_type == "audio/ogg"


def test_a_large_file_is_named_and_not_fetched(send, telegram):
    document = {"file_id": "d1", "file_name": "смета.pdf", "file_size": 50_000_000}
    send(message=a_message(document=document, caption="Посчитайте, пожалуйста, смету"))

    said = DialogMessage.objects.get()
    assert said.text == "[Файл: смета.pdf] Посчитайте, пожалуйста, смету"
    assert keeping.keep_attachments(said.pk, at=NOON) == 0
    file = said.attachments.get()
    assert (file.state, file.problem, file.name) == ("lost", "too_large", "смета.pdf")
    assert (telegram.calls, said.words) == ([], "Посчитайте, пожалуйста, смету")
    assert AnswerRun.objects.count() == 1


def test_an_album_gets_one_honest_reply(send):
    for number in range(3):
        send(message=a_message(number=number + 1, photo=[{"file_id": f"p{number}", "file_size": 10}]))

    assert DialogMessage.objects.filter(sender=Sender.ASSISTANT).count() == 1


def test_a_file_that_telegram_calls_too_big_is_lost_and_one_it_cannot_give_now_is_asked_for_again(send, telegram):
    refused = (400, {"ok": False, "error_code": 400, "description": "Bad Request: file is too big"})
    telegram.fail("getFile", refused, (502, {}), (400, {"ok": False, "description": "Bad Request: wrong file_id"}))
    for number in range(3):
        send(message=a_message(number=number + 1, document={"file_id": f"d{number}", "file_name": "a.pdf"}))

    for said in DialogMessage.objects.filter(sender=Sender.CUSTOMER).order_by("seq"):
        keeping.keep_attachments(said.pk, at=NOON)

    files = [(f.state, f.problem, f.due_at) for f in DialogAttachment.objects.order_by("pk")]
    assert files == [
        ("lost", "too_large", None), ("awaited", "", NOON + timedelta(seconds=20)), ("lost", "gone", None),
    ]  # fmt: skip


def test_a_lost_hint_to_fetch_a_file_is_found_by_the_sweeper(send, telegram, sleeping_workers):
    telegram.files["p1.oga"] = b"%PDF-1.4"
    send(message=a_message(document={"file_id": "p1"}))
    said = DialogMessage.objects.get(seq=1)
    sleeping_workers.clear()

    assert keeping.sweep_files(at=said.created_at) == 0
    assert keeping.sweep_files(at=said.created_at + timedelta(minutes=1)) == 1
    assert sleeping_workers[0][1] == {"message_id": said.pk}
    assert keeping.keep_attachments(said.pk, at=said.created_at + timedelta(minutes=1)) == 1
    assert keeping.sweep_files(at=said.created_at + timedelta(minutes=9)) == 0


def test_start_remembers_the_payload_and_greets(send):
    send(message=a_message("/start promo-7"))

    dialog = Dialog.objects.get()
    assert dialog.context_data["start_payload"] == "promo-7"
    assert dialog.messages.get().text == "Здравствуйте!"


def test_an_answer_is_delivered_with_thumbs(send, telegram):
    message = answered(send)

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    (call,) = telegram.of("sendMessage")
    assert (message.delivery_status, message.metadata["platform_ids"]) == (DeliveryStatus.DELIVERED, ["101"])
    assert (call["chat_id"], call["text"]) == ("42", message.text)
    assert call["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == f"rate:{message.pk}:1"


def test_a_long_answer_is_split_between_sentences(send, telegram):
    text = " ".join(f"Предложение номер {number}." for number in range(400))
    message = answered(send, text=text)

    posting.deliver(message.pk, at=NOON)

    parts = [call["text"] for call in telegram.of("sendMessage")]
    assert len(parts) > 1
    assert all(len(part) <= 4096 and part.endswith(".") for part in parts)
    assert " ".join(parts) == text
    assert [bool(call.get("reply_markup")) for call in telegram.of("sendMessage")][-1]


def test_a_retry_goes_on_after_the_part_that_arrived(send, telegram):
    message = answered(send, text="А" * 3000 + "\n\n" + "Б" * 3000)
    telegram.fail("sendMessage", (200, {"ok": True, "result": {"message_id": 5}}), (502, {}))

    posting.deliver(message.pk, at=NOON)
    posting.deliver(message.pk, at=NOON + timedelta(minutes=1))

    message.refresh_from_db()
    assert [call["text"][0] for call in telegram.of("sendMessage")] == ["А", "Б", "Б"]
    assert (message.delivery_status, len(message.metadata["platform_ids"])) == (DeliveryStatus.DELIVERED, 2)


def test_retry_after_is_honoured_by_the_whole_bot_and_is_no_attempt(send, telegram, bot, sleeping_workers):
    message = answered(send)
    busy = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 17}}
    telegram.fail("sendMessage", (429, busy))

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    assert (message.delivery_status, message.delivery_attempts) == (DeliveryStatus.QUEUED, 0)
    assert message.deliver_at == NOON + timedelta(seconds=17)
    assert sleeping_workers[-1][2]["countdown"] == 17
    posting.deliver(message.pk, at=NOON + timedelta(seconds=16))
    sweeping.sweep(at=NOON + timedelta(seconds=16))
    assert len(telegram.of("sendMessage")) == 1
    posting.deliver(message.pk, at=NOON + timedelta(seconds=18))  # the bot's own pause lasts by the wall clock
    assert len(telegram.of("sendMessage")) == 1


def test_a_blocked_bot_stops_writing_until_the_customer_writes_again(send, telegram):
    message = answered(send)
    forbidden = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
    telegram.fail("sendMessage", (403, forbidden))

    posting.deliver(message.pk, at=NOON)

    message.refresh_from_db()
    assert (message.delivery_status, message.delivery_error) == (DeliveryStatus.FAILED, "Покупатель заблокировал бота.")
    second = append(message.dialog, sender=Sender.OPERATOR, text="Вы здесь?", at=NOON)
    posting.deliver(second.pk, at=NOON)
    assert len(telegram.of("sendMessage")) == 1
    send(message=a_message("Я вернулась", number=2))
    assert "blocked_at" not in Dialog.objects.get().context_data


@pytest.mark.parametrize(("status", "is_blocked"), [("kicked", True), ("member", False)])
def test_telegram_tells_of_a_block(send, status, is_blocked):
    send(message=a_message("Привет"))

    send(my_chat_member={"chat": {"id": CHAT, "type": "private"}, "new_chat_member": {"status": status}})

    assert ("blocked_at" in Dialog.objects.get().context_data) == is_blocked


def test_trouble_at_telegram_is_tried_again_later(send, telegram):
    message = answered(send)
    telegram.fail("sendMessage", (502, {}), (500, {}))

    posting.deliver(message.pk, at=NOON)
    message.refresh_from_db()
    assert (message.delivery_status, message.deliver_at) == (DeliveryStatus.QUEUED, NOON + timedelta(seconds=5))
    posting.deliver(message.pk, at=NOON + timedelta(seconds=5))
    posting.deliver(message.pk, at=NOON + timedelta(seconds=60))

    message.refresh_from_db()
    assert (message.delivery_status, message.delivery_attempts) == (DeliveryStatus.DELIVERED, 3)


def test_a_broken_connection_is_not_sent_again_blindly(send, telegram):
    message = answered(send)
    telegram.fail("sendMessage", (0, None))

    posting.deliver(message.pk, at=NOON)
    posting.deliver(message.pk, at=NOON + timedelta(minutes=1))

    message.refresh_from_db()
    assert message.delivery_status == DeliveryStatus.UNCONFIRMED
    assert len(telegram.of("sendMessage")) == 1


def test_messages_of_a_chat_leave_in_order(send, telegram):
    first = answered(send, text="Первое")
    second = append(first.dialog, sender=Sender.OPERATOR, text="Второе", at=NOON)

    posting.deliver(second.pk, at=NOON)
    assert telegram.calls == []
    posting.deliver(first.pk, at=NOON)
    posting.deliver(second.pk, at=NOON)

    assert [call["text"] for call in telegram.of("sendMessage")] == ["Первое", "Второе"]


def test_a_thumb_rates_the_answer_once(send):
    message = answered(send)

    reply = send(callback_query=pressed(f"rate:{message.pk}:1")).json()
    send(callback_query=pressed(f"rate:{message.pk}:-1"))

    assert (reply["method"], reply["text"]) == ("answerCallbackQuery", "Спасибо за оценку!")
    rating = MessageRating.objects.get()
    assert (rating.rating, rating.telegram_callback_data) == (-1, f"rate:{message.pk}:-1")


def test_a_button_counts_only_in_its_own_chat_and_for_its_own_person(send):
    message = answered(send)
    own = DialogMessage.objects.get(seq=1)

    send(callback_query=pressed(f"rate:{message.pk}:1", chat=43, who=43))
    send(callback_query=pressed(f"rate:{message.pk}:1", who=43))
    send(callback_query=pressed(f"rate:{own.pk}:1"))
    send(callback_query=pressed(f"rate:{message.pk}:9"))
    send(callback_query=pressed("rate:99999999999999999999:1"))

    assert not MessageRating.objects.exists()


def test_a_farewell_asks_for_stars_and_takes_them(send, telegram):
    send(message=a_message("Спасибо"))
    dialog = Dialog.objects.get()
    handing.close(dialog, at=NOON)
    farewell = dialog.messages.get(sender=Sender.SYSTEM)

    posting.deliver(farewell.pk, at=NOON)
    send(callback_query=pressed(f"stars:{farewell.pk}:4"))

    assert len(telegram.of("sendMessage")[0]["reply_markup"]["inline_keyboard"][0]) == 5
    assert DialogRating.objects.get().rating == 4


def test_a_button_calls_a_person(send):
    message = answered(send, metadata={"offers_person": True})

    send(callback_query=pressed(f"person:{message.pk}:1"))

    assert Dialog.objects.get().handoff_status == HandoffStatus.REQUESTED


def test_typing_is_shown_while_the_answer_forms(send, telegram, bot):
    send(message=a_message("Привет"))

    with shown_typing(Dialog.objects.get()):
        for _ in range(100):
            if telegram.of("sendChatAction"):
                break
            threading.Event().wait(0.02)

    assert telegram.of("sendChatAction") == [{"chat_id": "42", "action": "typing"}]


def test_polling_takes_updates_where_no_webhook_reaches(telegram, bot):
    telegram.updates = [
        {"update_id": 5, "message": a_message("Привет")},
        {"update_id": 6, "message": a_message("Где заказ?", number=2)},
    ]

    call_command("telegram_poll", once=True, wait=0)

    assert Dialog.objects.get().messages.count() == 2


def test_a_bot_is_connected_by_its_token_and_listens(telegram, assistant, browser_of, settings):
    settings.IS_SECURE, settings.BASE_URL = True, "https://desk.example"
    admin = MembershipFactory(tenant=assistant.tenant, role="admin").user

    response = browser_of(admin).post("/bots/telegram/new/", {"token": TOKEN, "assistant": assistant.pk}, secure=True)

    bot = BotInstance.objects.get()
    assert response.status_code == 302
    assert (bot.username, bot.is_active, bot.open_token()) == ("lavka_bot", True, TOKEN)
    assert telegram.webhook["url"] == f"https://desk.example/webhooks/telegram/{bot.uuid}/"
    assert telegram.webhook["secret_token"] == bot.open_webhook_secret()
    page = browser_of(admin).get(f"/bots/{bot.uuid}/", secure=True).content.decode()
    assert TOKEN not in page
    assert "@lavka_bot" in page


def test_a_bad_token_and_a_foreign_bot_are_refused(telegram, assistant, api):
    BotFactory(assistant=AssistantFactory(tenant=TenantFactory()), token=TOKEN)
    admin = MembershipFactory(tenant=assistant.tenant, role="admin").user
    telegram.fail("getMe", (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}))
    wanted = {"assistant": str(assistant.uuid), "token": TOKEN}

    answers = [api(admin).post("/api/v1/bots/", body) for body in ({**wanted, "token": "x"}, wanted, wanted)]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [
        (422, "bot_token_refused"), (422, "bot_token_refused"), (409, "bot_taken"),
    ]  # fmt: skip
    assert BotInstance.objects.count() == 1


def test_a_bot_is_stopped_started_checked_and_forgotten(telegram, bot, api):
    admin = MembershipFactory(tenant=bot.tenant, role="admin").user
    client = api(admin)

    stopped = client.post(f"/api/v1/bots/{bot.uuid}/stop/").json()
    started = client.post(f"/api/v1/bots/{bot.uuid}/start/").json()
    telegram.fail("getMe", (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}))
    checked = client.post(f"/api/v1/bots/{bot.uuid}/check/").json()

    assert (stopped["is_active"], started["is_active"]) == (False, True)
    assert (checked["health"]["works"], checked["last_error_message"]) == (False, "Unauthorized")
    assert client.delete(f"/api/v1/bots/{bot.uuid}/").status_code == 204
    assert not BotInstance.objects.exists()


def test_another_assistant_answers_what_is_begun_from_now_on(send, bot, browser_of):
    send(message=a_message("Привет"))
    admin = MembershipFactory(tenant=bot.tenant, role="admin").user
    other, foreign = AssistantFactory(tenant=bot.tenant), AssistantFactory()

    refused = browser_of(admin).post(f"/bots/{bot.uuid}/", {"assistant": foreign.pk})
    browser_of(admin).post(f"/bots/{bot.uuid}/", {"assistant": other.pk})
    send(message=a_message("Ещё вопрос", number=2))
    send(message=a_message("Здравствуйте", chat=43))

    assert refused.status_code == 422
    assert list(Dialog.objects.order_by("pk").values_list("assistant", flat=True)) == [bot.assistant_id, other.pk]
