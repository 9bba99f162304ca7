"""What customers write to the seller's bots, taken in once."""

from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.db.models import Q

from assistants.models import BotInstance
from config.errors import DomainError
from config.throttling import seconds_to_wait
from dialogs import contents, tasks
from dialogs.enums import AttachmentKind, AttachmentState, Channel, Sender
from dialogs.events import announce_message
from dialogs.models import Dialog, DialogAttachment, DialogMessage, InboundEvent
from dialogs.services.receiving import Author, Received, make_due, open_dialog, receive
from dialogs.telegram.updates import Attachment, Person

log = structlog.get_logger(__name__)

ANSWER_RATE: Final = "30/minute"  # more than a person writes; the rest is kept and not answered
KINDS: Final = {
    "photo": AttachmentKind.IMAGE,
    "image": AttachmentKind.IMAGE,
    "voice": AttachmentKind.VOICE,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
    "video_note": AttachmentKind.VIDEO,
    "animation": AttachmentKind.ANIMATION,
    "sticker": AttachmentKind.STICKER,
}
"""What messengers call a file, and what it is here."""


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
    """Take in words and files of a customer; what no database can hold is left out. Files are fetched afterwards."""
    is_flood = bool(seconds_to_wait(ANSWER_RATE, "messenger", str(dialog.contact_id)))
    try:
        received = receive(
            dialog,
            text=words,
            at=at,
            platform_message_id=message_id,
            files=[_awaited(file) for file in attachments],
            needs_answer=not is_flood,
        )
    except DomainError as refusal:
        log.warning("message_refused", dialog=str(dialog.uuid), code=refusal.code)
        return None
    if received.is_new and attachments:
        transaction.on_commit(partial(tasks.keep_attachments.delay, message_id=received.message.pk))
    return received


def _awaited(file: Attachment) -> DialogAttachment:
    """Return a file as the messenger describes it, believed until it is fetched."""
    return DialogAttachment(
        sender=Sender.CUSTOMER,
        kind=KINDS.get(file.kind, AttachmentKind.FILE),
        state=AttachmentState.AWAITED,
        name=contents.safe_name(file.name, ""),
        content_type=file.mime_type[:100],
        size=file.size,
        seconds=file.seconds or None,
        platform_file_id=file.file_id,
    )


def one_at_a_time(bot: BotInstance, chat_id: str) -> None:
    """Let messages and corrections of one chat wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [chat_id, bot.pk])


def knows(dialog: Dialog, message_id: str) -> bool:
    """Say whether a customer's message has come, in this conversation or in one before it."""
    return DialogMessage.objects.filter(_of_chat(dialog), platform_message_id=message_id).exists()


def hold_correction(bot: BotInstance, key: str, *, words: str, edited_at: int) -> None:
    """Keep a correction whose message has not come yet; of several, the newest."""
    events = InboundEvent.objects.filter(tenant_id=bot.tenant_id, bot_id=bot.pk, key=f"edit:{key}")
    held, is_new = events.get_or_create(
        tenant_id=bot.tenant_id,
        bot_id=bot.pk,
        key=f"edit:{key}",
        defaults={"payload": {"words": words, "edited_at": edited_at}},
    )
    if not is_new and edited_at >= held.payload.get("edited_at", 0):
        held.payload = {"words": words, "edited_at": edited_at}
        held.save(update_fields=["payload"])


def held_correction(bot: BotInstance, key: str) -> dict[str, Any]:
    """Return the correction that waited for a message, empty without one."""
    held = InboundEvent.objects.filter(tenant_id=bot.tenant_id, bot_id=bot.pk, key=f"edit:{key}").first()
    return held.payload if held else {}


def _of_chat(dialog: Dialog) -> Q:
    return Q(
        tenant_id=dialog.tenant_id, dialog__bot=dialog.bot_id, dialog__chat_id=dialog.chat_id, sender=Sender.CUSTOMER
    )


def correct(dialog: Dialog, *, words: str, message_id: str, at: datetime, edited_at: int = 0) -> DialogMessage | None:
    """Take over a customer's correction of what they wrote; the words before it are kept.

    An older correction never undoes a newer one. An answer that was not given
    yet is given to the new words.
    """
    dialog = Dialog.objects.locked().get(pk=dialog.pk)
    known = DialogMessage.objects.select_related("dialog").filter(_of_chat(dialog), platform_message_id=message_id)
    message = known.order_by("-pk").first()
    if message is None or not words or edited_at < message.metadata.get("edited_at", 0):
        return None
    message.metadata["edited_at"] = edited_at
    if message.words == words:
        message.save(update_fields=["metadata"])
        return None
    edits = [*message.metadata.get("edits", []), {"text": message.text, "until": at.isoformat()}]
    message.text = f"{message.metadata.get('named', '')} {words}".strip()
    message.metadata["edits"] = edits[-20:]
    message.save(update_fields=["text", "metadata"])
    if message.dialog_id == dialog.pk and message.seq == dialog.last_seq:  # nobody has answered yet
        make_due(dialog, message, at=at)
    announce_message(message)
    return message
