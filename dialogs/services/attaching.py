"""Files people send: uploaded, looked at, put into a message; what nobody sends is cleared away."""

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import IO, Any, Final
from uuid import UUID, uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from accounts.models import User
from config.throttling import seconds_to_wait
from dialogs import contents, pictures
from dialogs.allowances import allowance_of
from dialogs.enums import AttachmentKind, AttachmentState, Sender
from dialogs.errors import (
    FileEmpty,
    FileMissing,
    FileRefused,
    FileTooLarge,
    PictureUnreadable,
    TooManyFiles,
    TooManyMessages,
)
from dialogs.models import Dialog, DialogAttachment, DialogMessage

UNSENT_FOR: Final = timedelta(hours=24)
UPLOAD_RATE: Final = "20/minute"
BATCH: Final = 500


def upload(
    dialog: Dialog, *, content: "File[Any]", name: str, sender: Sender, at: datetime, author: User | None = None
) -> DialogAttachment:
    """Keep a file that somebody is about to send in ``dialog``.

    Raises:
        FileEmpty, FileTooLarge, FileRefused, PictureUnreadable: the file is none this channel takes.
        TooManyFiles: as many wait to be sent as two messages carry.
        TooManyMessages: more than ``UPLOAD_RATE``.
    """
    allowance = allowance_of(dialog.platform)
    if wait := seconds_to_wait(UPLOAD_RATE, "upload", str(dialog.pk), str(author.pk if author else "")):
        raise TooManyMessages(seconds=wait)
    waiting = dialog.attachments.unsent().filter(sender=sender, uploaded_by=author)
    if waiting.count() >= 2 * allowance.count:
        raise TooManyFiles(limit=allowance.count)
    shown = contents.safe_name(name, "") or str(AttachmentKind.FILE.label)
    size = content.size or 0
    if not size:
        raise FileEmpty(name=shown)
    content.seek(0)
    kind = contents.kind_of(content.read(contents.HEAD_BYTES), name)
    if kind not in allowance.kinds:
        raise FileRefused(name=shown)
    if size > (limit := allowance.limit_of(kind)):
        raise FileTooLarge(name=shown, megabytes=limit // 2**20)
    attachment = DialogAttachment(
        tenant_id=dialog.tenant_id, dialog=dialog, sender=sender, uploaded_by=author, name=shown, created_at=at
    )
    if not fill(attachment, content, kind=kind):
        raise PictureUnreadable(name=shown)
    return attachment


def fill(attachment: DialogAttachment, content: "File[Any] | IO[bytes]", *, kind: str) -> bool:
    """Put ``content`` into our storage and its facts into the row; a picture that cannot be drawn is refused."""
    facts: dict[str, Any] = {"content_type": kind}
    content.seek(0)
    data, small = content.read(), b""
    if kind in contents.PICTURES:
        picture = _drawn(data)
        if picture is None:
            return False
        data, small = picture.content, picture.thumbnail
        facts |= {"width": picture.width, "height": picture.height}
        if attachment.kind == AttachmentKind.FILE:
            facts["kind"] = AttachmentKind.IMAGE
    elif attachment.kind == AttachmentKind.FILE and kind in contents.SOUNDS | contents.FILMS:
        facts["kind"] = AttachmentKind.AUDIO if kind in contents.SOUNDS else AttachmentKind.VIDEO
    facts |= {"size": len(data), "digest": hashlib.sha256(data).hexdigest(), "state": AttachmentState.READY}
    facts["path"] = _keep(attachment, data)
    facts["thumbnail_path"] = _keep(attachment, small) if small else ""
    for field, value in facts.items():
        setattr(attachment, field, value)
    attachment.name = contents.safe_name(attachment.name, kind) if attachment.name else ""
    try:
        attachment.save()
    except Exception:
        _erase(attachment)
        raise
    return True


def _drawn(data: bytes) -> pictures.Picture | None:
    with tempfile.TemporaryFile() as file:  # the child reads a descriptor
        file.write(data)
        file.flush()
        return pictures.redraw(file)


def _keep(attachment: DialogAttachment, data: bytes) -> str:
    """Write a file under a name that nobody can guess and that says nothing."""
    return default_storage.save(f"attachments/{attachment.tenant_id}/{uuid4().hex}", ContentFile(data))


def _erase(attachment: DialogAttachment) -> None:
    for path in filter(None, (attachment.path, attachment.thumbnail_path)):
        default_storage.delete(path)


def gather(
    dialogs: Iterable[Dialog], uuids: Sequence[UUID], *, sender: Sender, channel: str, client_id: str | None = None
) -> list[DialogAttachment]:
    """Return the uploaded files of a message in the order they were named, locked until the transaction ends.

    Raises:
        TooManyFiles: more than the channel carries in a message.
        FileMissing: one is not there, or in another message than ``client_id`` already.
    """
    wanted = list(dict.fromkeys(uuids))
    if len(wanted) > (limit := allowance_of(channel).count):
        raise TooManyFiles(limit=limit)
    free = Q(message=None) | Q(message__platform_message_id=client_id, message__platform_message_id__isnull=False)
    rows = DialogAttachment.objects.filter(free, dialog__in=dialogs, sender=sender, uuid__in=wanted)
    found = {row.uuid: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    if len(found) < len(wanted):
        raise FileMissing
    return [found[uuid] for uuid in wanted]


def bind(message: DialogMessage, files: Sequence[DialogAttachment]) -> None:
    """Make ``files`` part of a message; the caller owns the transaction."""
    for position, file in enumerate(files):
        file.tenant_id, file.dialog_id = message.tenant_id, message.dialog_id
        file.message, file.position = message, position
        file.save()


def named(files: Sequence[DialogAttachment], *, language: str) -> str:
    """Say what was sent, for everybody who reads text: lists, searches, programs, and the assistant."""
    with translation.override(language):
        names = [
            f"[{file.get_kind_display()}{f': {file.name}' if file.name else ''}"
            f"{f', {file.seconds // 60}:{file.seconds % 60:02}' if file.seconds else ''}]"
            for file in files
        ]
    return " ".join(names)


def facts_of(files: Sequence[DialogAttachment], *, language: str) -> dict[str, Any]:
    """Return what a message's metadata says of its files, nothing without any."""
    return {"files": len(files), "named": named(files, language=language)} if files else {}


@transaction.atomic
def discard(files: Iterable[DialogAttachment]) -> int:
    """Clear away uploads that are in no message; return how many there were."""
    unsent = DialogAttachment.objects.unsent().filter(pk__in=[file.pk for file in files])
    rows = list(unsent.select_for_update(of=("self",), skip_locked=True).order_by("pk"))
    DialogAttachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        transaction.on_commit(lambda row=row: _erase(row))  # type: ignore[misc]  # a default argument binds it
    return len(rows)


def sweep_unsent(*, at: datetime) -> int:
    """Clear away what was uploaded a day ago and never sent."""
    return discard(DialogAttachment.objects.unsent().filter(created_at__lt=at - UNSENT_FOR)[:BATCH])
