"""Finds what was lost on the way: hints in Redis may vanish, rows do not."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from knowledge import tasks
from knowledge.errors import SiteBusy
from knowledge.indexing import split_words
from knowledge.models import Document, KnowledgeEmbedding, Reembedding, Trial, WebSource
from knowledge.services.websites import crawl_site

AT_ONCE: Final = 200
EMBED_WITHIN: Final = timedelta(seconds=60)


def sweep(*, at: datetime) -> int:
    """Ask workers anew for documents nobody works on; return how many."""
    lost = Document.objects.lost(at=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    for document_id in lost:
        tasks.process_document.delay(document_id=document_id)
    split_words()
    for move_id in Reembedding.objects.lost(at=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        tasks.move_vectors.delay(reembedding_id=move_id)
    _sweep_sites(at=at)
    _sweep_passages(at=at)
    for trial_id in Trial.objects.lost(at=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        tasks.run_trial.delay(trial_id=trial_id)
    return len(lost)


def _sweep_sites(*, at: datetime) -> None:
    """Go on with readings nobody works on, and begin those whose time has come."""
    for source_id in WebSource.objects.lost(at=at).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        tasks.read_site.delay(source_id=source_id)
    for source in WebSource.objects.due(at=at).order_by("next_run_at")[:AT_ONCE]:
        with suppress(SiteBusy):  # somebody asked for it in this moment
            crawl_site(source, at=at)


def _sweep_passages(*, at: datetime) -> None:
    """Ask workers anew for vectors that were not made: the hint was lost, or no model answered."""
    late = KnowledgeEmbedding.objects.unembedded().filter(updated_at__lt=at - EMBED_WITHIN)
    if keys := list(late.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        tasks.embed_passages.delay(chunk_ids=keys)
