"""Writes passages: their rows with vectors, then their words, in bulk."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import F, QuerySet
from pgvector import Vector
from psycopg.types.json import Jsonb

from assistants.models import Assistant
from config.db import new_uuid
from knowledge.chunking import Chunk
from knowledge.enums import Source
from knowledge.lexical import passage_vector
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeLexical
from knowledge.vectors import binary_cursor

TITLE_CHARACTERS: Final = 255
COLUMNS: Final = (
    ("uuid", "uuid"),
    ("tenant_id", "int8"),
    ("assistant_id", "int8"),
    ("document_id", "int8"),
    ("chunk_index", "int4"),
    ("chunk_text", "text"),
    ("title", "text"),
    ("heading_path", "text"),
    ("embedding", "vector"),
    ("embedding_model", "text"),
    ("doc_type", "text"),
    ("importance", "int2"),
    ("token_count", "int4"),
    ("chunk_hash", "text"),
    ("source", "text"),
    ("source_name", "text"),
    ("version", "int4"),
    ("is_current", "bool"),
    ("is_enabled", "bool"),
    ("is_pinned", "bool"),
    ("metadata", "jsonb"),
)


def write_chunks(
    document: Document, chunks: Sequence[Chunk], vectors: Sequence[Sequence[float]], *, model: str
) -> None:
    """Load passages that are not searched yet; ``show`` makes them so, all at once."""
    rows = (
        (
            new_uuid(),
            document.tenant_id,
            document.assistant_id,
            document.pk,
            chunk.index,
            chunk.text,
            document.title,
            chunk.heading_path,
            Vector(list(vector)),
            model,
            document.category,
            document.importance,
            chunk.token_count,
            chunk.digest,
            Source.DOCUMENT.value,
            document.filename,
            document.version,
            False,
            True,
            False,
            Jsonb({"headings": list(chunk.headings)}),
        )
        for chunk, vector in zip(chunks, vectors, strict=True)
    )
    names = ", ".join(name for name, _ in COLUMNS)
    with binary_cursor() as cursor:
        cursor.copy_rows(f"knowledge_embeddings ({names})", [kind for _, kind in COLUMNS], rows)


def show(chunks: "QuerySet[KnowledgeEmbedding]") -> int:
    """Make passages searchable; return how many there are."""
    count = chunks.filter(archived_at=None, merged_into=None).update(is_current=True)
    _write_words(chunks)
    return count


def index_anew(chunks: "QuerySet[KnowledgeEmbedding]") -> None:
    """Write the words of passages once more, as they are now; those that search may not find lose theirs."""
    KnowledgeLexical.objects.filter(chunk__in=chunks.values("pk")).delete()
    _write_words(chunks)


def _write_words(chunks: "QuerySet[KnowledgeEmbedding]") -> None:
    rows = chunks.searchable().filter(lexical=None).order_by("pk").without_vectors()  # type: ignore[attr-defined]  # its own queryset
    with binary_cursor() as cursor:
        cursor.copy_rows(
            "knowledge_lexical (chunk_id, tenant_id, assistant_id, lex)",
            ["int8", "int8", "int8", "sparsevec"],
            _words(list(rows)),
        )


def _words(chunks: Iterable[KnowledgeEmbedding]) -> Iterator[tuple[Any, ...]]:
    for chunk in chunks:
        title, text = _fields(chunk)
        yield chunk.pk, chunk.tenant_id, chunk.assistant_id, passage_vector(text=text, title=title)


def _fields(chunk: KnowledgeEmbedding) -> tuple[str, str]:
    """Return what search reads as title and as text.

    The question of a confirmed answer counts as both (weights 0.75 and 1.0): who
    asks nearly the same is to find it before an article that mentions the matter.
    """
    title = " ".join([chunk.title, *chunk.metadata.get("headings", [])])
    is_answer = chunk.source == Source.CONFIRMED_KNOWLEDGE
    return title, f"{title}\n{chunk.chunk_text}" if is_answer else chunk.chunk_text


def hide(chunks: "QuerySet[KnowledgeEmbedding]", *, at: datetime) -> None:
    """Take passages out of search and keep them as history."""
    KnowledgeLexical.objects.filter(chunk__in=chunks.values("pk")).delete()
    chunks.filter(archived_at=None).update(is_current=False, archived_at=at)


def erase(document: Document) -> None:
    """Delete everything that was made from a document; the triggers correct the term counts."""
    KnowledgeLexical.objects.filter(chunk__document=document).delete()
    document.chunks.all().delete()
    document.entries.all().delete()


def announce_change(document: Document) -> None:
    """Tell caches that the knowledge of the assistants concerned has changed."""
    announce_to(document.tenant_id, document.assistant_id)


def announce_to(tenant_id: int, assistant_id: int | None) -> None:
    """Tell caches that what an assistant, or all of a tenant's, answers from has changed."""
    assistants = Assistant.objects.filter(tenant=tenant_id)
    if assistant_id is not None:
        assistants = assistants.filter(pk=assistant_id)
    assistants.update(knowledge_version=F("knowledge_version") + 1)


def one_by_one(tenant_id: int, assistant_id: int | None) -> None:
    """Let only one transaction at a time change the words of this knowledge.

    It is the lock of the triggers that count terms, taken before any row is
    locked: two changes of one passage then never wait for each other in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashint8extended(%s, 615))",
            [-tenant_id if assistant_id is None else assistant_id],
        )
