"""Which embedding model understands which language: measured, not believed.

A model fused with good BM25 in a language it does not know ruins it, so search
lets a model in only in the languages where it tells paraphrases from rivals
that merely share words.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from accounts.models import Tenant
from assistants import door
from assistants.models import Assistant
from assistants.ports import Embed, Understanding
from knowledge.models import EmbeddingModel
from knowledge.paraphrases import ENGLISH, RUSSIAN, Triple
from knowledge.vectors import BinaryCursor

PASS: Final = 0.8
LEXICAL_PREFIX: Final = "lexhash"
NEGATIVES_BELOW: Final = 0.95
POSITIVES_ABOVE: Final = 0.2

_USABLE: Final = """
SELECT name, dims, threshold FROM embedding_models
WHERE tenant_id = %(tenant)s AND NOT is_lexical
  AND CASE WHEN %(russian)s THEN accuracy_ru ELSE accuracy_en END >= %(pass)s
ORDER BY (name = %(preferred)s) DESC, updated_at DESC LIMIT 1
"""

Vectors = NDArray[np.float64]


def usable_model(cursor: BinaryCursor, assistant: Assistant, *, is_russian: bool) -> EmbeddingModel | None:
    """Return the model that may join in a search in this language: the assistant's, else the latest in use."""
    rows = cursor.rows(
        _USABLE,
        {
            "tenant": assistant.tenant_id,
            "russian": is_russian,
            "pass": PASS,
            "preferred": assistant.embedding_model,
        },
    )
    if not rows:
        return None
    name, dims, threshold = rows[0]
    return EmbeddingModel(tenant_id=assistant.tenant_id, name=name, dims=dims, threshold=threshold)


def is_lexical(name: str) -> bool:
    """Say whether a model hashes words: its vectors know nothing that BM25 does not know better."""
    return name.startswith(LEXICAL_PREFIX)


def note_model(name: str, *, dims: int, tenant: Tenant, assistant: Assistant | None, at: datetime) -> None:
    """Remember that a tenant's knowledge is embedded by a model; measure it the first time.

    Raises:
        NoModelAvailable: nobody can embed now.
        ModelFailed: the model did not answer.
    """
    known = EmbeddingModel.objects.filter(tenant=tenant, name=name, dims=dims)
    if known.update(dims=dims):  # the trigger dates its latest use
        return
    facts: dict[str, float] = {}
    if not is_lexical(name):
        facts = _measure(name, tenant=tenant, assistant=assistant, at=at)
    EmbeddingModel.objects.update_or_create(
        tenant=tenant, name=name, defaults={"dims": dims, "is_lexical": is_lexical(name), "probed_at": at, **facts}
    )


def _measure(name: str, *, tenant: Tenant, assistant: Assistant | None, at: datetime) -> dict[str, float]:
    def embed(texts: Sequence[str], purpose: Literal["query", "document"]) -> list[list[float]]:
        return door.embed(texts, tenant=tenant, assistant=assistant, purpose=purpose, model=name, at=at).vectors

    measured = measure(embed)
    accuracy = measured.accuracy
    return {"accuracy_ru": accuracy["ru"], "accuracy_en": accuracy["en"], "threshold": measured.threshold}


def measure(embed: Embed) -> Understanding:
    """Return how well whatever ``embed`` calls tells paraphrases from rivals."""

    def embedded(triples: Sequence[Triple]) -> tuple[Vectors, Vectors, Vectors]:
        questions = _unit(embed([triple[0] for triple in triples], "query"))
        answers = _unit(embed([text for triple in triples for text in triple[1:]], "document"))
        return questions, answers[0::2], answers[1::2]

    russian, english = embedded(RUSSIAN), embedded(ENGLISH)
    accuracy = {"ru": _accuracy(*russian), "en": _accuracy(*english)}
    best = russian if accuracy["ru"] >= PASS else english
    return Understanding(
        accuracy=accuracy, needed=PASS, threshold=_threshold(best[0], best[1]), pairs=len(RUSSIAN) + len(ENGLISH)
    )


def _unit(vectors: Sequence[Sequence[float]]) -> Vectors:
    matrix = np.asarray(vectors, dtype=np.float64)
    unit: Vectors = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return unit


def _accuracy(questions: Vectors, same: Vectors, rivals: Vectors) -> float:
    """Return how often the paraphrase is nearer than the rival."""
    return float(np.mean(np.sum(questions * same, axis=1) > np.sum(questions * rivals, axis=1)))


def _threshold(questions: Vectors, same: Vectors) -> float:
    """Return the cosine between what paraphrases reach and what strangers do."""
    cosines = questions @ same.T
    strangers = cosines[~np.eye(len(questions), dtype=bool)]
    middle = (np.quantile(np.diag(cosines), POSITIVES_ABOVE) + np.quantile(strangers, NEGATIVES_BELOW)) / 2
    return float(np.clip(middle, 0.05, 0.95))
