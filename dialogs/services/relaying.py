"""Words and files that come over the API: of the person in charge, or of a customer whom a program speaks for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from dialogs.enums import Channel, HandoffStatus, Sender
from dialogs.errors import NotInCharge, NotRelayed
from dialogs.models import Dialog, DialogAttachment, DialogMessage
from dialogs.services import attaching, posting
from dialogs.services.receiving import receive_locked


def say(
    dialog: Dialog,
    *,
    author: User | None,
    text: str,
    at: datetime,
    client_id: str | None = None,
    files: Sequence[UUID] = (),
) -> DialogMessage:
    """Say something in ``dialog``: as its operator, or (without an author) as its customer.

    Raises:
        NotInCharge: the author does not have the conversation.
        NotRelayed: customers of this channel write for themselves.
        DomainError: see ``posting.post`` and ``receiving.receive``.
    """
    may_speak(dialog, author=author)
    if author:
        return posting.post(dialog, author=author, text=text, at=at, client_id=client_id, files=files)
    text = posting.readable(text, has_files=bool(files))
    with transaction.atomic():
        locked = Dialog.objects.locked().get(pk=dialog.pk)
        gathered = attaching.gather(
            [locked], files, sender=Sender.CUSTOMER, channel=dialog.platform, client_id=client_id
        )
        return receive_locked(locked, text=text, at=at, platform_message_id=client_id, files=gathered).message


def upload(dialog: Dialog, *, author: User | None, content: "File[Any]", name: str, at: datetime) -> DialogAttachment:
    """Keep a file that is about to be sent in ``dialog``, by an operator or (without an author) its customer.

    Raises:
        NotRelayed: customers of this channel send their files themselves.
        DomainError: see ``attaching.upload``.
    """
    if author is None:
        may_speak(dialog, author=None)
    sender = Sender.OPERATOR if author else Sender.CUSTOMER
    return attaching.upload(dialog, content=content, name=name, sender=sender, author=author, at=at)


def may_speak(dialog: Dialog, *, author: User | None) -> None:
    """Refuse whoever has no word in ``dialog``."""
    if author is None and dialog.platform != Channel.API:
        raise NotRelayed
    is_in_charge = dialog.handoff_status == HandoffStatus.ACTIVE and author and dialog.assigned_operator_id == author.pk
    if author and dialog.is_open and not is_in_charge:
        raise NotInCharge
