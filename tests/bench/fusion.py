"""Words and meaning together against the better of the two, with models of every quality."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.bench.generated import apart, own_database, say

DIMS, TOP = 64, 10
NOISES: Final = {"a model that understands well": 0.5, "a model that understands half": 2.0}
QUESTIONS: Final = Path(__file__).with_name("demo_questions.json")


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own."""
    yield from apart("fusion")


def main() -> None:
    """Ask the demo shop's questions with generated meanings, once per model."""
    with own_database():
        from tests.bench.retrieval import _shop

        assistant, slugs = _shop()
        random = np.random.default_rng(11)
        meanings = {slug: random.normal(size=DIMS) for slug in sorted(set(slugs.values()))}
        _understand(assistant, slugs, meanings, random)
        for name, noise in NOISES.items():
            _compare(name, assistant, slugs, lambda expected, noise=noise: _meant(expected, meanings, noise, random))
        _probed(assistant, accuracy=0.5)
        _compare("a model that fails in Russian", assistant, slugs, lambda _: random.normal(size=DIMS))


def _understand(assistant: Any, slugs: dict[str, str], meanings: dict[str, Any], random: Any) -> None:
    """Give every passage a vector near its article's meaning."""
    from knowledge.models import KnowledgeEmbedding

    for chunk in KnowledgeEmbedding.objects.filter(assistant=assistant).select_related("document"):
        chunk.embedding = list(meanings[slugs[str(chunk.document.uuid)]] + 0.7 * random.normal(size=DIMS))
        chunk.embedding_model = "bench"
        chunk.save(update_fields=["embedding", "embedding_model"])
    _probed(assistant, accuracy=1.0)


def _probed(assistant: Any, *, accuracy: float) -> None:
    from django.utils.timezone import now

    from knowledge.models import EmbeddingModel

    facts = {"dims": DIMS, "accuracy_ru": accuracy, "accuracy_en": accuracy, "threshold": 0.5, "probed_at": now()}
    EmbeddingModel.objects.update_or_create(tenant=assistant.tenant, name="bench", defaults=facts)


def _meant(expected: list[str], meanings: dict[str, Any], noise: float, random: Any) -> Any:
    return np.mean([meanings[slug] for slug in expected], axis=0) + noise * random.normal(size=DIMS)


def _compare(name: str, assistant: Any, slugs: dict[str, str], meaning: Callable[[list[str]], Any]) -> None:
    """Rank by words, by meaning and by both."""
    from django.utils.timezone import now
    from pgvector import Vector

    from knowledge import search as searching
    from tests.bench.retrieval import _distinct, _ndcg

    usual, gains = searching.embed_question, {"words": [], "meaning": [], "both": []}
    for row in json.loads(QUESTIONS.read_text("utf-8")):
        vector, expected = Vector(list(map(float, meaning(row["expected"])))), set(row["expected"])
        searching.embed_question = lambda *_, vector=vector, **__: vector
        passages = searching.search(assistant, row["question"], limit=50, at=now()).passages
        orders = {
            "words": sorted((p for p in passages if p.lexical_rank), key=lambda p: p.lexical_rank),
            "meaning": sorted((p for p in passages if p.dense_rank), key=lambda p: p.dense_rank),
            "both": passages,
        }
        for leg, ordered in orders.items():
            found = _distinct(slugs[str(passage.document_uuid)] for passage in ordered)
            gains[leg].append(_ndcg(found[:TOP], expected))
    searching.embed_question = usual
    words, dense, fused = (float(np.mean(gains[leg])) for leg in ("words", "meaning", "both"))
    say(f"{name}: nDCG@10 by words, meaning, both", f"{words:.3f}, {dense:.3f}, {fused:.3f}")
    say("both less the better one (P8: at least -0.01)", f"{fused - max(words, dense):+.3f}")


if __name__ == "__main__":
    main()
