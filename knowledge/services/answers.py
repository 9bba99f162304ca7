"""Answers that people gave customers: proposed, masked, reviewed, then found like any passage.

The question is the passage's title, and search reads it as text too
(``knowledge.indexing``): an answer whose question is like the customer's wins
over an article that merely mentions the matter.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import Tenant, User
from assistants.models import Assistant
from knowledge import tasks
from knowledge.chunking import chunk
from knowledge.enums import EntryStatus, KnowledgeType, Source
from knowledge.errors import EntryIncomplete, EntryMoved
from knowledge.extraction.cleaning import clean_line, clean_text
from knowledge.indexing import TITLE_CHARACTERS, announce_to, hide, index_anew, one_by_one
from knowledge.masking import mask
from knowledge.models import KnowledgeEmbedding, KnowledgeEmbeddingQuerySet, KnowledgeEntry
from knowledge.services import gaps

LONGEST_QUESTION: Final = 1_000
LONGEST_ANSWER: Final = 8_000
IMPORTANCE: Final = 6  # a person said so, and somebody confirmed it


@transaction.atomic
def propose(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    question: str,
    answer: str,
    by: User | None = None,
    dialog_uuid: UUID | None = None,
    seq: int | None = None,
    names: Iterable[str] = (),
) -> KnowledgeEntry | None:
    """Put a question and its answer into the review queue, without what names the customer (``names`` and more).

    A further answer to the same question joins the first one while that waits.
    What is in the queue or in use already, word for word, is not proposed again.
    """
    known_as = tuple(names)
    asked = mask(_lines(question), names=known_as)
    said = mask(clean_text(answer)[:LONGEST_ANSWER], names=known_as)
    if not asked.text or not said.text:
        return None
    same = KnowledgeEntry.objects.of(tenant).answers()
    if dialog_uuid and (known := same.select_for_update().filter(dialog_uuid=dialog_uuid, seq=seq).first()):
        return _append(known, said.text, masked=said.kinds.total())
    if known := same.filter(assistant=assistant, question=asked.text, content=said.text).first():
        return known
    return KnowledgeEntry.objects.create(
        tenant=tenant,
        assistant=assistant,
        question=asked.text,
        content=said.text,
        type=KnowledgeType.CONFIRMED,
        status=EntryStatus.PROPOSED,
        importance=IMPORTANCE,
        dialog_uuid=dialog_uuid,
        seq=seq,
        masked_count=asked.kinds.total() + said.kinds.total(),
        created_by=by,
    )


def _append(entry: KnowledgeEntry, text: str, *, masked: int) -> KnowledgeEntry:
    if entry.status == EntryStatus.PROPOSED and text not in entry.content:
        entry.content = f"{entry.content}\n{text}"[:LONGEST_ANSWER]
        entry.masked_count += masked
        entry.save(update_fields=["content", "masked_count"])
    return entry


def add(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    question: str,
    answer: str,
    by: User | None = None,
    at: datetime,
) -> KnowledgeEntry:
    """Take a question and its answer into use at once: whoever writes them here confirms them.

    Raises:
        EntryIncomplete: one of them is missing.
    """
    asked, said = _complete(question, answer)
    with transaction.atomic():
        entry = KnowledgeEntry.objects.create(
            tenant=tenant,
            assistant=assistant,
            question=asked,
            content=said,
            type=KnowledgeType.CONFIRMED,
            status=EntryStatus.PROPOSED,
            importance=IMPORTANCE,
            created_by=by,
        )
        return confirm(entry, by=by, at=at)


@transaction.atomic
def confirm(
    entry: KnowledgeEntry,
    *,
    question: str | None = None,
    answer: str | None = None,
    by: User | None = None,
    at: datetime,
) -> KnowledgeEntry:
    """Let assistants answer from an entry, as it is or with better words; open gaps that it answers close.

    Raises:
        EntryIncomplete: the question or the answer would be empty.
        EntryMoved: somebody decided before.
    """
    asked, said = _complete(
        entry.question if question is None else question, entry.content if answer is None else answer
    )
    one_by_one(entry.tenant_id, entry.assistant_id)
    entry.move_to(EntryStatus.ACTIVE, question=asked, content=said, reviewed_by=by, reviewed_at=at)
    _write_passages(entry)
    gaps.resolve_alike(entry, by=by, at=at)
    return entry


@transaction.atomic
def revise(entry: KnowledgeEntry, *, question: str, answer: str) -> KnowledgeEntry:
    """Change the words of an entry that waits for review or is in use.

    Raises:
        EntryIncomplete: the question or the answer would be empty.
        EntryMoved: it was rejected or taken out of use.
    """
    asked, said = _complete(question, answer)
    one_by_one(entry.tenant_id, entry.assistant_id)
    row = KnowledgeEntry.objects.answers().select_for_update().get(pk=entry.pk)
    if row.status not in {EntryStatus.PROPOSED, EntryStatus.ACTIVE}:
        raise EntryMoved(state=row.get_status_display())
    if (row.question, row.content) != (asked, said):
        row.question, row.content = asked, said
        row.save(update_fields=["question", "content"])
        if row.status == EntryStatus.ACTIVE:
            _write_passages(row)
    entry.refresh_from_db()
    return entry


def reject(entry: KnowledgeEntry, *, by: User | None = None, at: datetime) -> KnowledgeEntry:
    """Refuse a proposed answer.

    Raises:
        EntryMoved: somebody decided before.
    """
    entry.move_to(EntryStatus.REJECTED, reviewed_by=by, reviewed_at=at)
    return entry


def reconsider(entry: KnowledgeEntry) -> KnowledgeEntry:
    """Put a rejected answer back into the queue.

    Raises:
        EntryMoved: it was not rejected.
    """
    entry.move_to(EntryStatus.PROPOSED, reviewed_by=None, reviewed_at=None)
    return entry


@transaction.atomic
def retire(entry: KnowledgeEntry, *, by: User | None = None, at: datetime) -> KnowledgeEntry:
    """Let no assistant answer from an entry any more.

    Raises:
        EntryMoved: it is not in use.
    """
    one_by_one(entry.tenant_id, entry.assistant_id)
    entry.move_to(EntryStatus.RETIRED, reviewed_by=by, reviewed_at=at)
    hide(_passages(entry), at=at)
    announce_to(entry.tenant_id, entry.assistant_id)
    return entry


def _passages(entry: KnowledgeEntry) -> KnowledgeEmbeddingQuerySet:
    return KnowledgeEmbedding.objects.filter(entry=entry, is_current=True)


def _write_passages(entry: KnowledgeEntry) -> None:
    """Make the passages of an entry anew: found by their words at once, by their meaning once they are embedded."""
    _passages(entry).delete()
    rows = [
        KnowledgeEmbedding(
            tenant_id=entry.tenant_id,
            assistant_id=entry.assistant_id,
            entry=entry,
            chunk_index=piece.index,
            chunk_text=piece.text,
            chunk_hash=piece.digest,
            token_count=piece.token_count,
            title=entry.title[:TITLE_CHARACTERS],
            embedding_model=_model_of(entry),
            importance=entry.importance,
            doc_type=entry.doc_type,
            source=Source.CONFIRMED_KNOWLEDGE,
            metadata={"headings": entry.other_wordings},
        )
        for piece in chunk(entry.content)
    ]
    KnowledgeEmbedding.objects.bulk_create(rows)
    index_anew(KnowledgeEmbedding.objects.filter(pk__in=[row.pk for row in rows]))
    tasks.embed_soon([row.pk for row in rows])
    announce_to(entry.tenant_id, entry.assistant_id)


def _model_of(entry: KnowledgeEntry) -> str:
    """Return the embedding model of the passages beside it; with none, the worker takes the assistant's."""
    rows = KnowledgeEmbedding.objects.filter(tenant=entry.tenant_id, is_current=True, embedding__isnull=False)
    names = rows.order_by("-pk").values_list("embedding_model", flat=True)
    return names.filter(assistant=entry.assistant_id).first() or names.first() or ""


def _complete(question: str, answer: str) -> tuple[str, str]:
    asked, said = _lines(question), clean_text(answer)[:LONGEST_ANSWER]
    if not asked or not chunk(said):
        raise EntryIncomplete
    return asked, said


def _lines(text: str) -> str:
    """Return the different lines that say something."""
    lines = (clean_line(line) for line in text[:LONGEST_QUESTION].splitlines())
    return "\n".join(dict.fromkeys(line for line in lines if line))
