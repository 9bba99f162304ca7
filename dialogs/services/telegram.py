"""What a Telegram update does to the conversations of a bot."""

import re
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from assistants.models import BotInstance
from config.errors import DomainError
from dialogs import phrases
from dialogs.enums import HandoffReason, Sender
from dialogs.models import Dialog, DialogMessage, MessageRating
from dialogs.services import continuing, listening
from dialogs.services.handing import request_person
from dialogs.services.posting import append
from dialogs.services.rating import rate_dialog, rate_message
from dialogs.telegram.channel import note_blocked
from dialogs.telegram.updates import Said, number, part, said

PRESSED: Final = re.compile(r"(rate|stars|person):(\d{1,18}):(-?\d)")
THUMBS: Final = {-1, 1}
STARS: Final = range(1, 6)

Reply = dict[str, Any]
"""A method and its parameters that Telegram carries out: in the answer to the webhook, or called."""


@transaction.atomic
def take_update(bot: BotInstance, update: dict[str, Any], *, at: datetime) -> Reply | None:
    """Carry out an update once; an update that comes again changes nothing."""
    update_id = number(update.get("update_id"))
    if not update_id or not listening.is_first(bot, f"update:{update_id}"):
        return None
    if message := said(update.get("message")):
        _hear(bot, message, at=at)
    elif edited := said(update.get("edited_message")):
        listening.one_at_a_time(bot, edited.chat_id)
        _correct(bot, edited, at=at)
    elif pressed := part(update.get("callback_query")):
        return _press(bot, pressed, at=at)
    elif member := part(update.get("my_chat_member")):
        _follow_membership(bot, member)
    return None


def _hear(bot: BotInstance, message: Said, *, at: datetime) -> None:
    if not message.words and not message.attachments:
        return
    listening.one_at_a_time(bot, message.chat_id)
    dialog = listening.dialog_of(bot, chat_id=message.chat_id, person=message.person)
    if dialog.context_data.get("blocked_at"):
        note_blocked(dialog, is_blocked=False)
    if message.start_payload is not None:
        _greet(dialog, payload=message.start_payload, at=at)
    else:
        listening.hear(
            dialog, words=message.words, attachments=message.attachments, message_id=message.message_id, at=at
        )
        if held := listening.held_correction(bot, f"{message.chat_id}:{message.message_id}"):
            listening.correct(dialog, message_id=message.message_id, at=at, **held)


def _correct(bot: BotInstance, edited: Said, *, at: datetime) -> None:
    """Take a correction over; one that came before its message is held until that comes."""
    dialog = listening.chat(bot, edited.chat_id)
    correction: dict[str, Any] = {"words": edited.words, "edited_at": edited.edited_at}
    if dialog is None or not listening.knows(dialog, edited.message_id):
        listening.hold_correction(bot, f"{edited.chat_id}:{edited.message_id}", **correction)
    else:
        listening.correct(dialog, message_id=edited.message_id, at=at, **correction)


def _greet(dialog: Dialog, *, payload: str, at: datetime) -> None:
    """Remember where the customer came from and greet them, unless a person is in charge."""
    if continuing.follow(dialog, payload=payload, at=at):
        return
    if payload:
        dialog.context_data = {**dialog.context_data, "start_payload": payload}
        Dialog.objects.filter(pk=dialog.pk).update(context_data=dialog.context_data)
    assistant = dialog.assistant
    if assistant is None or not assistant.is_active or dialog.awaits_person or not dialog.auto_response:
        return
    words = assistant.greeting or phrases.say(phrases.GREETING, language=dialog.language_code)
    append(dialog, sender=Sender.ASSISTANT, text=words, at=at, metadata={"greeting": True})


def _press(bot: BotInstance, pressed: dict[str, Any], *, at: datetime) -> Reply | None:
    """Obey a button; what it says is checked against the chat it was pressed in."""
    chat = part(part(pressed.get("message")).get("chat")).get("id")
    told = PRESSED.fullmatch(str(pressed.get("data", "")))
    if not isinstance(pressed.get("id"), str) or not told:
        return None
    own = DialogMessage.objects.filter(tenant_id=bot.tenant_id, dialog__bot=bot, dialog__chat_id=str(chat))
    message = own.select_related("dialog__contact").filter(pk=int(told[2])).first()
    answer = {"method": "answerCallbackQuery", "callback_query_id": pressed["id"]}
    if message is None or str(part(pressed.get("from")).get("id")) != str(chat):
        return answer
    language = message.dialog.language_code
    try:
        with transaction.atomic():
            words = _obey(message, told[1], int(told[3]), told=told[0], at=at)
    except DomainError:
        words = phrases.TOO_LATE
    return answer | ({"text": phrases.say(words, language=language)} if words else {})


def _obey(message: DialogMessage, verb: str, value: int, *, told: str, at: datetime) -> str:
    if verb == "rate" and value in THUMBS:
        row = rate_message(message, rating=value)
        MessageRating.objects.filter(pk=row.pk).update(telegram_callback_data=told)
        return phrases.THANKS_FOR_RATING
    if verb == "stars" and value in STARS:
        rate_dialog(message.dialog, rating=value)
        return phrases.THANKS_FOR_RATING
    if verb == "person" and message.metadata.get("offers_person"):
        request_person(message.dialog, reason=HandoffReason.CUSTOMER_ASKED, at=at)
    return ""


def _follow_membership(bot: BotInstance, member: dict[str, Any]) -> None:
    """Remember that a customer blocked the bot, or let it write again."""
    chat, status = part(member.get("chat")), part(member.get("new_chat_member")).get("status")
    if chat.get("type") == "private" and status in {"kicked", "member"}:
        dialog = listening.chat(bot, str(chat.get("id")))
        if dialog:
            note_blocked(dialog, is_blocked=status == "kicked")
