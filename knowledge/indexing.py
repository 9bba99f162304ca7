"""Writes passages: their rows with vectors, then their words, in bulk."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F, QuerySet
from pgvector import Vector
from psycopg.types.json import Jsonb

from assistants.models import Assistant
from config.db import new_uuid
from knowledge.chunking import Chunk
from knowledge.enums import Source
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeLexical
from knowledge.terms import COUNT_TERM, PassageWords, passage_words
from knowledge.vectors import BinaryCursor, binary_cursor

TITLE_CHARACTERS: Final = 255
AT_ONCE: Final = 500
READ: Final = ("tenant_id", "assistant_id", "chunk_text", "title", "metadata", "source")
SOURCE_CHARACTERS: Final = 255
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


LOCK_TERMS: Final = (
    "SELECT pg_advisory_xact_lock(hashint8extended(coalesce(%(assistant)s::bigint, -%(tenant)s::bigint), 615))"
)
COUNTED_HERE: Final = "SELECT set_config('otklik.terms_counted', %(on)s, true)"
ADD_TERMS: Final = """
INSERT INTO knowledge_terms (tenant_id, assistant_id, term, df)
SELECT %(tenant)s, %(assistant)s::bigint, term, df
FROM unnest(%(terms)s::int[], %(counts)s::int[]) AS counted (term, df)
ON CONFLICT (tenant_id, assistant_id, term) DO UPDATE SET df = knowledge_terms.df + excluded.df
"""
SPLIT_WORDS: Final = "UPDATE knowledge_lexical SET lex = %(lex)s, stems = %(stems)s WHERE chunk_id = %(key)s"


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
            document.source,
            (document.url or document.filename)[:SOURCE_CHARACTERS],
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
    rows = chunks.searchable().filter(lexical=None).order_by("pk").only(*READ)  # type: ignore[attr-defined]  # its own queryset
    if written := [(row, _words(row)) for row in rows]:
        with transaction.atomic(), binary_cursor() as cursor:
            _load_words(cursor, written)


def _words(chunk: KnowledgeEmbedding) -> PassageWords:
    title, text = _fields(chunk)
    return passage_words(text=text, title=title)


def _fields(chunk: KnowledgeEmbedding) -> tuple[str, str]:
    """Return what search reads as title and as text.

    The question of a confirmed answer counts as both (weights 0.75 and 1.0): who
    asks nearly the same is to find it before an article that mentions the matter.
    """
    title = " ".join([chunk.title, *chunk.metadata.get("headings", [])])
    is_answer = chunk.source == Source.CONFIRMED_KNOWLEDGE
    return title, f"{title}\n{chunk.chunk_text}" if is_answer else chunk.chunk_text


def _load_words(cursor: BinaryCursor, written: Sequence[tuple[KnowledgeEmbedding, PassageWords]]) -> None:
    """Load the words of new passages and count their terms here: the trigger would take them apart row by row."""
    frequencies: dict[tuple[int, int | None], Counter[int]] = {}
    for row, found in written:
        counted = frequencies.setdefault((row.tenant_id, row.assistant_id), Counter())
        counted[COUNT_TERM - 1] += 1
        counted.update(found.lex.indices())
    for scope in sorted(frequencies, key=lambda scope: (scope[0], scope[1] is None, scope[1] or 0)):
        cursor.cursor.execute(LOCK_TERMS, {"tenant": scope[0], "assistant": scope[1]})
    cursor.cursor.execute(COUNTED_HERE, {"on": "on"})
    cursor.copy_rows(
        "knowledge_lexical (chunk_id, tenant_id, assistant_id, lex, stems)",
        ["int8", "int8", "int8", "sparsevec", "sparsevec"],
        ((row.pk, row.tenant_id, row.assistant_id, found.lex, found.stems) for row, found in written),
    )
    cursor.cursor.execute(COUNTED_HERE, {"on": "off"})
    for (tenant, assistant), counted in frequencies.items():
        indices = sorted(counted)
        facts = {"terms": [index + 1 for index in indices], "counts": [counted[index] for index in indices]}
        cursor.cursor.execute(ADD_TERMS, {"tenant": tenant, "assistant": assistant, **facts})


def split_words(*, limit: int = AT_ONCE) -> int:
    """Give passages of an older release the stems they lack; return how many had none."""
    rows = KnowledgeEmbedding.objects.filter(lexical__stems=None, lexical__isnull=False).order_by("pk")
    pairs = [(row.pk, _words(row)) for row in rows.without_vectors()[:limit]]
    with binary_cursor() as cursor:
        for key, found in pairs:
            cursor.cursor.execute(SPLIT_WORDS, {"key": key, "lex": found.lex, "stems": found.stems})
    return len(pairs)


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
