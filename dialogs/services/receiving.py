"""Taking in what a customer says: identified, deduplicated, numbered, and due an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least

from accounts.models import Tenant
from assistants.models import Assistant, BotInstance
from dialogs import intents, phrases, signals, tasks
from dialogs.enums import Channel, RunStatus, Sender
from dialogs.events import announce_message
from dialogs.models import AnswerRun, Contact, ContactIdentity, Dialog, DialogAttachment, DialogMessage
from dialogs.ports import channel_for
from dialogs.prompts import INSTRUCTION
from dialogs.services import attaching
from dialogs.services.posting import append, readable, write

LONGEST_QUIET: Final = timedelta(seconds=4)
QUIET_ABOUT_FILES: Final = timedelta(seconds=60)
SENTENCE: Final = 3  # words from which a message tells its language


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes, as their platform names them."""

    external_id: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    language_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a customer's message."""

    message: DialogMessage
    run: AnswerRun | None
    is_new: bool


@transaction.atomic
def contact_of(tenant: Tenant, *, platform: str, author: Author) -> Contact:
    """Return the contact behind an identity, made on first sight."""
    identities = ContactIdentity.objects.of(tenant).filter(platform=platform, external_id=author.external_id)
    known = identities.select_related("contact").first()
    if known:
        return known.contact
    contact = Contact.objects.create(
        tenant=tenant, first_name=author.first_name, last_name=author.last_name, language_code=author.language_code
    )
    identity, is_new = ContactIdentity.objects.get_or_create(
        tenant=tenant,
        platform=platform,
        external_id=author.external_id,
        defaults={"contact": contact, "username": author.username},
    )
    if not is_new:  # somebody else was first
        contact.delete()
    return identity.contact


def open_dialog(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    platform: Channel,
    session_id: str,
    author: Author,
    bot: BotInstance | None = None,
    chat_id: str = "",
) -> Dialog:
    """Return the open dialog of this session, begun if there is none.

    Args:
        tenant: Whose dialog it is.
        assistant: Who answers.
        platform: Where it takes place.
        session_id: What tells this conversation from others, at most 255 characters.
        author: The person on the other side.
        bot: The bot instance, on messengers.
        chat_id: The messenger's own id of the chat.
    """
    contact = contact_of(tenant, platform=platform, author=author)
    dialog, _ = Dialog.objects.open().get_or_create(
        tenant=tenant,
        platform=platform,
        assistant=assistant,
        session_id=session_id,
        defaults={
            "contact": contact,
            "bot": bot,
            "chat_id": chat_id,
            "language_code": author.language_code or (assistant.language_code if assistant else "ru"),
        },
    )
    return dialog


@transaction.atomic
def receive(dialog: Dialog, *, text: str, at: datetime, **fields: Any) -> Received:
    """Store a customer's message in ``dialog``: ``receive_locked`` for whoever does not hold its lock yet.

    Raises:
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``readable``.
    """
    text = readable(text, has_files=bool(fields.get("files")))
    return receive_locked(Dialog.objects.locked().get(pk=dialog.pk), text=text, at=at, **fields)


def receive_locked(
    dialog: Dialog,
    *,
    text: str,
    at: datetime,
    platform_message_id: str | None = None,
    files: Sequence[DialogAttachment] = (),
    needs_answer: bool = True,
) -> Received:
    """Store a readable message with its files and make its answer due; the caller holds the dialog's lock.

    A repeated ``platform_message_id`` returns the first message and changes
    nothing. Several messages in a row become one turn: each one postpones the
    answer by the channel's quiet time, at most ``LONGEST_QUIET`` in all, and
    cancels an answer already under way. What ``needs_answer`` not is only kept.
    Files are not read, so without words they get an honest reply instead of an
    answer, unless one is under way that they may belong to.
    """
    if platform_message_id and (known := _known(dialog, platform_message_id)):
        return known
    dialog = dialog if dialog.is_open else _follow_up(dialog)
    _follow_language(dialog, text)
    is_mute = bool(files) and not text and not dialog.runs.open().exists()
    message = _write(dialog, text=text, files=files, platform_message_id=platform_message_id, at=at)
    is_due = needs_answer and not is_mute  # queued before the sockets are told: the answer takes longer
    run = make_due(dialog, message, at=at) if is_due else None
    announce_message(message)
    if is_mute:
        _admit_files(dialog, at=at)
    ids = {"dialog_id": dialog.pk, "message_id": message.pk}
    transaction.on_commit(partial(signals.message_received.send, sender=Dialog, **ids))
    return Received(message=message, run=run, is_new=True)


def _write(dialog: Dialog, *, text: str, files: Sequence[DialogAttachment], at: datetime, **ids: Any) -> DialogMessage:
    """Write a customer's words, after the names of the files that come with them."""
    facts = attaching.facts_of(files, language=dialog.language_code)
    reading = intents.read(text)
    message = write(
        dialog,
        sender=Sender.CUSTOMER,
        text=f"{facts.get('named', '')} {text}".strip(),
        at=at,
        intent=reading.intent,
        confidence=reading.confidence,
        entities=reading.entities,
        metadata=facts,
        **ids,
    )
    attaching.bind(message, files)
    return message


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


@transaction.atomic
def resume(dialog: Dialog, *, at: datetime, instruction: str = "") -> AnswerRun | None:
    """Let the assistant go on after a person, by their ``instruction``; what nobody answered is answered now."""
    locked = Dialog.objects.locked().get(pk=dialog.pk)
    locked.context_data = {**locked.context_data, INSTRUCTION: instruction}
    locked.save(update_fields=["context_data"])
    last = locked.messages.spoken().order_by("-seq").first()
    return make_due(locked, last, at=at) if last and last.sender == Sender.CUSTOMER else None


def _known(dialog: Dialog, platform_message_id: str) -> Received | None:
    message = dialog.messages.filter(platform_message_id=platform_message_id).first()
    if message is None:
        return None
    run = dialog.runs.filter(from_seq__lte=message.seq).order_by("-pk").first()
    return Received(message=message, run=run, is_new=False)


def _follow_language(dialog: Dialog, text: str) -> None:
    """Go on in the language the customer writes; a word or two, say a brand, does not decide."""
    language = intents.language_of(text, default=dialog.language_code)
    if language != dialog.language_code and len(text.split()) >= SENTENCE:
        dialog.language_code = language
        Dialog.objects.filter(pk=dialog.pk).update(language_code=language)


def _follow_up(dialog: Dialog) -> Dialog:
    """Return an open dialog that continues a closed one."""
    successor, _ = Dialog.objects.open().get_or_create(
        tenant_id=dialog.tenant_id,
        platform=dialog.platform,
        assistant=dialog.assistant,
        session_id=dialog.session_id,
        defaults={
            "contact_id": dialog.contact_id,
            "bot_id": dialog.bot_id,
            "chat_id": dialog.chat_id,
            "language_code": dialog.language_code,
        },
    )
    return successor


def make_due(dialog: Dialog, message: DialogMessage, *, at: datetime) -> AnswerRun | None:
    """Have ``message`` answered once the customer is quiet, unless a person is in charge."""
    if dialog.awaits_person or not dialog.auto_response:
        return None
    quiet = timedelta(seconds=channel_for(dialog.platform).quiet_seconds)
    due_at = at + quiet
    run = AnswerRun.begin(dialog, from_seq=message.seq, at=at, due_at=due_at)
    while run is None:  # an open one is postponed, or cancelled to make room; both can end meanwhile
        run = _postponed(dialog, due_at=due_at, at=at) or AnswerRun.begin(
            dialog, from_seq=message.seq, at=at, due_at=due_at
        )
    transaction.on_commit(partial(_enqueue, run.pk, quiet.total_seconds()))
    return run


def _postponed(dialog: Dialog, *, due_at: datetime, at: datetime) -> AnswerRun | None:
    """Put off the answer that waits, or cancel the one under way."""
    waiting = dialog.runs.filter(status=RunStatus.PENDING)
    if waiting.update(due_at=Least(Value(due_at), F("first_due_at") + Value(LONGEST_QUIET))):
        return waiting.get()
    dialog.runs.filter(status=RunStatus.RUNNING).update(
        status=RunStatus.CANCELLED, outcome="newer_message", finished_at=at, locked_until=None
    )
    return None


def _enqueue(run_id: int, delay: float) -> None:
    tasks.answer_dialog.apply_async(kwargs={"run_id": run_id}, countdown=delay)
