"""The gap inbox: questions without an answer, put together by likeness, till somebody writes it down."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max, Min

from accounts.models import Tenant, User
from assistants.models import Assistant
from knowledge.enums import GapReason, GapStatus
from knowledge.errors import ArticleUnwritten, GapMismatch, GapMoved
from knowledge.extraction.cleaning import clean_line
from knowledge.likeness import ALIKE, likeness, stems_of
from knowledge.masking import mask
from knowledge.models import Document, KnowledgeEntry, KnowledgeGap, KnowledgeGapQuestion
from knowledge.services.ingestion import ingest_text

LONGEST: Final = 500
COMPARED: Final = 2_000  # the latest questions of a shop; older ones are rarely asked again
KEPT: Final = 100  # customers' own words per gap; the count goes on
PATIENCE: Final = 3  # askings after which a dismissed gap comes back
SUGGESTED: Final = 8
QUOTED: Final = 10


@transaction.atomic
def note(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    text: str,
    at: datetime,
    reason: GapReason = GapReason.NOT_KNOWN,
    dialog_uuid: UUID | None = None,
    seq: int | None = None,
) -> KnowledgeGap | None:
    """Put a question that was not answered into the inbox: beside its likes, or as a gap of its own.

    The same message is noted once per reason. A text without words is no
    question and gives nothing.
    """
    words = clean_line(mask(text).text)[:LONGEST]
    stems = stems_of(words)
    if not stems:
        return None
    _one_by_one(tenant)
    asked = KnowledgeGapQuestion.objects.of(tenant)
    if dialog_uuid and (known := asked.filter(dialog_uuid=dialog_uuid, seq=seq, reason=reason).first()):
        return known.gap
    gap = _nearest(tenant, assistant, stems) or KnowledgeGap.objects.create(
        tenant=tenant, assistant=assistant, title=words, first_asked_at=at, last_asked_at=at
    )
    KnowledgeGapQuestion.objects.create(
        tenant=tenant, gap=gap, text=words, stems=stems, reason=reason, dialog_uuid=dialog_uuid, seq=seq, asked_at=at
    )
    _count_asking(gap, at=at)
    return gap


def _one_by_one(tenant: Tenant) -> None:
    """Let questions of one shop come in one after another, so that twins find each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashint8extended(%s, 617))", [tenant.pk])


def _nearest(tenant: Tenant, assistant: Assistant | None, stems: list[str]) -> KnowledgeGap | None:
    """Return the gap with the question most like this one; of equals the one asked last."""
    rows = KnowledgeGapQuestion.objects.of(tenant).filter(gap__assistant=assistant).order_by("-asked_at", "-pk")
    best, nearest = 0.0, None
    for gap_id, other in rows.values_list("gap", "stems")[:COMPARED]:
        value = likeness(stems, other)
        if value >= ALIKE and value > best:
            best, nearest = value, gap_id
    return KnowledgeGap.objects.get(pk=nearest) if nearest else None


def _count_asking(gap: KnowledgeGap, *, at: datetime) -> None:
    since = 0 if gap.status == GapStatus.OPEN else 1
    KnowledgeGap.objects.filter(pk=gap.pk).update(
        asked_count=F("asked_count") + 1, asked_since_closed=F("asked_since_closed") + since, last_asked_at=at
    )
    gap.refresh_from_db()
    is_back = gap.status == GapStatus.ANSWERED or gap.asked_since_closed >= PATIENCE
    if gap.status != GapStatus.OPEN and is_back:
        reopen(gap)
    superfluous = gap.questions.order_by("-asked_at", "-pk").values("pk")[KEPT:]
    KnowledgeGapQuestion.objects.filter(pk__in=list(superfluous.values_list("pk", flat=True))).delete()


@transaction.atomic
def withdraw(tenant: Tenant, *, dialog_uuid: UUID, seq: int, reason: GapReason) -> None:
    """Take a question back: the customer likes the answer after all. A gap nobody asked about any more is gone."""
    _one_by_one(tenant)
    rows = KnowledgeGapQuestion.objects.of(tenant).filter(dialog_uuid=dialog_uuid, seq=seq, reason=reason)
    for question in rows.select_related("gap"):
        question.delete()
        gap = question.gap
        KnowledgeGap.objects.filter(pk=gap.pk, asked_count__gt=0).update(asked_count=F("asked_count") - 1)
        if gap.status == GapStatus.OPEN and not gap.questions.exists():
            gap.delete()


def dismiss(gap: KnowledgeGap, *, by: User | None = None, at: datetime) -> KnowledgeGap:
    """Take a gap off the list: it is nothing the shop has to answer.

    Raises:
        GapMoved: it was dismissed before.
    """
    gap.close(GapStatus.DISMISSED, at=at, closed_by=by)
    return gap


def resolve(
    gap: KnowledgeGap, *, document: Document | None = None, by: User | None = None, at: datetime
) -> KnowledgeGap:
    """Mark a gap as answered: by a new article, or because a passage was mended.

    Raises:
        GapMoved: it was answered before.
    """
    gap.close(GapStatus.ANSWERED, at=at, closed_by=by, document=document)
    return gap


def resolve_alike(entry: KnowledgeEntry, *, by: User | None = None, at: datetime) -> int:
    """Close the open gaps that a confirmed answer answers; return how many."""
    wordings = [stems_of(line) for line in entry.question.splitlines()]
    rows = KnowledgeGapQuestion.objects.filter(tenant=entry.tenant_id, gap__status=GapStatus.OPEN)
    if entry.assistant_id:
        rows = rows.filter(gap__assistant=entry.assistant_id)
    answered = {
        gap_id
        for gap_id, stems in rows.order_by("-asked_at", "-pk").values_list("gap", "stems")[:COMPARED]
        if any(likeness(stems, wording) >= ALIKE for wording in wordings)
    }
    return (
        KnowledgeGap.objects.open()
        .filter(pk__in=answered)
        .update(status=GapStatus.ANSWERED, entry=entry, closed_at=at, closed_by=by, asked_since_closed=0)
    )


def reopen(gap: KnowledgeGap) -> KnowledgeGap:
    """Put a gap back on the list.

    Raises:
        GapMoved: it is there.
    """
    gap.move_to(
        GapStatus.OPEN, closed_at=None, closed_by=None, asked_since_closed=0, reopened_count=F("reopened_count") + 1
    )
    return gap


@transaction.atomic
def merge(gap: KnowledgeGap, *, into: KnowledgeGap) -> KnowledgeGap:
    """Put the questions of one gap to another; from now on their likes go there too.

    Raises:
        GapMismatch: they are one, or of different assistants.
    """
    _one_by_one(gap.tenant)
    if gap.pk == into.pk or gap.assistant_id != into.assistant_id or gap.tenant_id != into.tenant_id:
        raise GapMismatch
    gap.questions.update(gap=into)
    KnowledgeGap.objects.filter(pk=into.pk).update(
        asked_count=F("asked_count") + KnowledgeGap.objects.get(pk=gap.pk).asked_count,
        **KnowledgeGap.objects.filter(pk__in=[gap.pk, into.pk]).aggregate(
            first_asked_at=Min("first_asked_at"), last_asked_at=Max("last_asked_at")
        ),
    )
    gap.delete()
    into.refresh_from_db()
    return into


def write_article(
    gap: KnowledgeGap,
    *,
    title: str,
    text: str,
    assistant: Assistant | None,
    by: User | None = None,
    at: datetime,
) -> Document:
    """Answer a gap by an article, which becomes knowledge.

    Raises:
        ArticleUnwritten: there are only the questions it was prefilled with.
        DocumentEmpty, DocumentTooLarge: see ``ingest_text``.
        GapMoved: somebody answered it meanwhile.
    """
    if not _is_written(gap, text):
        raise ArticleUnwritten
    if gap.status == GapStatus.ANSWERED:
        raise GapMoved(state=gap.get_status_display())
    document = ingest_text(gap.tenant, assistant=assistant, title=title, text=text, created_by=by, at=at)
    return resolve(gap, document=document, by=by, at=at).document or document


def draft(gap: KnowledgeGap, *, heading: str) -> str:
    """Return the beginnings of an article: room for the answer, then the customers' own words, which help search."""
    asked = "\n".join(f"- {text}" for text in examples(gap, count=QUOTED))
    return f"\n\n## {heading}\n\n{asked}\n"


def examples(gap: KnowledgeGap, *, count: int) -> list[str]:
    """Return different ways in which customers put it, the latest first."""
    texts = gap.questions.order_by("-asked_at", "-pk").values_list("text", flat=True)
    return list(dict.fromkeys(texts))[:count]


def alike(gap: KnowledgeGap) -> list[KnowledgeGap]:
    """Return the open gaps most like this one, to be put together with it by hand."""
    stems = stems_of(gap.title)
    rows = KnowledgeGap.objects.of(gap.tenant).open().filter(assistant=gap.assistant_id).exclude(pk=gap.pk)
    latest = rows.order_by("-last_asked_at", "-pk")[:COMPARED]
    return sorted(latest, key=lambda other: -likeness(stems, stems_of(other.title)))[:SUGGESTED]


def _is_written(gap: KnowledgeGap, text: str) -> bool:
    asked = set(gap.questions.values_list("text", flat=True))
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("#") and line.removeprefix("- ") not in asked for line in lines)
