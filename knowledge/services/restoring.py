"""Brings an earlier version of a document back."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from assistants.errors import NoModelAvailable
from knowledge import tasks
from knowledge.enums import DocumentStatus, PageState
from knowledge.errors import DocumentNotRestorable, DocumentRepeated, NothingToReembed
from knowledge.indexing import announce_change, show
from knowledge.models import Document, WebPage
from knowledge.services.lifecycle import lock_versions, retire
from knowledge.services.reembedding import reembed


@transaction.atomic
def restore(document: Document, *, at: datetime) -> Document:
    """Answer from an archived version again; the one in use becomes history in the same moment.

    What was already embedded is searched at once, else the file is read anew;
    neither costs anything, the content is paid.

    Raises:
        DocumentNotRestorable: it is in use, or nothing is left of it.
        DocumentRepeated: another document of the same assistant has this content.
    """
    lock_versions(document.tenant_id)
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if not document.can_restore:
        raise DocumentNotRestorable(state=document.get_status_display())
    others = Document.objects.of(document.tenant).live().exclude(pk=document.pk)
    retire(others.of_series(document), at=at)
    if twin := others.in_scope(document.assistant_id).filter(doc_hash=document.doc_hash).first():
        raise DocumentRepeated(title=str(twin))
    values = {"archived_at": None, "error_code": "", "error_message": "", "attempts": 0, "locked_until": None}
    kept = document.chunks.filter(archived_at=document.archived_at, merged_into=None)
    if document.chunk_count and kept.exists():
        Document.objects.filter(pk=document.pk).update(
            **values, status=DocumentStatus.READY, is_current=True, progress=100
        )
        kept.update(archived_at=None)
        show(document.chunks.all())
        announce_change(document)
        with suppress(NothingToReembed, NoModelAvailable):  # the model may have changed since
            reembed(document.tenant, assistant=document.assistant, at=at)
    else:
        Document.objects.filter(pk=document.pk).update(**values, status=DocumentStatus.UPLOADED, progress=0)
        tasks.process_soon(document.pk)
    pages = WebPage.objects.filter(document__series=document.series, tenant=document.tenant_id)
    pages.update(is_excluded=False, state=PageState.TAKEN, problem_code="")
    document.refresh_from_db()
    return document
