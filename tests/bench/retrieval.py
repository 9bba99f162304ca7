"""How well search finds the demo shop's articles, against PostgreSQL's own ranking, and what it costs."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.bench.generated import ROOT, apart, both, execute, interleaved, own_database, p, say, sentences, size

HERE: Final = Path(__file__).parent
TOP, FEW = 10, 5
ROUNDS: Final = 60
HALVES: Final = {"tuning half": 0, "held-out half": 1}
OR_QUERY: Final = "to_tsquery('russian', array_to_string(tsvector_to_array(to_tsvector('russian', %(q)s)), ' | '))"


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own."""
    yield from apart("retrieval")


def main() -> None:
    """Measure quality, then speed."""
    with own_database():
        _quality()
        for count in (500, size("passages", 5_000)):
            _speed(count)


def _quality() -> None:
    from django.utils.timezone import now

    from knowledge.search import search

    assistant, slugs = _shop()
    questions = json.loads((HERE / "demo_questions.json").read_text("utf-8"))
    off_topic = json.loads((HERE / "off_topic_questions.json").read_text("utf-8"))

    def ours(query: str) -> list[str]:
        found = search(assistant, query, limit=3 * TOP, at=now()).passages
        return _distinct(slugs[str(passage.document_uuid)] for passage in found)

    def peer(ranking: str) -> Callable[[str], list[str]]:
        return lambda query: _distinct(slugs[uuid] for uuid in _by_postgres(assistant.pk, query, ranking))

    _compare(questions, {"ours": ours, "ts_rank": peer("ts_rank"), "ts_rank_cd": peer("ts_rank_cd")})
    for half, start in HALVES.items():
        enough = np.mean([search(assistant, row["question"], at=now()).is_enough for row in questions[start::2]])
        passed = np.mean([search(assistant, query, at=now()).is_enough for query in off_topic[start::2]])
        say(f"called enough, {half}: of the shop / of anything else", f"{enough:.0%} / {passed:.0%}")
    asked = [row["question"] for row in questions]
    (times,) = interleaved(asked, lambda query: search(assistant, query, at=now()))
    say(f"search in the shop's {_passages(assistant)} passages, p50 / p95", both(times))


def _compare(questions: Sequence[Any], methods: dict[str, Callable[[str], list[str]]]) -> None:
    scores = {}
    for name, method in methods.items():
        ranked = [(method(row["question"]), set(row["expected"])) for row in questions]
        gains = [_ndcg(found, expected) for found, expected in ranked]
        recall = np.mean([len(set(found[:FEW]) & expected) / len(expected) for found, expected in ranked])
        scores[name] = float(np.mean(gains))
        halves = ", ".join(f"{half} {np.mean(gains[start::2]):.3f}" for half, start in HALVES.items())
        say(f"{len(questions)} questions, {name}", f"nDCG@10 {scores[name]:.3f} ({halves}), recall@5 {recall:.3f}")
    say("nDCG@10: ours / ts_rank of any word (P6: at least 1.3)", f"{scores['ours'] / scores['ts_rank']:.2f} times")
    say("nDCG@10: ours / ts_rank_cd (P6: at least 1.85)", f"{scores['ours'] / scores['ts_rank_cd']:.2f} times")


def _shop() -> tuple[Any, dict[str, str]]:
    """Learn the demo shop's articles; return its assistant and which article each document is."""
    from config.demo.material import articles
    from knowledge.extraction import html, markdown, txt
    from tests.factories.assistants import AssistantFactory
    from tests.factories.knowledge import learned

    assistant, slugs = AssistantFactory(), {}
    parsers = {".md": markdown, ".html": html, ".txt": txt}
    for article in articles():
        path = ROOT / "config" / "demo" / "content" / "knowledge" / article.filename
        with path.open("rb") as file:
            extraction = parsers[path.suffix].parse(file)
        document = learned(
            assistant.tenant, extraction.text, assistant=assistant, title=extraction.title or article.title,
            importance=article.importance,
        )  # fmt: skip
        slugs[str(document.uuid)] = article.slug
    return assistant, slugs


def _by_postgres(assistant_id: int, query: str, ranking: str) -> list[str]:
    from django.db import connection

    text = "to_tsvector('russian', k.title || ' ' || k.chunk_text)"
    statement = (
        f"SELECT d.uuid::text FROM knowledge_embeddings k JOIN documents d ON d.id = k.document_id "
        f"WHERE k.assistant_id = %(a)s AND {text} @@ {OR_QUERY} ORDER BY {ranking}({text}, {OR_QUERY}) DESC LIMIT 30"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"a": assistant_id, "q": query})
        return [uuid for (uuid,) in cursor.fetchall()]


def _ndcg(found: Sequence[str], expected: set[str]) -> float:
    gain = sum(1 / math.log2(rank + 2) for rank, slug in enumerate(found[:TOP]) if slug in expected)
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(TOP, len(expected))))


def _distinct(slugs: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(slugs))


# --- speed ------------------------------------------------------------------------


def _speed(count: int) -> None:
    """Compare with ts_rank_cd over a GIN index, on passages made of the demo shop's sentences."""
    from django.db import connection
    from django.utils.timezone import now

    from knowledge import statements
    from knowledge.search import search

    assistant = _library(count)
    found: dict[bool, list[list[float]]] = {True: [], False: []}

    def ours(query: str) -> None:
        passages = search(assistant, query, limit=TOP, at=now()).passages
        found[True].append([passage.lexical_score or 0.0 for passage in passages])

    def by_postgres(query: str) -> None:
        statement = (
            f"SELECT id, chunk_text FROM knowledge_embeddings, {OR_QUERY} AS wanted "
            "WHERE assistant_id = %(a)s AND tsv @@ wanted ORDER BY ts_rank_cd(tsv, wanted) DESC LIMIT 10"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, {"a": assistant.pk, "q": query})
            cursor.fetchall()

    questions = [row["question"] for row in json.loads((HERE / "demo_questions.json").read_text("utf-8"))][:ROUNDS]
    mine, theirs = interleaved(questions, ours, by_postgres, warm=8)
    number = _passages(assistant)
    say(f"search in {number} passages, p50 / p95", both(mine))
    say(f"ts_rank_cd of any word in {number} passages, p50 / p95", both(theirs))
    usual, statements.STEMS_FROM = statements.STEMS_FROM, 10**9  # type: ignore[misc]  # every term of every passage
    for query in questions:
        passages = search(assistant, query, limit=TOP, at=now()).passages
        found[False].append([passage.lexical_score or 0.0 for passage in passages])
    statements.STEMS_FROM = usual  # type: ignore[misc]  # as it was
    recall = np.mean([_shared(a, b) for a, b in zip(found[True][8:], found[False], strict=True)])
    ratio = f"{p(mine, 95) / p(theirs, 95):.2f} times, recall@10 of all terms' ranking {recall:.3f}"
    say("p95: search / ts_rank_cd (P9, at 5,000: at most 0.5)", ratio)


def _library(count: int) -> Any:
    """Teach an assistant passages of random sentences; give PostgreSQL its own index."""
    from tests.factories.assistants import AssistantFactory
    from tests.factories.knowledge import learned

    assistant = AssistantFactory()
    known, random = sentences(), np.random.default_rng(count)
    for number in range(count // 50):
        parts = (f"# Раздел {n}\n\n" + " ".join(random.choice(known, 14)) for n in range(50))
        learned(assistant.tenant, "\n\n".join(parts), assistant=assistant, title=f"Сборник {number}")
    execute(
        "ALTER TABLE knowledge_embeddings ADD COLUMN IF NOT EXISTS tsv tsvector",
        "UPDATE knowledge_embeddings SET tsv = to_tsvector('russian', title || ' ' || chunk_text)",
        "CREATE INDEX IF NOT EXISTS bench_tsv ON knowledge_embeddings USING gin (tsv)",
        *(f"VACUUM ANALYZE {table}" for table in ("knowledge_embeddings", "knowledge_lexical", "knowledge_terms")),
    )
    return assistant


def _shared(some: Sequence[float], best: Sequence[float]) -> float:
    """Return how many of the best scores were reached; passages of one score are equals."""
    least = min(best, default=0.0) - 1e-4
    return sum(score >= least for score in some) / max(len(best), 1)


def _passages(assistant: Any) -> int:
    from knowledge.models import KnowledgeEmbedding

    return KnowledgeEmbedding.objects.filter(assistant=assistant).count()


if __name__ == "__main__":
    main()
