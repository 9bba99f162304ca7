"""Finds what was lost on the way: hints in Redis may vanish, rows do not."""

from datetime import datetime, timedelta
from typing import Final

from knowledge import tasks
from knowledge.models import Document, KnowledgeEmbedding, Trial

AT_ONCE: Final = 200
EMBED_WITHIN: Final = timedelta(seconds=60)


def sweep(*, at: datetime) -> int:
    """Ask workers anew for documents nobody works on; return how many."""
    lost = Document.objects.lost(at=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    for document_id in lost:
        tasks.process_document.delay(document_id=document_id)
    _sweep_passages(at=at)
    for trial_id in Trial.objects.lost(at=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        tasks.run_trial.delay(trial_id=trial_id)
    return len(lost)


def _sweep_passages(*, at: datetime) -> None:
    """Ask workers anew for vectors that were not made: the hint was lost, or no model answered."""
    late = KnowledgeEmbedding.objects.unembedded().filter(updated_at__lt=at - EMBED_WITHIN)
    if keys := list(late.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        tasks.embed_passages.delay(chunk_ids=keys)
