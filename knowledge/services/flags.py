"""Looks through the knowledge for what is worth a look, and does with it what people decide."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from accounts.models import Tenant, User
from knowledge.conflicts import Conflict, Fact, conflicts_in, facts_of
from knowledge.enums import FlagKind, FlagStatus
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeFlag
from knowledge.services import workbench
from knowledge.services.lifecycle import archive as archive_document

MOST_FACTS: Final = 20_000
MOST_FLAGS: Final = 500
MONTH: Final = timedelta(days=30)
SENTENCE: Final = 500


def review(tenant: Tenant, *, at: datetime) -> int:
    """Look through a shop's knowledge; return how many things are to be checked.

    What is still so keeps its flag, and what a person has closed stays closed;
    open flags whose reason is gone close by themselves.
    """
    found = {
        flag.fingerprint: flag
        for flag in islice([*_conflicts(tenant), *_expired(tenant, at=at), *_stale(tenant, at=at)], MOST_FLAGS)
    }
    with transaction.atomic():
        with connection.cursor() as cursor:  # two reviews of one shop at once would do the same twice
            cursor.execute("SELECT pg_advisory_xact_lock(hashint8extended(%s, 618))", [tenant.pk])
        KnowledgeFlag.objects.bulk_create(
            found.values(),
            update_conflicts=True,
            unique_fields=["tenant", "fingerprint"],
            update_fields=["document", "chunk", "other"],
        )
        KnowledgeFlag.objects.filter(tenant=tenant, status=FlagStatus.RESOLVED, fingerprint__in=found).update(
            status=FlagStatus.OPEN, closed_at=None, closed_by=None
        )
        rows = KnowledgeFlag.objects.of(tenant).open()
        rows.exclude(fingerprint__in=found).update(status=FlagStatus.RESOLVED, closed_at=at)
        return rows.count()


def review_tenant(tenant_id: int, *, at: datetime) -> None:
    """Look through the knowledge of a shop that is still there."""
    for tenant in Tenant.objects.filter(pk=tenant_id, is_active=True):
        review(tenant, at=at)


def reviewable() -> list[int]:
    """Return the shops that have knowledge."""
    rows = Document.objects.filter(is_current=True, tenant__is_active=True).order_by("tenant")
    return list(rows.values_list("tenant", flat=True).distinct())


def _conflicts(tenant: Tenant) -> Iterable[KnowledgeFlag]:
    rows = KnowledgeEmbedding.objects.of(tenant).searchable().order_by("pk")
    values = rows.values_list("pk", "document_id", "entry_id", "assistant_id", "chunk_text")
    facts: Iterable[Fact] = (
        fact
        for pk, document, entry, assistant, text in values.iterator(chunk_size=500)
        for fact in facts_of(text, passage=pk, source=(document, entry or (0 if document else pk)), scope=assistant)
    )
    return [_flag_of(tenant, conflict) for conflict in conflicts_in(islice(facts, MOST_FACTS))]


def _flag_of(tenant: Tenant, conflict: Conflict) -> KnowledgeFlag:
    one, other = conflict.one, conflict.other
    sentences = sorted([one.sentence, other.sentence])
    return KnowledgeFlag(
        tenant=tenant,
        kind=FlagKind.CONFLICT,
        chunk_id=one.passage,
        other_id=other.passage,
        sentence=one.sentence[:SENTENCE],
        other_sentence=other.sentence[:SENTENCE],
        difference=f"{_amount(conflict.values[0], conflict.unit)} ≠ {_amount(conflict.values[1], conflict.unit)}"[:255],
        fingerprint=_digest(FlagKind.CONFLICT, *sentences),
    )


def _amount(values: str, unit: str) -> str:
    return f"{values} {unit}" if unit in {"₽", "%", "°"} else values


def _expired(tenant: Tenant, *, at: datetime) -> Iterable[KnowledgeFlag]:
    rows = Document.objects.of(tenant).filter(is_current=True, valid_until__lt=localdate(at)).order_by("pk")
    return [
        KnowledgeFlag(
            tenant=tenant,
            kind=FlagKind.EXPIRED,
            document=row,
            fingerprint=_digest(FlagKind.EXPIRED, row.uuid, row.valid_until),
        )
        for row in rows
    ]


def _stale(tenant: Tenant, *, at: datetime) -> Iterable[KnowledgeFlag]:
    since = at - MONTH * settings.KNOWLEDGE_STALE_MONTHS
    old = Q(reviewed_at=None, created_at__lt=since) | Q(reviewed_at__lt=since)
    rows = Document.objects.of(tenant).filter(old, is_current=True).order_by("pk")
    return [
        KnowledgeFlag(
            tenant=tenant,
            kind=FlagKind.STALE,
            document=row,
            fingerprint=_digest(FlagKind.STALE, row.uuid, row.reviewed_at or row.created_at),
        )
        for row in rows
    ]


def _digest(*parts: Any) -> str:
    return sha256("\n".join(str(part) for part in parts).encode()).hexdigest()


@transaction.atomic
def keep(flag: KnowledgeFlag, *, by: User | None = None, at: datetime) -> KnowledgeFlag:
    """Say that it is still right; a document counts as looked through today.

    Raises:
        FlagClosed: somebody decided before.
    """
    flag.close(FlagStatus.KEPT, at=at, closed_by=by)
    if flag.document_id and flag.kind != FlagKind.CONFLICT:
        values: dict[str, Any] = {"reviewed_at": at}
        if flag.kind == FlagKind.EXPIRED:
            values["valid_until"] = None
        Document.objects.filter(pk=flag.document_id).update(**values)
    return flag


@transaction.atomic
def archive(flag: KnowledgeFlag, *, by: User | None = None, at: datetime) -> KnowledgeFlag:
    """Archive the document that is out of date.

    Raises:
        FlagClosed: somebody decided before.
        DocumentArchived: it is archived already.
    """
    flag.close(FlagStatus.RESOLVED, at=at, closed_by=by)
    if flag.document is not None:
        archive_document(flag.document, at=at)
    return flag


@transaction.atomic
def drop(flag: KnowledgeFlag, passage: KnowledgeEmbedding, *, by: User | None = None, at: datetime) -> KnowledgeFlag:
    """Switch off the passage that is wrong, of two that disagree.

    Raises:
        FlagClosed: somebody decided before.
        PassageRetired: it is history by now.
    """
    flag.close(FlagStatus.RESOLVED, at=at, closed_by=by)
    workbench.switch(passage, is_enabled=False)
    return flag
