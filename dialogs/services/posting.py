"""Putting messages into a dialog: numbered, announced, on their way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from accounts.enums import EventType
from accounts.models import User
from accounts.services import events
from config.errors import ProviderError, ProviderUnavailable
from dialogs import signals, tasks
from dialogs.enums import DeliveryStatus, Sender, SystemType
from dialogs.errors import (
    ChannelBusy,
    DialogClosed,
    MessageEmpty,
    MessageTooLong,
    MessageUnreadable,
    OutcomeUnknown,
)
from dialogs.events import announce_message, announce_shown
from dialogs.models import Dialog, DialogAttachment, DialogMessage
from dialogs.ports import channel_for
from dialogs.services import attaching

LONGEST_MESSAGE = 8_000
MAX_DELIVERY_ATTEMPTS = 8
FIRST_PAUSE: Final = timedelta(seconds=5)  # doubled with each attempt: ten minutes in all


def readable(text: str, *, has_files: bool = False) -> str:
    """Return ``text`` trimmed, if it is something a person can have written.

    Raises:
        MessageEmpty: nothing is left after trimming, and no files come with it.
        MessageTooLong: more than LONGEST_MESSAGE characters.
        MessageUnreadable: NUL or lone surrogates, which PostgreSQL cannot store.
    """
    trimmed = text.strip()
    if not trimmed and not has_files:
        raise MessageEmpty
    if len(trimmed) > LONGEST_MESSAGE:
        raise MessageTooLong(length=len(trimmed), limit=LONGEST_MESSAGE)
    if "\0" in trimmed or any("\ud800" <= character <= "\udfff" for character in trimmed):
        raise MessageUnreadable
    return trimmed


def append(
    dialog: Dialog,
    *,
    sender: Sender,
    text: str,
    at: datetime,
    files: Sequence[DialogAttachment] = (),
    **fields: Any,
) -> DialogMessage:
    """Write the next message of ``dialog``, announce and deliver it; the caller owns the transaction."""
    if facts := attaching.facts_of(files, language=dialog.language_code):
        text = f"{facts['named']} {text}".strip()
        fields["metadata"] = {**fields.get("metadata", {}), **facts}
    message = write(dialog, sender=sender, text=text, at=at, **fields)
    attaching.bind(message, files)
    announce_message(message)
    if sender != Sender.CUSTOMER:
        transaction.on_commit(partial(_deliver_soon, message))
    return message


def write(dialog: Dialog, *, sender: Sender, text: str, at: datetime, **fields: Any) -> DialogMessage:
    """Write the next message of ``dialog`` without a word to anybody; the caller owns the transaction.

    The dialog's row is locked by the UPDATE that takes the next number, so
    numbers have no gaps and no doubles.
    """
    is_customer = sender == Sender.CUSTOMER
    dialog.count_message(at=at, is_customer=is_customer)
    message = DialogMessage.objects.create(
        tenant_id=dialog.tenant_id,
        dialog=dialog,
        seq=dialog.last_seq,
        sender=sender,
        text=text,
        created_at=at,
        delivery_status=DeliveryStatus.DELIVERED if is_customer else DeliveryStatus.QUEUED,
        **fields,
    )
    _tell_programs(dialog, message, at=at)
    return message


def _tell_programs(dialog: Dialog, message: DialogMessage, *, at: datetime) -> None:
    facts = {"dialog": dialog.uuid, "channel": dialog.platform}
    if message.seq == 1:
        events.record(dialog.tenant_id, EventType.DIALOG_OPENED, at=at, **facts)
    said = {"message": message.uuid, "seq": message.seq, "sender": message.sender, "text": message.text}
    events.record(dialog.tenant_id, EventType.MESSAGE_CREATED, at=at, **facts, **said)


@transaction.atomic
def post(
    dialog: Dialog, *, author: User, text: str, at: datetime, client_id: str | None = None, files: Sequence[UUID] = ()
) -> DialogMessage:
    """Say something as an operator, with files uploaded before; a repeated ``client_id`` returns the first message.

    Raises:
        DialogClosed: the conversation has ended.
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``readable``.
        TooManyFiles, FileMissing: see ``attaching.gather``.
    """
    text = readable(text, has_files=bool(files))
    Dialog.objects.locked().get(pk=dialog.pk)
    dialog.refresh_from_db()
    if client_id and (known := dialog.messages.filter(platform_message_id=client_id).first()):
        return known
    if not dialog.is_open:
        raise DialogClosed(dialog=str(dialog.uuid))
    gathered = attaching.gather([dialog], files, sender=Sender.OPERATOR, channel=dialog.platform) if files else []
    message = append(
        dialog,
        sender=Sender.OPERATOR,
        text=text,
        at=at,
        files=gathered,
        author=author,
        platform_message_id=client_id,
    )
    transaction.on_commit(partial(signals.operator_answered.send, sender=Dialog, message_id=message.pk), robust=True)
    return message


def note(dialog: Dialog, *, kind: SystemType, text: str, at: datetime) -> DialogMessage:
    """Announce something to the customer in the system's voice; the caller owns the transaction."""
    return append(dialog, sender=Sender.SYSTEM, text=text, at=at, system_type=kind)


def deliver(message_id: int, *, at: datetime) -> None:
    """Hand one queued message to its channel, after those before it; safe to repeat."""
    due = DialogMessage.objects.due(at=at).filter(pk=message_id, delivery_attempts__lt=MAX_DELIVERY_ATTEMPTS)
    message = due.select_related("dialog__contact", "dialog__bot").first()
    if message is None or _waits_for_earlier(message):
        return
    claimed = due.update(
        delivery_status=DeliveryStatus.SENDING, delivery_attempts=F("delivery_attempts") + 1, deliver_at=at
    )
    if not claimed:
        return
    message.delivery_attempts += 1
    changes = _hand_over(message, at=at)
    DialogMessage.objects.filter(pk=message_id, delivery_status=DeliveryStatus.SENDING).update(**changes)
    if changes["delivery_status"] == DeliveryStatus.QUEUED:
        seconds = (changes["deliver_at"] - at).total_seconds()
        tasks.deliver_message.apply_async(kwargs={"message_id": message_id}, countdown=seconds)
    else:
        _deliver_next(message)


def _hand_over(message: DialogMessage, *, at: datetime) -> dict[str, Any]:
    """Return the columns that say what became of a message."""
    try:
        return {"delivery_status": channel_for(message.dialog.platform).deliver(message), "delivery_error": ""}
    except ChannelBusy as busy:  # waiting is no attempt
        later = {
            "deliver_at": at + timedelta(seconds=busy.retry_after),
            "delivery_attempts": F("delivery_attempts") - 1,
        }
        return {"delivery_status": DeliveryStatus.QUEUED, "delivery_error": str(busy), **later}
    except ProviderUnavailable as away:
        if message.delivery_attempts >= MAX_DELIVERY_ATTEMPTS:
            return {"delivery_status": DeliveryStatus.FAILED, "delivery_error": str(away)}
        pause = FIRST_PAUSE * 2 ** (message.delivery_attempts - 1)
        return {"delivery_status": DeliveryStatus.QUEUED, "delivery_error": str(away), "deliver_at": at + pause}
    except OutcomeUnknown as unknown:
        return {"delivery_status": DeliveryStatus.UNCONFIRMED, "delivery_error": str(unknown)}
    except (ProviderError, LookupError) as failed:
        return {"delivery_status": DeliveryStatus.FAILED, "delivery_error": str(failed)}


def _waits_for_earlier(message: DialogMessage) -> bool:
    """Say whether the messenger would show this message before one that was said first."""
    pending = Q(delivery_status__in=[DeliveryStatus.QUEUED, DeliveryStatus.SENDING], seq__lt=message.seq)
    is_ordered = not channel_for(message.dialog.platform).is_immediate
    return is_ordered and message.dialog.messages.exclude(sender=Sender.CUSTOMER).filter(pending).exists()


def _deliver_next(message: DialogMessage) -> None:
    if channel_for(message.dialog.platform).is_immediate:
        return
    following = message.dialog.messages.filter(delivery_status=DeliveryStatus.QUEUED).order_by("seq").first()
    if following:
        tasks.deliver_message.delay(message_id=following.pk)


def confirm_shown(dialog: Dialog, *, up_to: int) -> int:
    """Record that the client shows everything up to number ``up_to``; return how many were new."""
    up_to = min(up_to, dialog.last_seq)
    count = (
        dialog.messages.filter(seq__lte=up_to)
        .filter(delivery_status__in=[DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.SENT])
        .exclude(sender=Sender.CUSTOMER)
        .update(delivery_status=DeliveryStatus.DELIVERED)
    )
    if count:
        announce_shown(dialog, up_to=up_to)
    return count


def _deliver_soon(message: DialogMessage) -> None:
    channel = channel_for(message.dialog.platform)
    if channel.is_immediate:
        deliver(message.pk, at=message.created_at)
    else:
        tasks.deliver_message.delay(message_id=message.pk)
