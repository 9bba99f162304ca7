"""Which conversations and files a shop keeps no longer, and which files it has at all."""

from collections.abc import Iterator
from datetime import datetime

from django.core.files.storage import default_storage

from accounts.models import Tenant
from dialogs.enums import DialogStatus
from dialogs.models import Dialog, DialogMessage


def files_of(tenant: Tenant) -> Iterator[str]:
    """Return the names of the stored attachments."""
    rows = DialogMessage.objects.of(tenant).filter(metadata__has_key="attachments").order_by("pk")
    for metadata in rows.values_list("metadata", flat=True).iterator(chunk_size=500):
        yield from _paths(metadata)


def purge_dialogs(tenant: Tenant, before: datetime, limit: int) -> int:
    """Delete conversations that ended before a moment, with their files; those under way stay."""
    ended = Dialog.objects.of(tenant).filter(status=DialogStatus.CLOSED, last_message_at__lt=before).order_by("pk")
    keys = list(ended.values_list("pk", flat=True)[: max(1, limit // 10)])
    said = DialogMessage.objects.filter(dialog__in=keys, metadata__has_key="attachments")
    for metadata in said.values_list("metadata", flat=True):
        for path in _paths(metadata):
            default_storage.delete(path)
    Dialog.objects.filter(pk__in=keys).delete()
    return len(keys)


def purge_files(tenant: Tenant, before: datetime, limit: int) -> int:
    """Delete attachments older than a moment; the messages stay, and say what was there."""
    old = DialogMessage.objects.of(tenant).filter(created_at__lt=before, metadata__has_key="attachments")
    count = 0
    for message in old.exclude(metadata__has_key="attachments_gone").order_by("pk")[:limit]:
        for path in _paths(message.metadata):
            default_storage.delete(path)
        for file in message.metadata["attachments"]:
            file.pop("path", None)
        message.metadata["attachments_gone"] = True
        message.save(update_fields=["metadata"])
        count += 1
    return count


def _paths(metadata: dict[str, object]) -> Iterator[str]:
    files = metadata.get("attachments")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict) and file.get("path"):
            yield str(file["path"])
