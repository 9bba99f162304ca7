"""What customers write to the seller's bots, taken in once."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_noop as _

from assistants.models import BotInstance
from config.errors import DomainError
from config.throttling import seconds_to_wait
from dialogs import phrases, tasks
from dialogs.enums import Channel, Sender
from dialogs.events import announce_message
from dialogs.models import Dialog, DialogMessage, InboundEvent
from dialogs.services.posting import append
from dialogs.services.receiving import Author, Received, make_due, open_dialog, receive
from dialogs.telegram.updates import Attachment, Person

log = structlog.get_logger(__name__)

ANSWER_RATE: Final = "30/minute"  # more than a person writes; the rest is kept and not answered
QUIET_ABOUT_FILES: Final = timedelta(seconds=60)
NAMES: Final = {
    "photo": _("Photo"),
    "image": _("Photo"),
    "voice": _("Voice message"),
    "audio": _("Audio"),
    "video": _("Video"),
    "video_note": _("Video"),
    "animation": _("Animation"),
    "sticker": _("Sticker"),
    "document": _("File"),
}


def dialog_of(bot: BotInstance, *, chat_id: str, person: Person) -> Dialog:
    """Return the open conversation in a chat, begun if there is none."""
    known = chat(bot, chat_id)
    if known:
        return known
    platform = Channel(bot.platform)
    dialog = open_dialog(
        bot.tenant,
        assistant=bot.assistant,
        platform=platform,
        session_id=f"{platform}:{bot.external_id or bot.pk}:{chat_id}",
        author=Author(
            external_id=person.id,
            username=person.username,
            first_name=person.first_name,
            last_name=person.last_name,
            language_code=person.language_code,
        ),
        bot=bot,
        chat_id=chat_id,
    )
    if dialog.bot_id != bot.pk:  # begun with a bot that was disconnected since
        Dialog.objects.filter(pk=dialog.pk).update(bot=bot)
        dialog.bot = bot
    return dialog


def chat(bot: BotInstance, chat_id: str) -> Dialog | None:
    """Return the open conversation in a chat, if there is one."""
    return Dialog.objects.open().filter(tenant_id=bot.tenant_id, bot=bot, chat_id=chat_id).first()


def is_first(bot: BotInstance, key: str) -> bool:
    """Note an event of a bot and say whether it is new."""
    return InboundEvent.objects.is_first(tenant_id=bot.tenant_id, bot_id=bot.pk, key=key)


def hear(
    dialog: Dialog, *, words: str, attachments: tuple[Attachment, ...], message_id: str, at: datetime
) -> Received | None:
    """Take in words and files of a customer; what no database can hold is left out.

    Files are kept as facts and not read, so a message without words gets an
    honest reply instead of an answer.
    """
    is_answer_under_way = dialog.runs.open().exists()
    is_flood = bool(seconds_to_wait(ANSWER_RATE, "messenger", str(dialog.contact_id)))
    try:
        received = receive(
            dialog,
            text=f"{_names(attachments, dialog.language_code)} {words}".strip(),
            at=at,
            platform_message_id=message_id,
            metadata={"attachments": [file.facts() for file in attachments]} if attachments else {},
            needs_answer=(bool(words) or is_answer_under_way) and not is_flood,
        )
    except DomainError as refusal:
        log.warning("message_refused", dialog=str(dialog.uuid), code=refusal.code)
        return None
    if received.is_new and attachments:
        transaction.on_commit(partial(tasks.keep_attachments.delay, message_id=received.message.pk))
        if not words and not is_answer_under_way:
            _admit_files(received.message.dialog, at=at)
    return received


def _names(attachments: tuple[Attachment, ...], language: str) -> str:
    """Say what was sent, for people and for the assistant, which sees no more of it."""
    with translation.override(language):
        names = [
            f"[{translation.gettext(NAMES.get(file.kind, 'File'))}{f': {file.name}' if file.name else ''}"
            f"{f', {file.seconds // 60}:{file.seconds % 60:02}' if file.seconds else ''}]"
            for file in attachments
        ]
    return " ".join(names)


def _admit_files(dialog: Dialog, *, at: datetime) -> None:
    """Say that the assistant does not open files, once for a handful of them, and offer a person."""
    assistant = dialog.assistant
    if dialog.awaits_person or not dialog.auto_response or assistant is None or not assistant.is_active:
        return
    last = dialog.messages.exclude(sender=Sender.CUSTOMER).order_by("-seq").first()
    if last and last.metadata.get("about_files") and at - last.created_at < QUIET_ABOUT_FILES:
        return
    phrase = phrases.FILES_ASK_PERSON if assistant.handoff_enabled else phrases.FILES
    words = phrases.say(phrase, language=dialog.language_code)
    facts = {"about_files": True, "offers_person": assistant.handoff_enabled}
    append(dialog, sender=Sender.ASSISTANT, text=words, at=at, metadata=facts)


def correct(dialog: Dialog, *, words: str, message_id: str, at: datetime) -> DialogMessage | None:
    """Take over a customer's correction of what they wrote; the words before it are kept.

    An answer that was not given yet is given to the new words.
    """
    dialog = Dialog.objects.locked().get(pk=dialog.pk)
    message = dialog.messages.filter(platform_message_id=message_id, sender=Sender.CUSTOMER).first()
    if message is None or not words or message.text == words:
        return None
    files = tuple(Attachment(**facts) for facts in _file_facts(message))
    edits = [*message.metadata.get("edits", []), {"text": message.text, "until": at.isoformat()}]
    message.text = f"{_names(files, dialog.language_code)} {words}".strip()
    message.metadata = {**message.metadata, "edits": edits[-20:]}
    message.save(update_fields=["text", "metadata"])
    if message.seq == dialog.last_seq:  # nobody has answered yet
        make_due(dialog, message, at=at)
    announce_message(message)
    return message


def _file_facts(message: DialogMessage) -> list[dict[str, Any]]:
    names = Attachment.__slots__
    return [{k: v for k, v in facts.items() if k in names} for facts in message.metadata.get("attachments", [])]
