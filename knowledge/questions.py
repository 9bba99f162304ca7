"""The vectors of questions: embedded once per tenant, then remembered.

Uses are counted exactly, but written in batches: a row changes at most once an
hour per process.
"""

from collections import Counter, OrderedDict
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final

from django.db import connection
from pgvector import Vector

from assistants import door
from assistants.models import Assistant
from knowledge.models import EmbeddingModel, QueryEmbedding
from knowledge.terms import normalise
from knowledge.vectors import binary_cursor

TIME_TO_LIVE: Final = timedelta(days=30)
COUNT_EVERY: Final = timedelta(hours=1)
KEPT_PER_TENANT: Final = 10_000
KEPT_IN_PROCESS: Final = 512
REMEMBERED: Final = """
SELECT vector_send(embedding) FROM query_embeddings_cache
WHERE tenant_id = %(tenant)s AND query_hash = %(hash)s AND created_at > %(since)s
"""
# The hour of the last use is of no matter, and an index that stays as it is halves what is written.
COUNT_USES: Final = """
UPDATE query_embeddings_cache AS cached SET usage_count = usage_count + uses.count,
  last_used = CASE WHEN last_used < %(at)s - interval '1 day' THEN %(at)s ELSE last_used END
FROM unnest(%(tenants)s::bigint[], %(hashes)s::text[], %(counts)s::int[]) AS uses (tenant, hash, count)
WHERE cached.tenant_id = uses.tenant AND cached.query_hash = uses.hash
"""

_Key = tuple[int, str]


class _Recent:
    """The last questions of this process, so that a repeated one costs no query at all."""

    def __init__(self) -> None:
        self._vectors: OrderedDict[_Key, tuple[Vector, datetime]] = OrderedDict()
        self._uses: Counter[_Key] = Counter()
        self._since: datetime | None = None
        self._lock = Lock()

    def get(self, key: _Key, *, at: datetime) -> Vector | None:
        """Return a vector remembered within the hour."""
        with self._lock:
            vector, since = self._vectors.get(key, (None, at))
            if vector is None or at - since >= COUNT_EVERY:
                return None
            self._vectors.move_to_end(key)
            return vector

    def put(self, key: _Key, vector: Vector, *, at: datetime) -> None:
        """Remember a vector."""
        with self._lock:
            self._vectors[key] = (vector, at)
            self._vectors.move_to_end(key)
            if len(self._vectors) > KEPT_IN_PROCESS:
                self._vectors.popitem(last=False)

    def use(self, key: _Key, *, at: datetime) -> Counter[_Key]:
        """Note a use; once an hour, or after very many questions, return all that are not in the database yet."""
        with self._lock:
            self._uses[key] += 1
            self._since = self._since or at
            if at - self._since < COUNT_EVERY and len(self._uses) < KEPT_IN_PROCESS:
                return Counter()
            uses, self._uses, self._since = self._uses, Counter(), None
            return uses


_recent: Final = _Recent()


def question_hash(text: str, *, model: str, dims: int) -> str:
    """Return the key of a question: equal for texts that search treats alike."""
    return sha256(f"{model}\x1f{dims}\x1f{normalise(text)}".encode()).hexdigest()


def embed_question(text: str, *, assistant: Assistant, model: EmbeddingModel, at: datetime) -> Vector:
    """Return the vector of a question, from memory where possible.

    Raises:
        NoModelAvailable: nobody can embed it now.
        ModelFailed: the model did not answer.
    """
    key = (assistant.tenant_id, question_hash(text, model=model.name, dims=model.dims))
    vector = _recent.get(key, at=at) or _remembered(key, at=at)
    if vector is None:
        vector = _embedded(text, key, assistant=assistant, model=model, at=at)
    elif uses := _recent.use(key, at=at):
        _count(uses, at=at)
    _recent.put(key, vector, at=at)
    return vector


def _remembered(key: _Key, *, at: datetime) -> Vector | None:
    with binary_cursor() as cursor:
        rows = cursor.rows(REMEMBERED, {"tenant": key[0], "hash": key[1], "since": at - TIME_TO_LIVE})
    return Vector.from_binary(rows[0][0]) if rows else None


def _count(uses: Counter[_Key], *, at: datetime) -> None:
    keys = sorted(uses)
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT_USES,
            {
                "at": at,
                "tenants": [tenant for tenant, _ in keys],
                "hashes": [digest for _, digest in keys],
                "counts": [uses[key] for key in keys],
            },
        )


def _embedded(text: str, key: _Key, *, assistant: Assistant, model: EmbeddingModel, at: datetime) -> Vector:
    answer = door.embed([text], tenant=assistant.tenant, assistant=assistant, purpose="query", model=model.name, at=at)
    tenant_id, digest = key
    row = QueryEmbedding(
        tenant_id=tenant_id,
        query_hash=digest,
        query_text=text,
        embedding=answer.vectors[0],
        embedding_model=model.name,
        last_used=at,
    )
    QueryEmbedding.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["tenant", "query_hash"],
        update_fields=["embedding", "last_used", "created_at"],
    )
    return Vector(answer.vectors[0])


def prune(*, at: datetime) -> int:
    """Forget questions that are too old, and all but the latest of each tenant; return how many."""
    count, _ = QueryEmbedding.objects.filter(created_at__lte=at - TIME_TO_LIVE).delete()
    for tenant_id in QueryEmbedding.objects.order_by().values_list("tenant_id", flat=True).distinct():
        latest = QueryEmbedding.objects.filter(tenant=tenant_id).order_by("-last_used", "-pk")
        if edge := latest.values_list("last_used", flat=True)[KEPT_PER_TENANT : KEPT_PER_TENANT + 1].first():
            count += QueryEmbedding.objects.filter(tenant=tenant_id, last_used__lte=edge).delete()[0]
    return count
