"""What people do to a document after it came in."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import connection, transaction

from knowledge import tasks
from knowledge.enums import DocumentStatus, PageState, WebProblem
from knowledge.errors import DocumentArchived, DocumentNotRetryable
from knowledge.indexing import announce_change, erase, hide
from knowledge.models import Document, DocumentQuerySet, KnowledgeEmbedding, WebPage


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
    """Take a document out of search and keep it as history; of a web page nothing more is read.

    Raises:
        DocumentArchived: it is there already.
    """
    withdraw(document, at=at)
    _leave_out(document)
    return document


def withdraw(document: Document, *, at: datetime) -> None:
    """Take a document out of search because what it was made of is gone.

    Raises:
        DocumentArchived: it is history already.
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


def _leave_out(document: Document) -> None:
    pages = WebPage.objects.filter(document__series=document.series, tenant=document.tenant_id)
    pages.update(is_excluded=True, state=PageState.SKIPPED, problem_code=WebProblem.EXCLUDED)


def lock_versions(tenant_id: int) -> None:
    """Let the versions of one tenant change hands one by one, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashint8extended(%s, 616))", [tenant_id])


def retire(older: "DocumentQuerySet", *, at: datetime) -> None:
    """Make finished versions history, with their passages."""
    finished = older.filter(status__in=[DocumentStatus.READY, DocumentStatus.FAILED])
    retired = list(finished.values_list("pk", flat=True))
    hide(KnowledgeEmbedding.objects.filter(document__in=retired), at=at)
    finished.update(status=DocumentStatus.ARCHIVED, is_current=False, archived_at=at)


def delete(document: Document, *, at: datetime) -> None:
    """Erase a document with its file, passages, words and counts.

    The file goes first: a stop in between leaves a row that can be deleted
    again, not a file nobody knows.
    """
    if document.file:
        default_storage.delete(str(document.file.name))
    with transaction.atomic():
        # a worker that holds the row finishes its batch first and then finds it gone
        row = Document.objects.select_for_update(of=("self",)).filter(pk=document.pk).first()
        if row and not row.archived_at:
            _leave_out(row)
        erase(document)
        Document.objects.filter(pk=document.pk).delete()
        announce_change(document)
