"""What a seller does to single passages: edit, split, merge, switch off, pin, and take it back.

Words are indexed anew at once, in the same transaction, so that document
frequencies stay true. The vector of changed words is dropped and made anew by
a worker (``embedding``); till then the passage is found by its words alone.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import transaction

from accounts.models import User
from knowledge import seams, tasks
from knowledge.chunking import estimate_tokens
from knowledge.errors import (
    NoNeighbour,
    NothingToRestore,
    PassageChanged,
    PassageEmpty,
    PassageRetired,
    PassageTooLong,
)
from knowledge.extraction.cleaning import clean_line, clean_text
from knowledge.indexing import TITLE_CHARACTERS, announce_to, index_anew, one_by_one
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeEntry

INHERITED: Final = (
    "tenant_id",
    "assistant_id",
    "document_id",
    "entry_id",
    "chunk_index",
    "title",
    "heading_path",
    "embedding_model",
    "doc_type",
    "importance",
    "source",
    "source_name",
    "version",
    "is_enabled",
    "is_pinned",
)
LONGEST: Final = 1_000  # tokens: five of them still leave a small model room to answer


def seen(passage: KnowledgeEmbedding) -> str:
    """Return what stands for the words a person has before them; an edit names it, so none is overwritten unseen."""
    return sha256(f"{passage.title}\n{passage.chunk_text}".encode()).hexdigest()[:32]


@transaction.atomic
def edit(
    passage: KnowledgeEmbedding,
    *,
    text: str,
    title: str | None = None,
    by: User | None = None,
    at: datetime,
    expected: str = "",
) -> KnowledgeEmbedding:
    """Change what a passage says; what it said first is kept.

    Args:
        passage: Which.
        text: Its new text.
        title: Its new title; None keeps it.
        by: Who edits.
        at: When.
        expected: ``seen`` of the words the person had before them.

    Raises:
        PassageRetired: it is history.
        PassageChanged: somebody else was faster.
        PassageEmpty, PassageTooLong: the new text is no passage.
    """
    row = _locked(passage, expected=expected)
    heading = row.title if title is None else clean_line(title)[:TITLE_CHARACTERS]
    _reword(row, text=text, title=heading, by=by, at=at)
    return row


@transaction.atomic
def split(
    passage: KnowledgeEmbedding, *, position: int, by: User | None = None, at: datetime, expected: str = ""
) -> tuple[KnowledgeEmbedding, KnowledgeEmbedding]:
    """Cut a passage in two at a character; both pieces of a table keep its header.

    Raises:
        PassageRetired, PassageChanged: see ``edit``.
        PassageEmpty: one side would be empty.
    """
    row = _locked(passage, expected=expected)
    left, right = seams.cut(row.chunk_text, position)
    if not left or not right:
        raise PassageEmpty
    second = _second_of(row, text=right, by=by, at=at)
    _reword(row, text=left, title=row.title, by=by, at=at)
    second.save()
    tasks.embed_soon([second.pk])
    index_anew(KnowledgeEmbedding.objects.filter(pk=second.pk))
    _count(row)
    return row, second


def _second_of(row: KnowledgeEmbedding, *, text: str, by: User | None, at: datetime) -> KnowledgeEmbedding:
    """Return the piece that is split off, right behind the first; what stood there moves on."""
    following = KnowledgeEmbedding.objects.filter(
        document=row.document_id, entry=row.entry_id, chunk_index=row.chunk_index, part__gt=row.part
    )
    for other in following.order_by("-part").only("part"):  # from the last, so that no two ever share a place
        KnowledgeEmbedding.objects.filter(pk=other.pk).update(part=other.part + 1)
    return KnowledgeEmbedding(
        **{name: getattr(row, name) for name in INHERITED},
        part=row.part + 1,
        chunk_text=text,
        chunk_hash=_digest(row, text),
        token_count=estimate_tokens(text),
        metadata=row.metadata,
        edited_at=at,
        edited_by=by,
        split_from_id=row.split_from_id or row.pk,
    )


@transaction.atomic
def merge_next(passage: KnowledgeEmbedding, *, by: User | None = None, at: datetime) -> KnowledgeEmbedding:
    """Put the next passage of the document behind this one; the next becomes history.

    Raises:
        PassageRetired: it is history.
        NoNeighbour: it is the last.
        PassageTooLong: together they would be too long.
    """
    row = _locked(passage)
    following = next_of(row)
    if following is None:
        raise NoNeighbour
    taken = _locked(following)
    _reword(row, text=seams.join(row.chunk_text, taken.chunk_text), title=row.title, by=by, at=at)
    KnowledgeEmbedding.objects.filter(pk=taken.pk).update(is_current=False, archived_at=at, merged_into=row)
    index_anew(KnowledgeEmbedding.objects.filter(pk=taken.pk))
    _count(row)
    return row


def next_of(passage: KnowledgeEmbedding) -> KnowledgeEmbedding | None:
    """Return the passage that follows in the document."""
    return _neighbour(passage, is_next=True)


def previous_of(passage: KnowledgeEmbedding) -> KnowledgeEmbedding | None:
    """Return the passage that goes before in the document."""
    return _neighbour(passage, is_next=False)


def _neighbour(passage: KnowledgeEmbedding, *, is_next: bool) -> KnowledgeEmbedding | None:
    if passage.document_id is None and passage.entry_id is None:
        return None
    rows = KnowledgeEmbedding.objects.in_use().filter(document=passage.document_id, entry=passage.entry_id)
    rows = rows.without_vectors()
    here, sign = (passage.chunk_index, passage.part), "gt" if is_next else "lt"
    order = ("chunk_index", "part") if is_next else ("-chunk_index", "-part")
    same = rows.filter(chunk_index=here[0], **{f"part__{sign}": here[1]})
    beyond = rows.filter(**{f"chunk_index__{sign}": here[0]})
    return same.order_by(*order).first() or beyond.order_by(*order).first()


@transaction.atomic
def switch(passage: KnowledgeEmbedding, *, is_enabled: bool) -> KnowledgeEmbedding:
    """Let search find a passage, or not; switching it twice changes nothing.

    Raises:
        PassageRetired: it is history.
    """
    row = _locked(passage)
    if row.is_enabled != is_enabled:
        row.is_enabled = is_enabled
        row.save(update_fields=["is_enabled"])
        index_anew(KnowledgeEmbedding.objects.filter(pk=row.pk))
        announce_to(row.tenant_id, row.assistant_id)
    return row


@transaction.atomic
def pin(passage: KnowledgeEmbedding, *, is_pinned: bool) -> KnowledgeEmbedding:
    """Let a passage win over rivals that fit about as well, as if it were four steps more important, or no more.

    Raises:
        PassageRetired: it is history.
    """
    row = _locked(passage)
    if row.is_pinned != is_pinned:
        row.is_pinned = is_pinned
        row.save(update_fields=["is_pinned"])
        announce_to(row.tenant_id, row.assistant_id)
    return row


@transaction.atomic
def restore(passage: KnowledgeEmbedding, *, by: User | None = None, at: datetime) -> KnowledgeEmbedding:
    """Make a passage as it was cut: its first words come back, its pieces join it, what it took in is free again.

    Raises:
        PassageRetired: it is history.
        NothingToRestore: nothing was changed.
    """
    row = _locked(passage)
    if not row.original_text:
        raise NothingToRestore
    _set_free(row)
    for piece in KnowledgeEmbedding.objects.filter(split_from=row).without_vectors():
        _set_free(piece)
        KnowledgeEmbedding.objects.filter(pk=piece.pk).delete()
    _write(row, text=row.original_text, title=row.original_title)
    row.original_text = row.original_title = ""
    if row.split_from_id is None:
        row.edited_at = row.edited_by = None
    row.save(update_fields=["edited_at", "edited_by", "original_text", "original_title"])
    index_anew(KnowledgeEmbedding.objects.filter(pk=row.pk))
    _count(row)
    return row


def _set_free(row: KnowledgeEmbedding) -> None:
    """Bring back what was merged into a passage."""
    absorbed = KnowledgeEmbedding.objects.filter(merged_into=row)
    keys = list(absorbed.values_list("pk", flat=True))
    absorbed.update(is_current=True, archived_at=None, merged_into=None)
    index_anew(KnowledgeEmbedding.objects.filter(pk__in=keys))


def _locked(passage: KnowledgeEmbedding, *, expected: str = "") -> KnowledgeEmbedding:
    one_by_one(passage.tenant_id, passage.assistant_id)
    row = KnowledgeEmbedding.objects.locked().filter(pk=passage.pk, is_current=True).first()
    if row is None:
        raise PassageRetired
    if expected and seen(row) != expected:
        raise PassageChanged
    return row


def _reword(row: KnowledgeEmbedding, *, text: str, title: str, by: User | None, at: datetime) -> None:
    """Give a passage new words, keep the first ones, and let both legs of the search know."""
    cleaned = clean_text(text)
    if not cleaned.strip():
        raise PassageEmpty
    if (tokens := estimate_tokens(cleaned)) > LONGEST:
        raise PassageTooLong(tokens=tokens, limit=LONGEST)
    if (cleaned, title) == (row.chunk_text, row.title):
        return
    if not row.original_text:
        row.original_text, row.original_title = row.chunk_text, row.title
    row.edited_at, row.edited_by = at, by
    row.save(update_fields=["original_text", "original_title", "edited_at", "edited_by"])
    _write(row, text=cleaned, title=title)
    _tell_entry(row)
    index_anew(KnowledgeEmbedding.objects.filter(pk=row.pk))
    announce_to(row.tenant_id, row.assistant_id)


def _write(row: KnowledgeEmbedding, *, text: str, title: str) -> None:
    row.chunk_text, row.title, row.token_count, row.embedding = text, title, estimate_tokens(text), None
    row.save(update_fields=["chunk_text", "title", "token_count", "embedding"])
    tasks.embed_soon([row.pk])


def _tell_entry(row: KnowledgeEmbedding) -> None:
    """Let a confirmed answer say what its passage says, where it has just one."""
    if row.entry_id and KnowledgeEmbedding.objects.filter(entry=row.entry_id, is_current=True).count() == 1:
        KnowledgeEntry.objects.filter(pk=row.entry_id).update(
            content=row.chunk_text, question="\n".join([row.title, *row.metadata.get("headings", [])])
        )


def _digest(row: KnowledgeEmbedding, text: str) -> str:
    return sha256(f"{row.heading_path}\n{text}".encode()).hexdigest()


def _count(row: KnowledgeEmbedding) -> None:
    """Keep the document's number of passages true."""
    if row.document_id:
        count = KnowledgeEmbedding.objects.in_use().filter(document=row.document_id).count()
        Document.objects.filter(pk=row.document_id).update(chunk_count=count)
    announce_to(row.tenant_id, row.assistant_id)
