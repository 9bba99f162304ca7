"""A visitor of a website: who they are, what they see, what they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.core import signing
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from rest_framework.exceptions import AuthenticationFailed

from assistants.models import Assistant
from config.throttling import seconds_to_wait
from dialogs import ports
from dialogs.appearance import Appearance
from dialogs.enums import Channel, HandoffReason, HandoffStatus, RunStatus, Sender
from dialogs.errors import AssistantOff, TooManyMessages
from dialogs.events import announce_run, as_event, state_of
from dialogs.models import Dialog, DialogAttachment, DialogMessage
from dialogs.models.dialogs import PAGE_FACTS, DialogQuerySet
from dialogs.services import attaching, handing, posting, rating
from dialogs.services.receiving import Author, Received, open_dialog, receive, receive_locked

SALT: Final = "otklik.visitor"
TOKEN_LIFETIME_SECONDS: Final = 30 * 24 * 3600
PAGE: Final = 300
KNOWN: Final = "u"
"""How the key of a customer begins whom the shop's server vouched for; the keys of others are hexadecimal."""
POST_RATE: Final = "30/minute"
ADDRESS_RATE: Final = "5/hour"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody in front of an assistant's widget."""

    assistant: Assistant
    key: str

    @property
    def is_known(self) -> bool:
        """Say whether the shop's server vouched for who this is."""
        return self.key.startswith(KNOWN)

    @property
    def dialog(self) -> Dialog | None:
        """Return the open conversation, or the last one."""
        return self.dialogs.open().first() or self.dialogs.order_by("-pk").first()

    @property
    def dialogs(self) -> DialogQuerySet:
        """Return all their conversations with this assistant."""
        return Dialog.objects.filter(
            tenant_id=self.assistant.tenant_id, assistant=self.assistant, platform=Channel.WIDGET, session_id=self.key
        )


def issue_token(assistant: Assistant, key: str | None = None) -> str:
    """Return a signed token for a visitor of ``assistant``, new unless ``key`` names one."""
    return signing.dumps({"a": str(assistant.uuid), "v": key or uuid4().hex}, salt=SALT)


def visitor_of(assistant: Assistant, token: str) -> Visitor:
    """Return the visitor that ``token`` names.

    Raises:
        AuthenticationFailed: the token is forged, expired or another assistant's.
    """
    try:
        claims = signing.loads(token, salt=SALT, max_age=TOKEN_LIFETIME_SECONDS)
    except signing.BadSignature as error:
        raise AuthenticationFailed from error
    if not isinstance(claims, dict) or claims.get("a") != str(assistant.uuid):
        raise AuthenticationFailed
    return Visitor(assistant=assistant, key=str(claims["v"]))


def consent_page_of(assistant: Assistant) -> str:
    """Return where the shop says how it treats what customers write, or nothing."""
    return Appearance.of(assistant).consent_url


def say(visitor: Visitor, *, text: str, client_id: str, at: datetime, files: Sequence[UUID] = ()) -> Received:
    """Store what the visitor wrote and uploaded, in their open conversation or a new one.

    Raises:
        AssistantOff: the seller switched the assistant off.
        TooManyMessages: more than ``POST_RATE``.
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
        TooManyFiles, FileMissing: see ``attaching.gather``.
    """
    text = posting.readable(text, has_files=bool(files))
    if not visitor.assistant.is_active:
        raise AssistantOff
    if wait := seconds_to_wait(POST_RATE, "visitor", visitor.key):
        raise TooManyMessages(seconds=wait)
    with transaction.atomic():
        dialog = visitor.dialogs.open().locked().first()
        if dialog or files:
            gathered = _gather(visitor, files, client_id=client_id)
            dialog = dialog or Dialog.objects.locked().get(pk=begin(visitor).pk)
            return receive_locked(dialog, text=text, at=at, platform_message_id=client_id, files=gathered)
    return receive(begin(visitor), text=text, at=at, platform_message_id=client_id)


def _gather(visitor: Visitor, files: Sequence[UUID], *, client_id: str) -> Sequence[DialogAttachment]:
    if not files:
        return ()
    return attaching.gather(visitor.dialogs, files, sender=Sender.CUSTOMER, channel=Channel.WIDGET, client_id=client_id)


def upload(visitor: Visitor, *, content: "File[Any]", name: str, at: datetime) -> DialogAttachment:
    """Keep a file that the visitor is about to send.

    Raises:
        AssistantOff: the seller switched the assistant off.
        DomainError: see ``attaching.upload``.
    """
    if not visitor.assistant.is_active:
        raise AssistantOff
    return attaching.upload(begin(visitor), content=content, name=name, sender=Sender.CUSTOMER, at=at)


def file_of(visitor: Visitor, uuid: UUID) -> DialogAttachment | None:
    """Return a file of the visitor's conversations; of what others upload, only what was sent."""
    own = DialogAttachment.objects.filter(dialog__in=visitor.dialogs, uuid=uuid)
    return own.filter(Q(sender=Sender.CUSTOMER) | Q(message__isnull=False)).first()


def begin(visitor: Visitor) -> Dialog:
    """Return the visitor's open conversation, begun if there is none."""
    return open_dialog(
        visitor.assistant.tenant,
        assistant=visitor.assistant,
        platform=Channel.WIDGET,
        session_id=visitor.key,
        author=Author(external_id=visitor.key),
    )


def snapshot(dialog: Dialog | None, *, after_seq: int) -> dict[str, Any]:
    """Return all a client needs to show the conversation from ``after_seq`` on."""
    if dialog is None:
        return {"dialog": None, "last_seq": 0, "state": None, "run": None, "messages": []}
    running = dialog.runs.filter(status=RunStatus.RUNNING).first()
    return {
        "dialog": str(dialog.uuid),
        "last_seq": dialog.last_seq,
        "state": state_of(dialog),
        "run": {"run": str(running.uuid), "text": running.partial_text} if running else None,
        "messages": messages_after(dialog, after_seq),
    }


def messages_after(dialog: Dialog, seq: int) -> list[dict[str, Any]]:
    """Return the events of the messages after ``seq``: all that were missed, or the last page at first sight."""
    messages = dialog.messages.select_related("author").prefetch_related("ratings", "attachments")
    rows = list(messages.after(seq)[:PAGE]) if seq else list(reversed(messages.order_by("-seq")[:PAGE]))
    return [{**as_event(row), "rating": _thumb(row)} for row in rows]


def stop(dialog: Dialog, *, at: datetime) -> None:
    """End the answer under way; what was said so far stays."""
    waiting = dialog.runs.filter(status=RunStatus.PENDING)
    for run in waiting:
        announce_run(dialog.pk, str(run.uuid), "ended", status=RunStatus.CANCELLED, outcome="stopped")
    waiting.update(status=RunStatus.CANCELLED, outcome="stopped", finished_at=at)
    dialog.runs.filter(status=RunStatus.RUNNING).update(stop_requested=True)


def obey(dialog: Dialog, command: str, fields: dict[str, Any], *, at: datetime) -> None:
    """Carry out one of the visitor's commands that change their conversation.

    Args:
        dialog: The visitor's own conversation.
        command: stop, ask_person, choose, close, shown, rate, rate_dialog or set_context.
        fields: The command's validated fields.
        at: When.

    Raises:
        DomainError: see the services called.
    """
    if command == "stop":
        stop(dialog, at=at)
    elif command == "ask_person":
        if dialog.handoff_status not in {HandoffStatus.REQUESTED, HandoffStatus.ACTIVE}:
            handing.request_person(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=at)
    elif command == "choose":
        _choose(dialog, fields["choice"], fields["email"], at=at)
    elif command == "close":
        handing.close(dialog, at=at)
    elif command == "shown":
        posting.confirm_shown(dialog, up_to=fields["seq"])
    elif command == "rate_dialog":
        rating.rate_dialog(dialog, rating=fields["rating"], comment=fields.get("comment", ""))
    elif command == "set_context":
        _set_context(dialog, fields["facts"])
    elif command == "rate":
        _rate(dialog, fields["message"], fields["rating"], fields.get("comment", ""))


def _choose(dialog: Dialog, choice: str, address: str, *, at: datetime) -> None:
    """Do what a waiting visitor chose; letters to addresses they name are few."""
    if address and (
        wait := max(
            seconds_to_wait(ADDRESS_RATE, "visitor-address", dialog.session_id),
            seconds_to_wait(ADDRESS_RATE, "address", address.lower()),
        )
    ):
        raise TooManyMessages(seconds=wait)
    ports.choose(dialog, choice, at=at, address=address)


def _rate(dialog: Dialog, uuid: UUID, value: int, comment: str) -> None:
    message = dialog.messages.get(uuid=uuid)
    rating.rate_message(message, rating=value, comment=comment)


@transaction.atomic
def _set_context(dialog: Dialog, facts: dict[str, Any]) -> None:
    """Keep what the page says about the visit, instead of what it said before."""
    locked = Dialog.objects.locked().get(pk=dialog.pk)
    locked.context_data = {**locked.context_data, PAGE_FACTS: facts}
    locked.save(update_fields=["context_data"])


def _thumb(message: DialogMessage) -> int | None:
    return next((row.rating for row in message.ratings.all() if row.rating_type == "thumbs"), None)
