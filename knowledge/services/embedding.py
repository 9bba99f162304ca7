"""Makes the vectors of passages whose words a person changed."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Final

import structlog

from assistants import door
from assistants.errors import NoModelAvailable
from config.db import release_connection
from config.errors import ProviderError
from knowledge.languages import note_model
from knowledge.models import KnowledgeEmbedding

log = structlog.get_logger(__name__)

BATCH: Final = 64


def embed_passages(chunk_ids: Iterable[int], *, at: datetime) -> int:
    """Embed passages that have no vector, each by the model of its neighbours; return how many.

    A passage whose words change once more meanwhile stays without a vector:
    that change asked for one of its own. Where no model answers, the sweeper
    asks again.
    """
    waiting = KnowledgeEmbedding.objects.unembedded().filter(pk__in=list(chunk_ids)).without_vectors()
    rows = waiting.select_related("tenant", "assistant").order_by("tenant", "assistant", "embedding_model", "pk")
    count = 0
    for _, group in groupby(rows, key=lambda row: (row.tenant_id, row.assistant_id, row.embedding_model)):
        passages = list(group)
        for start in range(0, len(passages), BATCH):
            count += _embed(passages[start : start + BATCH], at=at)
    return count


def words_to_embed(*, title: str, path: str, text: str) -> str:
    """Return what stands for a passage before a model: its words, and where they stand."""
    return f"{title}\n{path}\n\n{text}"


def _embed(rows: list[KnowledgeEmbedding], *, at: datetime) -> int:
    first = rows[0]
    release_connection()  # a slow model must not keep it from others
    try:
        answer = door.embed(
            [words_to_embed(title=row.title, path=row.heading_path, text=row.chunk_text) for row in rows],
            tenant=first.tenant,
            assistant=first.assistant,
            purpose="document",
            model=first.embedding_model or None,
            at=at,
        )
        if not first.embedding_model:  # the first knowledge of this shop
            note_model(answer.model, dims=answer.dims, tenant=first.tenant, assistant=first.assistant, at=at)
    except (NoModelAvailable, ProviderError) as error:
        log.warning("passages_not_embedded", tenant=first.tenant_id, model=first.embedding_model, error=str(error))
        return 0
    return sum(
        KnowledgeEmbedding.objects.unembedded()
        .filter(pk=row.pk, chunk_text=row.chunk_text, title=row.title)
        .update(embedding=vector, embedding_model=answer.model)
        for row, vector in zip(rows, answer.vectors, strict=True)
    )
