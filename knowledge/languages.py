"""Which embedding model understands which language: measured, not believed.

A model fused with good BM25 in a language it does not know ruins it, so search
lets a model in only in the languages where it tells paraphrases from rivals
that merely share words.
"""

import math
import operator
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from accounts.models import Tenant
from assistants import door
from assistants.models import Assistant
from assistants.ports import Embed, Understanding
from knowledge.models import EmbeddingModel
from knowledge.paraphrases import ENGLISH, RUSSIAN, Triple

PASS: Final = 0.8
LEXICAL_PREFIX: Final = "lexhash"
NEGATIVES_BELOW: Final = 0.95
POSITIVES_ABOVE: Final = 0.2

Vectors = list[list[float]]


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
    lengths = (max(math.hypot(*vector), 1e-12) for vector in vectors)
    return [[value / length for value in vector] for vector, length in zip(vectors, lengths, strict=True)]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, one, other))


def _accuracy(questions: Vectors, same: Vectors, rivals: Vectors) -> float:
    """Return how often the paraphrase is nearer than the rival."""
    triples = list(zip(questions, same, rivals, strict=True))
    return sum(_cosine(question, near) > _cosine(question, far) for question, near, far in triples) / len(triples)


def _threshold(questions: Vectors, same: Vectors) -> float:
    """Return the cosine between what paraphrases reach and what strangers do."""
    pairs = [(row == column, _cosine(a, b)) for row, a in enumerate(questions) for column, b in enumerate(same)]
    twins, strangers = ([cosine for is_pair, cosine in pairs if is_pair is wanted] for wanted in (True, False))
    middle = (_quantile(twins, POSITIVES_ABOVE) + _quantile(strangers, NEGATIVES_BELOW)) / 2
    return min(max(middle, 0.05), 0.95)


def _quantile(values: list[float], share: float) -> float:
    """Return the value below which that share lies, between two values if need be."""
    ordered, place = sorted(values), share * (len(values) - 1)
    low, part = int(place), place % 1
    return ordered[low] + part * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])
