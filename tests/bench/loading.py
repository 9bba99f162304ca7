"""Taking passages in against a raw COPY of the same rows, and a question's vector from memory."""

import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from tests.bench.generated import apart, both, direction_maker, execute, own_database, p, say, sentences, size

ROUNDS: Final = 3
ASKED: Final = 300


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own."""
    yield from apart("loading")


def main() -> None:
    """Measure loading, then the cache of questions."""
    with own_database():
        _loading(size("chunks", 2_000))
        _remembering()


def _loading(count: int) -> None:
    vectors, known, random = direction_maker(seed=2)(count), sentences(), np.random.default_rng(2)
    texts = [" ".join(random.choice(known, 14)) for _ in range(count)]
    shares: dict[str, list[float]] = {"bare": [], "embeddings": [], "words": [], "rows": []}
    for _ in range(ROUNDS):
        shares["bare"].append(_bare_copy(texts, vectors))
        for name, seconds in _taken_in(texts, vectors).items():
            shares[name].append(seconds)
    bare, embeddings, words, rows = (min(shares[name]) for name in ("bare", "embeddings", "words", "rows"))
    say(f"raw COPY of {count} rows: vectors, bits, words", f"{count / bare:.0f} per second")
    say(f"taking in {count} embedded passages, all told", f"{count / (embeddings + words + rows):.0f} per second")
    say("of that: reading words and their parts from the texts", f"{words / (embeddings + words + rows):.0%}")
    say("chunk insert / raw COPY, rows alone (P15: at least 0.3)", f"{bare / (embeddings + rows):.2f} times as fast")
    say("the same with the words read from the texts", f"{bare / (embeddings + words + rows):.2f} times as fast")


def _bare_copy(texts: list[str], vectors: Any) -> float:
    """Load what we store, ready made, into tables with a primary key and nothing else."""
    from pgvector import Vector

    from knowledge.terms import passage_words
    from knowledge.vectors import binary_cursor

    execute(
        "DROP TABLE IF EXISTS bare_embeddings, bare_words",
        "CREATE TABLE bare_embeddings (id int8 PRIMARY KEY, tenant_id int8, assistant_id int8, chunk_text text, "
        "embedding vector, bits varbit, dims int2)",
        "CREATE TABLE bare_words "
        "(id int8 PRIMARY KEY, tenant_id int8, assistant_id int8, lex sparsevec, stems sparsevec)",
    )
    signs = ["".join("1" if value > 0 else "0" for value in row) for row in vectors]
    ready = [(n, 1, 1, text, Vector(row), len(row)) for n, (text, row) in enumerate(zip(texts, vectors, strict=True))]
    found = [passage_words(text=text, title="") for text in texts]
    words = [(n, 1, 1, one.lex, one.stems) for n, one in enumerate(found)]
    with binary_cursor() as cursor:
        bits = [cursor.rows("SELECT varbit_send(%(b)s::varbit)", {"b": sign})[0][0] for sign in signs]
        rows = [(*row[:5], bits[n], row[5]) for n, row in enumerate(ready)]
        began = time.perf_counter()
        with cursor.cursor.copy("COPY bare_embeddings FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "int8", "int8", "text", "vector", "bytea", "int2"])
            for row in rows:
                copy.write_row(row)
        cursor.copy_rows("bare_words", ["int8", "int8", "int8", "sparsevec", "sparsevec"], iter(words))
        return time.perf_counter() - began


def _taken_in(texts: list[str], vectors: Any) -> dict[str, float]:
    """Take the passages in as a worker does; the time for reading words is told apart."""
    from knowledge import indexing
    from knowledge.chunking import Chunk
    from knowledge.models import KnowledgeEmbedding
    from tests.factories.assistants import AssistantFactory
    from tests.factories.knowledge import DocumentFactory

    assistant = AssistantFactory()
    document = DocumentFactory(tenant=assistant.tenant, assistant=assistant, status="ready", is_current=True)
    chunks = [Chunk(index=n, text=text, heading_path="", headings=(), token_count=1) for n, text in enumerate(texts)]
    lists = [row.tolist() for row in vectors]
    began = time.perf_counter()
    indexing.write_chunks(document, chunks, lists, model="bench")
    written = time.perf_counter()
    reading, usual = [0.0], indexing._words

    def timed(chunk: Any) -> Any:
        start = time.perf_counter()
        words = usual(chunk)
        reading[0] += time.perf_counter() - start
        return words

    indexing._words = timed
    try:
        indexing.show(KnowledgeEmbedding.objects.filter(document=document))
    finally:
        indexing._words = usual
    shown = time.perf_counter() - written
    return {"embeddings": written - began, "words": reading[0], "rows": shown - reading[0]}


def _remembering() -> None:
    """Look questions up in the table, and count their uses."""
    from django.utils.timezone import now

    from knowledge import questions
    from knowledge.models import QueryEmbedding
    from tests.factories.accounts import TenantFactory
    from tests.sql import rows

    tenant, vectors = TenantFactory(), direction_maker(seed=3)(ASKED)
    keys = [(tenant.pk, questions.question_hash(f"вопрос {n}", model="bench", dims=1_536)) for n in range(ASKED)]
    QueryEmbedding.objects.bulk_create(
        QueryEmbedding(
            tenant=tenant, query_hash=key[1], query_text="вопрос", embedding=row.tolist(), embedding_model="bench",
            last_used=now(),
        )
        for key, row in zip(keys, vectors, strict=True)
    )  # fmt: skip
    execute("VACUUM ANALYZE query_embeddings_cache", "CHECKPOINT")
    times, at = [], now()
    for key in keys[:20] + keys:
        began = time.perf_counter()
        questions._remembered(key, at=at)
        times.append((time.perf_counter() - began) * 1000)
    say(f"a question's vector from {ASKED} in the table, p50 / p95", both(times[20:]))
    say("the same, p50 (P14: at most 0.15 ms)", f"{p(times[20:], 50):.3f} ms")
    uses = questions.Counter(dict.fromkeys(keys, 3))
    questions._count(uses, at=at)  # the first change of a page after a checkpoint logs the whole page
    ((before,),) = rows("SELECT pg_current_wal_insert_lsn()::text")
    questions._count(uses, at=at)
    ((written,),) = rows("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", before)
    say("log written per question whose uses are counted (P14: 400)", f"{int(written) / ASKED:.0f} bytes, 3 uses each")


if __name__ == "__main__":
    main()
