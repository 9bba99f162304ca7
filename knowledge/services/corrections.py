"""Carries what people corrected from one version of a document to the next.

A correction belongs to the words it corrects: where the new version has the
very same passage, the new passage takes over its text, title, switch and pin.
Where the words beneath changed, it stays with the old version, and the
document's page says so. Splits and merges are not carried over.
"""

from django.db.models import Exists, OuterRef

from knowledge import tasks
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeEmbeddingQuerySet

TAKEN_OVER = ("is_enabled", "is_pinned", "edited_at", "edited_by_id")


def carry(document: Document) -> int:
    """Let the passages of a new version, not searched yet, take over the corrections of the one before."""
    before = _version_before(document)
    if before is None:
        return 0
    old = {row.chunk_hash: row for row in _whole(_corrections(before)).defer("bits", "dims")}
    count = 0
    for row in document.chunks.filter(chunk_hash__in=old).without_vectors():
        _take_over(row, old[row.chunk_hash])
        count += 1
    return count


def left_behind(document: Document) -> KnowledgeEmbeddingQuerySet:
    """Return the corrections of the version before that this one does not have."""
    before = _version_before(document)
    if before is None:
        return KnowledgeEmbedding.objects.none()
    again = KnowledgeEmbedding.objects.filter(document=document, chunk_hash=OuterRef("chunk_hash"))
    taken = _whole(KnowledgeEmbedding.objects.filter(document=before)).filter(Exists(again))
    return _corrections(before).exclude(pk__in=taken.values("pk")).without_vectors().in_order()


def _version_before(document: Document) -> Document | None:
    versions = Document.objects.of_series(document)
    return versions.filter(version__lt=document.version, chunk_count__gt=0).order_by("-version", "-pk").first()


def _corrections(document: Document) -> KnowledgeEmbeddingQuerySet:
    rows = KnowledgeEmbedding.objects.filter(document=document, split_from=None, merged_into=None)
    return rows.corrected()


def _whole(rows: KnowledgeEmbeddingQuerySet) -> KnowledgeEmbeddingQuerySet:
    """Keep passages that were neither cut in two nor merged."""
    return rows.filter(split_from=None, merged_into=None, parts=None, absorbed=None)


def _take_over(row: KnowledgeEmbedding, old: KnowledgeEmbedding) -> None:
    values = {name: getattr(old, name) for name in TAKEN_OVER}
    if old.original_text:
        is_same_model = row.embedding_model == old.embedding_model
        values |= {
            "original_text": row.chunk_text,
            "original_title": row.title,
            "chunk_text": old.chunk_text,
            "title": old.title if old.title != old.original_title else row.title,
            "token_count": old.token_count,
            "embedding": old.embedding if is_same_model else None,
        }
        if not is_same_model:
            tasks.embed_soon([row.pk])
    KnowledgeEmbedding.objects.filter(pk=row.pk).update(**values)
