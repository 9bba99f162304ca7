"""Asking for vectors: in batches, of one model only."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from django.conf import settings

from accounts.models import Tenant
from assistants.door import calls, health, ledger
from assistants.door.budget import Budget
from assistants.door.bulkhead import place_on
from assistants.door.failures import Answer, Failure, Kind
from assistants.door.messages import Embeddings
from assistants.door.routes import Route, routes_for
from assistants.enums import ModelKind, RequestType
from assistants.errors import ModelFailed, NoModelAvailable
from assistants.models import Assistant
from config.modelserver import tokens

BATCH_TEXTS: Final = 128
BATCH_TOKENS: Final = 100_000
BYTES_PER_TEXT: Final = 256 * 1024  # 3072 numbers in JSON, with room to spare


class Asker(NamedTuple):
    """Who wants vectors, and what for."""

    tenant: Tenant
    assistant: Assistant | None
    purpose: Literal["query", "document"]

    def prefix(self, route: Route) -> str:
        """Return what the route's model wants before such a text."""
        if route.spec is None:
            return ""
        return route.spec.query_prefix if self.purpose == "query" else route.spec.document_prefix


def embed(
    texts: Sequence[str],
    *,
    tenant: Tenant,
    assistant: Assistant | None = None,
    purpose: Literal["query", "document"],
    model: str | None = None,
    at: datetime,
) -> Embeddings:
    """Turn texts into unit vectors; must not be called inside a transaction.

    Args:
        texts: What to embed; none may be empty.
        tenant: Who asks.
        assistant: Whose embedding model to use, if it names one.
        purpose: Some models want to know whether it is a question or a document.
        model: The model to use and no other; a query needs the model of its documents.
        at: Now.

    Raises:
        NoModelAvailable: no key serves the model, or none could be reached.
        ModelFailed: what came back are no vectors.
    """
    if not texts:
        raise ValueError("nothing to embed")
    wanted = model or (assistant.embedding_model if assistant else "")
    routes = routes_for(tenant, kind=ModelKind.EMBEDDING, wanted=wanted, needs_wanted=bool(model), at=at)
    asker = Asker(tenant, assistant, purpose)
    started = time.monotonic()
    vectors: list[list[float]] = []
    for batch in _batches(texts):
        moment = at + timedelta(seconds=time.monotonic() - started)
        vectors += _batch_of_vectors(batch, routes, asker, at=moment)
    dims = len(vectors[0])
    if any(len(vector) != dims for vector in vectors):
        raise ModelFailed("bad_vector", "Vectors of different lengths came.")
    return Embeddings(model=routes[0].model, dims=dims, vectors=vectors)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        length = tokens.count(text)
        if batch and (len(batch) == BATCH_TEXTS or size + length > BATCH_TOKENS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    yield batch


def _batch_of_vectors(batch: list[str], routes: list[Route], asker: Asker, *, at: datetime) -> list[list[float]]:
    """Try key after key of the one model."""
    last: Failure | None = None
    ends_at = time.monotonic() + settings.LLM_TIMEOUT_SECONDS
    for position, route in enumerate(routes):
        with place_on(route) as place:
            if place is None or time.monotonic() >= ends_at or not health.claim(route, at=at):
                continue
            remaining = ends_at - time.monotonic()
            budget = Budget(
                ends_at=ends_at,
                bytes_left=BYTES_PER_TEXT * (len(batch) + 1),
                idle_seconds=remaining if position == len(routes) - 1 else remaining / 2,
            )
            vectors, last = _attempt(batch, route, asker, budget, at=at)
        if last is None:
            return vectors
    if last is not None and last.kind in (Kind.NONSENSE, Kind.REJECTED, Kind.DEADLINE):
        raise ModelFailed(last.code) from last
    raise NoModelAvailable(request_type=RequestType.EMBEDDING) from last


def _attempt(
    batch: list[str], route: Route, asker: Asker, budget: Budget, *, at: datetime
) -> tuple[list[list[float]], Failure | None]:
    """Call one key, without a database connection, and record how it went."""
    prepared = [asker.prefix(route) + text for text in batch]
    ledger.release_connection()
    answer, failure = Answer(), None
    vectors: list[list[float]] = []
    try:
        vectors = calls.vectors(route, prepared, answer, budget)
    except Failure as error:
        failure = error
    attempt = ledger.Attempt(
        tenant=asker.tenant,
        assistant=asker.assistant,
        route=route,
        request_type=RequestType.EMBEDDING,
        answer=answer,
        prompt_estimate=sum(tokens.count(text) for text in prepared),
        completion_estimate=0,
        seconds=budget.elapsed(),
        failure=failure,
        at=at,
    )
    ledger.record(attempt)
    return vectors, failure
