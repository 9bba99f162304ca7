"""What people do to a document after it came in."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction

from knowledge import tasks
from knowledge.enums import DocumentStatus
from knowledge.errors import DocumentArchived, DocumentNotRetryable
from knowledge.indexing import announce_change, erase, hide
from knowledge.models import Document


@transaction.atomic
def retry(document: Document, *, at: datetime) -> Document:
    """Process a failed document once more.

    Raises:
        DocumentNotRetryable: it did not fail, or would fail the same way.
    """
    rows = Document.objects.live().filter(pk=document.pk, status=DocumentStatus.FAILED, error_code=document.error_code)
    fresh = {
        "status": DocumentStatus.UPLOADED,
        "error_code": "",
        "error_message": "",
        "progress": 0,
        "attempts": 0,
        "locked_until": None,
    }
    if not (document.can_retry and rows.update(**fresh)):
        raise DocumentNotRetryable(state=document.get_status_display())
    document.refresh_from_db()
    tasks.process_soon(document.pk)
    return document


@transaction.atomic
def archive(document: Document, *, at: datetime) -> Document:
    """Take a document out of search and keep it as history.

    Raises:
        DocumentArchived: it is there already.
    """
    values = {
        "status": DocumentStatus.ARCHIVED,
        "is_current": False,
        "archived_at": at,
        "locked_until": None,
        "progress": 0,
    }
    if not Document.objects.live().filter(pk=document.pk).update(**values):
        raise DocumentArchived
    hide(document.chunks.all(), at=at)
    announce_change(document)
    document.refresh_from_db()
    return document


def delete(document: Document, *, at: datetime) -> None:
    """Erase a document with its file, passages, words and counts.

    The file goes first: a stop in between leaves a row that can be deleted
    again, not a file nobody knows.
    """
    if document.file:
        default_storage.delete(str(document.file.name))
    with transaction.atomic():
        # a worker that holds the row finishes its batch first and then finds it gone
        Document.objects.select_for_update(of=("self",)).filter(pk=document.pk).first()
        erase(document)
        Document.objects.filter(pk=document.pk).delete()
        announce_change(document)
