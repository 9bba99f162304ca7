"""Moves knowledge to another embedding model.

The old vectors are searched until every passage has a new one; then all change
places in one transaction. What is uploaded meanwhile is embedded as before and
moves along.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef

from accounts.models import Tenant, User
from assistants import door
from assistants.door.routes import routes_for
from assistants.enums import ModelKind, RequestType
from assistants.errors import NoModelAvailable
from assistants.models import Assistant
from config.db import release_connection
from config.errors import ProviderError
from knowledge import tasks
from knowledge.enums import ReembeddingStatus
from knowledge.errors import NothingToReembed, ReembeddingEnded
from knowledge.languages import note_model
from knowledge.models import KnowledgeEmbedding, KnowledgeEmbeddingQuerySet, NextVector, Reembedding
from knowledge.services.lifecycle import lock_versions

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=3)
PAUSE: Final = timedelta(seconds=30)
MAX_ATTEMPTS: Final = 8
BATCH: Final = 64
SLICE_SECONDS: Final = 60.0
WORDS: Final = "k.title || E'\\n' || k.heading_path || E'\\n\\n' || k.chunk_text"
SWITCH: Final = f"""
UPDATE knowledge_embeddings AS k SET embedding = n.embedding, embedding_model = %(model)s
FROM next_vectors AS n
WHERE n.reembedding_id = %(move)s AND n.chunk_id = k.id
  AND n.words_hash = encode(sha256(convert_to({WORDS}, 'UTF8')), 'hex')
"""  # noqa: S608 -- our own constants
STALE: Final = f"""
DELETE FROM next_vectors AS n USING knowledge_embeddings AS k
WHERE n.reembedding_id = %(move)s AND n.chunk_id = k.id
  AND n.words_hash <> encode(sha256(convert_to({WORDS}, 'UTF8')), 'hex')
"""  # noqa: S608 -- our own constants


class _LeaseLost(Exception):
    """Somebody else has this move now, or nobody wants it any more."""


def follow_setting(assistant: Assistant, *, wanted: str, at: datetime) -> Reembedding | None:
    """Begin the move that a changed setting asks for; nothing when the setting may change at once."""
    try:
        return reembed(assistant.tenant, assistant=assistant, wanted=wanted, at=at)
    except (NothingToReembed, NoModelAvailable):
        return None


@transaction.atomic
def reembed(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    wanted: str | None = None,
    created_by: User | None = None,
    at: datetime,
) -> Reembedding:
    """Begin to move an assistant's knowledge, or what all share; an earlier move that goes on is given up.

    Args:
        tenant: Whose knowledge it is.
        assistant: Which assistant's; nothing for what all share.
        wanted: The assistant's setting after the move; nothing leaves it as it is.
        created_by: Who asked for it.
        at: Now.

    Raises:
        NothingToReembed: every passage has this model's vector.
        NoModelAvailable: nobody can embed, and no model is named.
    """
    model = _target(tenant, assistant, wanted, at=at)
    passages = _passages(tenant.pk, assistant.pk if assistant else None)
    old = list(passages.values("embedding_model").annotate(count=Count("pk")).order_by("-count"))
    if all(row["embedding_model"] == model for row in old):
        raise NothingToReembed(model=model)
    same = Reembedding.objects.of(tenant).filter(assistant=assistant)
    same.unfinished().update(status=ReembeddingStatus.CANCELLED, locked_until=None, finished_at=at)
    NextVector.objects.filter(reembedding__in=same.values("pk")).delete()
    move = Reembedding.objects.create(
        tenant=tenant,
        assistant=assistant,
        from_model=next(row["embedding_model"] for row in old if row["embedding_model"] != model),
        model=model,
        wanted=wanted,
        total=sum(row["count"] for row in old if row["embedding_model"] != model),
        created_by=created_by,
    )
    tasks.move_vectors_soon(move.pk)
    return move


def _target(tenant: Tenant, assistant: Assistant | None, wanted: str | None, *, at: datetime) -> str:
    """Return the model that new documents would be embedded by under this setting."""
    setting = wanted if wanted is not None else assistant.embedding_model if assistant else ""
    routes = routes_for(tenant, kind=ModelKind.EMBEDDING, wanted=setting, at=at)
    model = routes[0].model if routes else setting
    if not model:
        raise NoModelAvailable(request_type=RequestType.EMBEDDING)
    return model


def reembed_all(tenant: Tenant, *, created_by: User | None = None, at: datetime) -> list[Reembedding]:
    """Move everything of a tenant to the models that new documents would be embedded by; return what moves."""
    moves = []
    for assistant in [None, *Assistant.objects.of(tenant).order_by("pk")]:
        try:
            moves.append(reembed(tenant, assistant=assistant, created_by=created_by, at=at))
        except NothingToReembed:
            continue
    return moves


@transaction.atomic
def cancel_reembedding(move: Reembedding, *, at: datetime) -> Reembedding:
    """Give a move up; the old vectors go on serving.

    Raises:
        ReembeddingEnded: it is over.
    """
    rows = Reembedding.objects.unfinished().filter(pk=move.pk)
    if not rows.update(status=ReembeddingStatus.CANCELLED, locked_until=None, finished_at=at):
        raise ReembeddingEnded(state=move.get_status_display())
    NextVector.objects.filter(reembedding=move).delete()
    move.refresh_from_db()
    return move


def move_vectors(reembedding_id: int, *, at: datetime) -> Reembedding | None:
    """Embed some passages anew; return the move, or nothing if it is another worker's or over."""
    move = Reembedding.objects.select_related("tenant", "assistant").filter(pk=reembedding_id).first()
    if move is None or not move.take(until=at + LEASE, at=at):
        return None
    worker = _Mover(move, at=at)
    try:
        worker.run()
    except _LeaseLost:
        log.info("reembedding_left_to_others", reembedding=move.pk)
        return None
    except (NoModelAvailable, ProviderError) as error:
        worker.postpone(error)
    return move


def _passages(tenant_id: int, assistant_id: int | None) -> KnowledgeEmbeddingQuerySet:
    """Return what is searched of one assistant, or of what all share."""
    rows = KnowledgeEmbedding.objects.filter(tenant=tenant_id, assistant=assistant_id, is_current=True)
    return rows.exclude(embedding_model="")


class _Mover:
    """One worker's turn at one move."""

    def __init__(self, move: Reembedding, *, at: datetime) -> None:
        self.move = move
        self.began_at = at
        self.started = time.monotonic()

    @property
    def at(self) -> datetime:
        """Return the present, counted from when the task began."""
        return self.began_at + timedelta(seconds=time.monotonic() - self.started)

    def run(self) -> None:
        while True:
            batch = list(self._missing()[:BATCH])
            if batch:
                self._embed(batch)
            elif self._switch():
                return
            if time.monotonic() - self.started > SLICE_SECONDS:
                break
        self._advance(locked_until=None)
        tasks.move_vectors_soon(self.move.pk)

    def _missing(self) -> KnowledgeEmbeddingQuerySet:
        waiting = NextVector.objects.filter(reembedding=self.move, chunk=OuterRef("pk"))
        rows = _passages(self.move.tenant_id, self.move.assistant_id).exclude(embedding_model=self.move.model)
        return rows.filter(~Exists(waiting)).without_vectors().order_by("pk")

    def _embed(self, rows: Sequence[KnowledgeEmbedding]) -> None:
        words = [f"{row.title}\n{row.heading_path}\n\n{row.chunk_text}" for row in rows]
        release_connection()  # a slow model must not keep it from others
        answer = door.embed(
            words,
            tenant=self.move.tenant,
            assistant=self.move.assistant,
            purpose="document",
            model=self.move.model,
            at=self.at,
        )
        with transaction.atomic():
            done = min(self.move.done + len(rows), self.move.total)
            self._advance(done=done, attempts=0, locked_until=self.at + LEASE)
            # passages that were deleted meanwhile have no place to wait in
            kept = set(KnowledgeEmbedding.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
            NextVector.objects.bulk_create(
                NextVector(
                    tenant_id=self.move.tenant_id,
                    reembedding=self.move,
                    chunk=row,
                    words_hash=sha256(text.encode()).hexdigest(),
                    embedding=vector,
                )
                for row, text, vector in zip(rows, words, answer.vectors, strict=True)
                if row.pk in kept
            )

    def _switch(self) -> bool:
        """Let all new vectors take the old ones' place at once; not while one is missing."""
        dims = NextVector.objects.filter(reembedding=self.move).first()
        with transaction.atomic():
            lock_versions(self.move.tenant_id)  # nothing else becomes searched in this moment
            with connection.cursor() as cursor:
                cursor.execute(STALE, {"move": self.move.pk})
                if self._missing().exists():
                    return False
                cursor.execute(SWITCH, {"move": self.move.pk, "model": self.move.model})
            NextVector.objects.filter(reembedding=self.move).delete()
            self._follow()
            self._advance(
                status=ReembeddingStatus.READY,
                done=self.move.total,
                finished_at=self.at,
                locked_until=None,
                error_message="",
            )
        if dims is not None:
            self._note(len(dims.embedding))
        return True

    def _follow(self) -> None:
        """Make the assistant's setting the one it was moved for, and tell caches."""
        assistants = Assistant.objects.of(self.move.tenant)
        if self.move.assistant_id is not None:
            assistants = assistants.filter(pk=self.move.assistant_id)
            if self.move.wanted is not None:
                assistants.update(embedding_model=self.move.wanted)
        assistants.bump_knowledge_version()

    def _note(self, dims: int) -> None:
        """Measure the model, so that search lets it in; what fails here is made up for by the next upload."""
        facts: dict[str, Any] = {"tenant": self.move.tenant, "assistant": self.move.assistant}
        try:
            note_model(self.move.model, dims=dims, **facts, at=self.at)
        except (NoModelAvailable, ProviderError) as error:
            log.warning("model_not_measured", model=self.move.model, error=str(error))

    def postpone(self, error: Exception) -> None:
        """Come back later; after the last attempt say so, while the old vectors go on serving."""
        log.warning("reembedding_postponed", reembedding=self.move.pk, error=str(error))
        if self.move.attempts < MAX_ATTEMPTS:
            self.move.advance(locked_until=self.at + PAUSE * self.move.attempts, error_message=str(error)[:1000])
            return
        values = {"status": ReembeddingStatus.FAILED, "error_message": str(error)[:1000], "finished_at": self.at}
        if self.move.advance(**values, locked_until=None):
            NextVector.objects.filter(reembedding=self.move).delete()

    def _advance(self, **values: Any) -> None:
        if not self.move.advance(**values):
            raise _LeaseLost
