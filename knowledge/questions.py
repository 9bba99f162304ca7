"""The vectors of questions: embedded once per tenant, then remembered."""

from collections import OrderedDict
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final

from django.db.models import F
from pgvector import Vector

from assistants import door
from assistants.models import Assistant
from knowledge.models import EmbeddingModel, QueryEmbedding
from knowledge.terms import normalise

TIME_TO_LIVE: Final = timedelta(days=30)
TOUCH_EVERY: Final = timedelta(hours=1)
KEPT_PER_TENANT: Final = 10_000
KEPT_IN_PROCESS: Final = 512


class _Recent:
    """The last questions of this process, so that a repeated one costs no query at all."""

    def __init__(self) -> None:
        self._vectors: OrderedDict[tuple[int, str], tuple[Vector, datetime]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[int, str], *, at: datetime) -> Vector | None:
        """Return a vector remembered within the hour, after which its use is counted anew."""
        with self._lock:
            vector, since = self._vectors.get(key, (None, at))
            return vector if vector is not None and at - since < TOUCH_EVERY else None

    def put(self, key: tuple[int, str], vector: Vector, *, at: datetime) -> None:
        with self._lock:
            self._vectors[key] = (vector, at)
            self._vectors.move_to_end(key)
            if len(self._vectors) > KEPT_IN_PROCESS:
                self._vectors.popitem(last=False)


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
    if (vector := _recent.get(key, at=at)) is None:
        vector = _remembered(key, at=at) or _embedded(text, key, assistant=assistant, model=model, at=at)
        _recent.put(key, vector, at=at)
    return vector


def _remembered(key: tuple[int, str], *, at: datetime) -> Vector | None:
    tenant_id, digest = key
    row = QueryEmbedding.objects.filter(tenant=tenant_id, query_hash=digest, created_at__gt=at - TIME_TO_LIVE).first()
    if row is None:
        return None
    stale = QueryEmbedding.objects.filter(pk=row.pk, last_used__lt=at - TOUCH_EVERY)
    stale.update(usage_count=F("usage_count") + 1, last_used=at)
    return Vector(list(row.embedding))


def _embedded(text: str, key: tuple[int, str], *, assistant: Assistant, model: EmbeddingModel, at: datetime) -> Vector:
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
        update_fields=["embedding", "last_used"],
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
