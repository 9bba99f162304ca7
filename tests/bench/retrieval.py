"""How well search finds the demo shop's articles, against PostgreSQL's own ranking, and what it costs."""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

HERE: Final = Path(__file__).parent
TOP, FEW = 10, 5
LEXICAL_SIZES: Final = (500, 5_000)
DENSE_ROWS, NEIGHBOURS = 20_000, 30
DIMS, LATENT = 1_536, 64
ROUNDS: Final = 40
COPIED: Final = 2_000
OR_QUERY: Final = "to_tsquery('russian', array_to_string(tsvector_to_array(to_tsvector('russian', %(q)s)), ' | '))"


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own, on a database of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.retrieval"],
        cwd=HERE.parent.parent, capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        what, tab, figure = line.partition("\t")
        if tab:
            yield what, figure


def main() -> None:
    """Make the database, fill it, measure and drop it."""
    from tests.stack import TEST_SECRETS, ground

    for name, value in TEST_SECRETS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with ground():
        import django

        django.setup()
        from django.test.utils import setup_databases, teardown_databases

        databases = setup_databases(verbosity=0, interactive=False)
        try:
            _quality()
            for size in LEXICAL_SIZES:
                _lexical_speed(size)
            _dense()
            _loading()
        finally:
            teardown_databases(databases, verbosity=0)


# --- quality ------------------------------------------------------------------------


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

    scores = {}
    for name, method in {"ours": ours, "ts_rank": peer("ts_rank"), "ts_rank_cd": peer("ts_rank_cd")}.items():
        ranked = [(method(row["question"]), set(row["expected"])) for row in questions]
        scores[name] = float(np.mean([_ndcg(found, expected) for found, expected in ranked]))
        recall = np.mean([len(set(found[:FEW]) & expected) / len(expected) for found, expected in ranked])
        _say(f"{len(questions)} questions, {name}", f"nDCG@10 {scores[name]:.3f}, recall@5 {recall:.3f}")
    _say("nDCG@10: ours / ts_rank of any word", f"{scores['ours'] / scores['ts_rank']:.2f} times")
    _say("nDCG@10: ours / ts_rank_cd of any word", f"{scores['ours'] / scores['ts_rank_cd']:.2f} times")
    enough = np.mean([search(assistant, row["question"], at=now()).is_enough for row in questions])
    passed = np.mean([search(assistant, query, at=now()).is_enough for query in off_topic])
    _say("called enough: the shop's questions", f"{enough:.0%}")
    _say(f"called enough: {len(off_topic)} questions about anything else", f"{passed:.0%}")


def _shop() -> tuple[Any, dict[str, str]]:
    """Learn the demo shop's articles; return its assistant and which article each document is."""
    from config.demo.material import articles
    from knowledge.extraction import html, markdown, txt
    from tests.factories.assistants import AssistantFactory
    from tests.factories.knowledge import learned

    assistant, slugs = AssistantFactory(), {}
    parsers = {".md": markdown, ".html": html, ".txt": txt}
    for article in articles():
        path = HERE.parent.parent / "config" / "demo" / "content" / "knowledge" / article.filename
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


# --- speed by words --------------------------------------------------------------------


def _lexical_speed(size: int) -> None:
    """Compare with ts_rank_cd over a GIN index, on passages made of the demo shop's sentences."""
    from django.db import connection
    from django.utils.timezone import now

    from knowledge.search import search
    from tests.factories.assistants import AssistantFactory
    from tests.factories.knowledge import learned

    assistant = AssistantFactory()
    sentences, random = _sentences(), np.random.default_rng(size)
    for number in range(size // 50):
        parts = (f"# Раздел {n}\n\n" + " ".join(random.choice(sentences, 14)) for n in range(50))
        learned(assistant.tenant, "\n\n".join(parts), assistant=assistant, title=f"Сборник {number}")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE knowledge_embeddings ADD COLUMN IF NOT EXISTS tsv tsvector")
        cursor.execute("UPDATE knowledge_embeddings SET tsv = to_tsvector('russian', title || ' ' || chunk_text)")
        cursor.execute("CREATE INDEX IF NOT EXISTS bench_tsv ON knowledge_embeddings USING gin (tsv)")
        for table in ("knowledge_embeddings", "knowledge_lexical", "knowledge_terms"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    questions = [row["question"] for row in json.loads((HERE / "demo_questions.json").read_text("utf-8"))][:ROUNDS]

    def by_postgres(query: str) -> None:
        statement = (
            f"SELECT id, chunk_text FROM knowledge_embeddings, {OR_QUERY} AS wanted "
            "WHERE assistant_id = %(a)s AND tsv @@ wanted ORDER BY ts_rank_cd(tsv, wanted) DESC LIMIT 5"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, {"a": assistant.pk, "q": query})
            cursor.fetchall()

    ours, theirs = _interleaved(questions, lambda query: search(assistant, query, at=now()), by_postgres)
    count = assistant_chunks(assistant)
    _say(f"search in {count} passages, p50 / p95", f"{_p(ours, 50):.1f} / {_p(ours, 95):.1f} ms")
    _say(f"ts_rank_cd of any word in {count} passages, p50 / p95", f"{_p(theirs, 50):.1f} / {_p(theirs, 95):.1f} ms")
    _say("p95: search / ts_rank_cd", f"{_p(ours, 95) / _p(theirs, 95):.2f} times")


def assistant_chunks(assistant: Any) -> int:
    """Return how many passages an assistant has."""
    from knowledge.models import KnowledgeEmbedding

    return KnowledgeEmbedding.objects.filter(assistant=assistant).count()


def _sentences() -> list[str]:
    from config.demo.material import articles

    text = " ".join(article.body.decode() for article in articles())
    return [sentence.strip() for sentence in text.replace("\n", " ").split(". ") if 20 < len(sentence) < 200]


# --- speed by meaning ------------------------------------------------------------------


def _dense() -> None:
    """Compare the plans on one large assistant, and the statement with the driver's floor on a small one."""
    from django.db import connection
    from pgvector import Vector

    from knowledge.statements import Plan
    from knowledge.vectors import binary_cursor

    random = np.random.default_rng(1)
    basis = random.normal(size=(LATENT, DIMS)).astype(np.float32)

    def vectors(count: int) -> Any:
        found = random.normal(size=(count, LATENT)).astype(np.float32) @ basis
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    large, small = _filled(vectors(DENSE_ROWS)), _filled(vectors(60))
    for _ in range(NEIGHBOURS):
        _filled(vectors(60))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE knowledge_embeddings")
    queries = [Vector(row) for row in vectors(ROUNDS)]
    found: dict[str, list[list[int]]] = {"exact": [], "bits": []}
    with binary_cursor() as cursor:
        exact, bits = _interleaved(
            queries,
            lambda query: found["exact"].append(_nearest(cursor, large, query, Plan.EXACT)),
            lambda query: found["bits"].append(_nearest(cursor, large, query, Plan.BITS)),
        )
        ours, floor = _interleaved(
            queries,
            lambda query: _nearest(cursor, small, query, Plan.EXACT),
            lambda query: _floor(small, query),
        )
    hits = [len(set(a[:TOP]) & set(b[:TOP])) / TOP for a, b in zip(found["exact"], found["bits"], strict=True)]
    _say(f"{DENSE_ROWS} vectors, exact scan in the row, p50", f"{_p(exact, 50):.1f} ms")
    _say(f"{DENSE_ROWS} vectors, bits and re-ranking, p50", f"{_p(bits, 50):.1f} ms")
    _say(
        "bits and re-ranking: time / exact, recall@10", f"{_p(bits, 50) / _p(exact, 50):.2f} times, {np.mean(hits):.3f}"
    )
    _say("60 vectors: whole statement / the driver's floor, p50", f"{_p(ours, 50) / _p(floor, 50):.2f} times")


def _filled(vectors: Any) -> Any:
    """Make an assistant whose passages have these vectors."""
    from knowledge.chunking import Chunk
    from knowledge.indexing import show, write_chunks
    from knowledge.models import KnowledgeEmbedding
    from tests.factories.assistants import AssistantFactory
    from tests.factories.knowledge import DocumentFactory

    assistant = AssistantFactory()
    document = DocumentFactory(tenant=assistant.tenant, assistant=assistant, status="ready", is_current=True)
    chunks = [
        Chunk(index=n, text=f"слово{n}", heading_path="", headings=(), token_count=1) for n in range(len(vectors))
    ]
    write_chunks(document, chunks, [row.tolist() for row in vectors], model="bench")
    show(KnowledgeEmbedding.objects.filter(document=document))
    return assistant


def _nearest(cursor: Any, assistant: Any, vector: Any, plan: Any) -> list[int]:
    from django.utils.timezone import now

    from knowledge.statements import rerank_depth, search_statement
    from knowledge.terms import TermVector

    parameters = {
        "tenant": assistant.tenant_id, "assistant": assistant.pk, "limit": TOP, "depth": 50, "rrf": 60, "at": now(),
        "words": TermVector({1: 1.0}), "vector": vector, "dims": DIMS, "model": "bench", "floor": 1.0, "nudge": 0.005,
        "rerank": rerank_depth(count=DENSE_ROWS, limit=TOP),
    }  # fmt: skip
    statement = search_statement(plan, dims=DIMS if str(plan) == "bits" else 0)
    return [row[0] for row in cursor.rows(statement, parameters)]


def _floor(assistant: Any, vector: Any) -> None:
    """Do with the bare driver what a hand-written program would: nearest ten, texts included."""
    from knowledge.vectors import binary_cursor

    statement = (
        "SELECT id, chunk_text, 1 - (embedding <=> %(v)s) FROM knowledge_embeddings "
        "WHERE tenant_id = %(t)s AND assistant_id = %(a)s AND embedding_model = 'bench' AND is_current AND is_enabled "
        "ORDER BY embedding <=> %(v)s LIMIT 10"
    )
    with binary_cursor() as cursor:
        cursor.rows(statement, {"v": vector, "t": assistant.tenant_id, "a": assistant.pk})


# --- loading --------------------------------------------------------------------------


def _loading() -> None:
    """Compare taking passages in, with words and counts, with a bare COPY of the same vectors."""
    from django.db import connection
    from pgvector import Vector

    from knowledge.vectors import binary_cursor

    random = np.random.default_rng(2)
    vectors = random.normal(size=(COPIED, DIMS)).astype(np.float32)
    sentences = _sentences()
    texts = [" ".join(random.choice(sentences, 14)) for _ in range(COPIED)]
    began = time.perf_counter()
    _taught(texts, vectors)
    ours = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_copy (id bigint PRIMARY KEY, chunk_text text, embedding vector)")
    began = time.perf_counter()
    with binary_cursor() as cursor:
        rows = ((n, texts[n], Vector(vectors[n])) for n in range(COPIED))
        cursor.copy_rows("bench_copy (id, chunk_text, embedding)", ["int8", "text", "vector"], rows)
    bare = time.perf_counter() - began
    _say(f"taking in {COPIED} embedded passages, words and counts too", f"{COPIED / ours:.0f} per second")
    _say("the same / bare COPY of their texts and vectors", f"{bare / ours:.2f} times as fast")


def _taught(texts: Sequence[str], vectors: Any) -> None:
    from knowledge.chunking import Chunk
    from knowledge.indexing import show, write_chunks
    from knowledge.models import KnowledgeEmbedding
    from tests.factories.assistants import AssistantFactory
    from tests.factories.knowledge import DocumentFactory

    assistant = AssistantFactory()
    document = DocumentFactory(tenant=assistant.tenant, assistant=assistant, status="ready", is_current=True)
    chunks = [Chunk(index=n, text=text, heading_path="", headings=(), token_count=1) for n, text in enumerate(texts)]
    write_chunks(document, chunks, [row.tolist() for row in vectors], model="bench")
    show(KnowledgeEmbedding.objects.filter(document=document))


# --- measuring ------------------------------------------------------------------------


def _interleaved(queries: Sequence[Any], *methods: Callable[[Any], Any]) -> list[list[float]]:
    """Time the methods in turn, so that a busy machine is busy for all of them; the first round only warms."""
    times: list[list[float]] = [[] for _ in methods]
    for position, query in enumerate([queries[0], *queries]):
        for method, taken in zip(methods, times, strict=True):
            began = time.perf_counter()
            method(query)
            if position:
                taken.append((time.perf_counter() - began) * 1000)
    return times


def _p(times: Sequence[float], share: int) -> float:
    return float(np.percentile(times, share))


def _say(what: str, figure: str) -> None:
    print(f"{what}\t{figure}", flush=True)


if __name__ == "__main__":
    main()
