"""Finds what was lost on the way: hints in Redis may vanish, rows do not."""

from datetime import datetime
from typing import Final

from knowledge import tasks
from knowledge.indexing import split_words
from knowledge.models import Document

AT_ONCE: Final = 200


def sweep(*, at: datetime) -> int:
    """Ask workers anew for documents nobody works on; return how many."""
    lost = Document.objects.lost(at=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    for document_id in lost:
        tasks.process_document.delay(document_id=document_id)
    split_words()
    return len(lost)
