"""Dense and hybrid search over assistants of every size, against the bare driver and the schema we started from."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from psycopg.types.json import Jsonb

from tests.bench.generated import (
    DIMS,
    apart,
    both,
    direction_maker,
    execute,
    interleaved,
    own_database,
    p,
    say,
    sentences,
    size,
)

TOP, ROUNDS = 10, 40
SMALL, MEDIUM, LARGE = 50, 1_000, 15_000
MODEL: Final = "bench"
SEED_TABLE: Final = "seed_embeddings"
CLIENTS, SECONDS = 4, 4
HYBRID_SIZES: Final = (60, 300, 2_000)
LIVE: Final = "embedding_model = 'bench' AND dims = 1536 AND is_current AND is_enabled"
OURS: Final = (
    f"SELECT id, embedding <=> %(v)s AS d FROM knowledge_embeddings WHERE tenant_id = %(t)s "
    f"AND assistant_id = %(a)s AND {LIVE} ORDER BY d LIMIT 10"
)
BITS: Final = (
    "SELECT near.id, k.embedding <=> %(v)s AS d FROM (SELECT id FROM knowledge_embeddings "
    f"WHERE assistant_id = %(a)s AND {LIVE} ORDER BY bits::bit(1536) <~> "
    "(SELECT binary_quantize(%(v)s)::bit(1536)) LIMIT {rerank}) AS near "
    "JOIN knowledge_embeddings AS k ON k.id = near.id ORDER BY d LIMIT 10"
)
SEED: Final = f"SELECT id FROM {SEED_TABLE} WHERE assistant_id = %(a)s ORDER BY embedding <=> %(v)s LIMIT 10"


def run() -> Iterator[tuple[str, str]]:
    """Measure in a process of its own."""
    yield from apart("vectors")


def main() -> None:
    """Fill the tables once, then measure one goal after another."""
    with own_database():
        world = _World(size("rows", 120_000))
        world.small_against_the_driver()
        world.large_against_the_seed_schema()
        world.every_size_is_complete()
        world.throughput()
        _hybrid()


class _World:
    """One large assistant, some of a thousand passages, many of fifty, in our table and in one like the seeds'."""

    def __init__(self, count: int) -> None:
        make = direction_maker(seed=1)
        sizes = [LARGE, *[MEDIUM] * 6, *[SMALL] * 20]
        sizes += [MEDIUM] * ((count - sum(sizes)) // MEDIUM)
        whole = (0, 1, 7)  # one of each size has words too
        self.assistants = [(_whole if n in whole else _bare)(make(number)) for n, number in enumerate(sizes)]
        self.sizes = dict(zip(self.assistants, sizes, strict=True))
        self.large, self.medium, self.small = self.assistants[0], self.assistants[1:7], self.assistants[7:27]
        self.queries = list(make(ROUNDS))
        execute(
            f"CREATE TABLE {SEED_TABLE} (id int8 PRIMARY KEY, user_id int8, assistant_id int8, embedding vector(1536))",
            f"INSERT INTO {SEED_TABLE} SELECT id, tenant_id, assistant_id, embedding FROM knowledge_embeddings",
            f"CREATE INDEX seed_scan ON {SEED_TABLE} (user_id, assistant_id)",
            f"CREATE INDEX seed_assistant ON {SEED_TABLE} (assistant_id)",
            f"VACUUM ANALYZE {SEED_TABLE}",
            "VACUUM ANALYZE knowledge_embeddings",
        )

    def small_against_the_driver(self) -> None:
        import psycopg
        from django.db import connection
        from pgvector.psycopg import register_vector

        from knowledge.vectors import binary_cursor

        settings = connection.get_connection_params()
        facts = {name: settings[name] for name in ("dbname", "user", "host", "port") if settings.get(name)}
        with psycopg.connect(**facts, autocommit=True) as bare:
            register_vector(bare)

            def ours(query: Any) -> None:
                with binary_cursor() as opened:
                    opened.rows(OURS, _facts(self.small[0], query))

            def floor(query: Any) -> None:
                with bare.cursor(binary=True) as cursor:
                    cursor.execute(OURS, _facts(self.small[0], query), prepare=True).fetchall()

            mine, theirs = interleaved(self.queries * 4, ours, floor, warm=10)
        say(f"{SMALL} vectors, as the service asks, p50 / p95", both(mine))
        say(f"{SMALL} vectors, the driver alone, p50 / p95", both(theirs))
        say("service / driver, p50 (P1: at most 1.3)", f"{p(mine, 50) / p(theirs, 50):.2f} times, recall@10 1.000")

    def large_against_the_seed_schema(self) -> None:
        found: dict[str, list[list[int]]] = {"bits": [], "exact": []}
        bits, seed = interleaved(
            self.queries,
            lambda query: found["bits"].append(_nearest(BITS.format(rerank=200), self.large, query)),
            lambda query: found["exact"].append(_nearest(SEED, self.large, query)),
        )
        count = self.sizes[self.large]
        say(f"{count} vectors, bits and re-ranking, p50 / p95", both(bits))
        say(f"{count} vectors, exact on the seeds' schema, p50 / p95", both(seed))
        recall = _recall(found["bits"], found["exact"])
        say("bits / exact, p50 (P4: at most 0.15)", f"{p(bits, 50) / p(seed, 50):.2f} times, recall@10 {recall:.3f}")

    def every_size_is_complete(self) -> None:
        """Ask assistants of every size through the whole statement; each must give ten rows, or all it has."""
        from knowledge.statements import choose_plan

        for assistant in (self.small[0], self.medium[0], self.large):
            count = self.sizes[assistant]
            plan = choose_plan(count=count, limit=TOP)
            rows = [_hybrid_rows(assistant, query, count=count) for query in self.queries[:20]]
            dense = [[row[0] for row in sorted(some, key=lambda row: row[8] or 99) if row[8]][:TOP] for some in rows]
            recall = _recall(dense, [_nearest(OURS, assistant, query) for query in self.queries[:20]])
            least = min(len(some) for some in rows)
            say(
                f"P5: {count} of {sum(self.sizes.values())} rows ({plan}): fewest rows, recall@10",
                f"{least}, {recall:.3f}",
            )

    def throughput(self) -> None:
        """Let four clients ask about medium assistants, of our table and of the seeds' with its IVFFlat."""
        from config.runtime.postgres import bundled_binaries

        if (programs := bundled_binaries()) is None:
            return
        execute(
            "CREATE TABLE bench_queries (n int PRIMARY KEY, v vector(1536))",
            "SET maintenance_work_mem = '512MB'",
            f"DROP INDEX seed_assistant; DROP INDEX seed_scan; CREATE INDEX seed_scan ON {SEED_TABLE} (user_id)",
            f"CREATE INDEX seed_ivf ON {SEED_TABLE} USING ivfflat (embedding vector_cosine_ops) WITH (lists = 100)",
        )
        _keep(self.queries)
        first, last = self.medium[0].pk, self.medium[-1].pk
        pick = f"\\set q random(0, {ROUNDS - 1})\n\\set a random({first}, {last})\n"
        asked = "(SELECT v FROM bench_queries WHERE n = :q)"
        ours = OURS.replace("tenant_id = %(t)s AND ", "").replace("%(a)s", ":a").replace("%(v)s", asked)
        bits = BITS.format(rerank=200).replace("%(a)s", ":a").replace("%(v)s", asked)
        # without a hint PostgreSQL reads the whole table instead: its vectors lie elsewhere
        seed = "SET ivfflat.probes = 10;\nSET enable_seqscan = off;\n" + SEED.replace("%(a)s", ":a").replace(
            "%(v)s", asked
        )
        speeds = {
            name: _pgbench(programs, pick + statement + ";\n")
            for name, statement in {"seed": seed, "ours": ours, "bits": bits}.items()
        }
        execute("SET ivfflat.probes = 10", "SET enable_seqscan = off")
        lost = [_nearest(SEED, assistant, query) for assistant in self.medium for query in self.queries[:8]]
        execute("RESET enable_seqscan")
        best = [_nearest(OURS, assistant, query) for assistant in self.medium for query in self.queries[:8]]
        near = [
            _nearest(BITS.format(rerank=200), assistant, query)
            for assistant in self.medium
            for query in self.queries[:8]
        ]
        say(
            f"{CLIENTS} clients, {self.sizes[self.medium[0]]} vectors each, the seeds' IVFFlat",
            f"{speeds['seed']:.0f} per second, recall@10 {_recall(lost, best):.3f}",
        )
        say("exact / IVFFlat (P3: at least 20)", f"{speeds['ours'] / speeds['seed']:.1f} times, recall@10 1.000")
        say(
            "bits / IVFFlat (P3: at least 20)",
            f"{speeds['bits'] / speeds['seed']:.1f} times, recall@10 {_recall(near, best):.3f}",
        )


def _whole(vectors: Any) -> Any:
    from tests.bench.generated import filled
    from tests.factories.assistants import AssistantFactory

    return filled(AssistantFactory(), vectors, model=MODEL)


def _bare(vectors: Any) -> Any:
    """Make an assistant of vectors alone, straight into the table."""
    from pgvector import Vector

    from config.db import new_uuid
    from knowledge.vectors import binary_cursor
    from tests.factories.assistants import AssistantFactory

    assistant = AssistantFactory()
    columns = {
        "uuid": "uuid", "tenant_id": "int8", "assistant_id": "int8", "chunk_index": "int4", "chunk_text": "text",
        "title": "text", "heading_path": "text", "embedding": "vector", "embedding_model": "text", "doc_type": "text",
        "importance": "int2", "token_count": "int4", "chunk_hash": "text", "source": "text", "source_name": "text",
        "version": "int4", "is_current": "bool", "is_enabled": "bool", "is_pinned": "bool", "metadata": "jsonb",
    }  # fmt: skip
    facts = (assistant.tenant_id, assistant.pk)
    rest = (MODEL, "", 5, 1, "0" * 64, "document", "", 1, True, True, False, Jsonb({}))
    rows = ((new_uuid(), *facts, n, f"слово{n}", "", "", Vector(row), *rest) for n, row in enumerate(vectors))
    with binary_cursor() as cursor:
        cursor.copy_rows(f"knowledge_embeddings ({', '.join(columns)})", list(columns.values()), rows)
    return assistant


def _facts(assistant: Any, query: Any) -> dict[str, Any]:
    from pgvector import Vector

    return {"a": assistant.pk, "t": assistant.tenant_id, "v": Vector(query)}


def _nearest(statement: str, assistant: Any, query: Any) -> list[int]:
    from knowledge.vectors import binary_cursor

    with binary_cursor() as cursor:
        return [row[0] for row in cursor.rows(statement, _facts(assistant, query))]


def _recall(found: Sequence[Sequence[int]], best: Sequence[Sequence[int]]) -> float:
    shares = [len(set(some) & set(true)) / max(len(true), 1) for some, true in zip(found, best, strict=True)]
    return float(np.mean(shares))


def _hybrid_rows(
    assistant: Any, query: Any, *, count: int, words: Any = None, limit: int = TOP
) -> list[tuple[Any, ...]]:
    from django.utils.timezone import now
    from pgvector import Vector

    from knowledge.statements import choose_plan, choose_reading, rerank_depth, search_statement, shortlist
    from knowledge.terms import TermVector
    from knowledge.vectors import binary_cursor

    plan = choose_plan(count=count, limit=TOP)
    parameters = {
        "tenant": assistant.tenant_id, "assistant": assistant.pk, "limit": limit, "depth": 50, "rrf": 60, "at": now(),
        "words": words or TermVector({1: 1.0}), "vector": Vector(query), "dims": DIMS, "model": MODEL, "floor": 1.0,
        "nudge": 0.005, "rerank": rerank_depth(count=count, limit=TOP), "stems": words or TermVector({1: 1.0}),
        "shortlist": shortlist(count=count, limit=TOP),
    }  # fmt: skip
    statement = search_statement(plan, choose_reading(count=count), dims=DIMS if str(plan) == "bits" else 0)
    with binary_cursor() as cursor:
        return cursor.rows(statement, parameters)


def _keep(queries: Sequence[Any]) -> None:
    from pgvector import Vector

    from knowledge.vectors import binary_cursor

    with binary_cursor() as cursor:
        cursor.copy_rows("bench_queries", ["int4", "vector"], ((n, Vector(row)) for n, row in enumerate(queries)))


def _pgbench(programs: Path, script: str) -> float:
    """Return transactions per second."""
    from django.db import connection

    settings = connection.get_connection_params()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [
                str(programs / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(SECONDS),
                "-f", file.name, settings["dbname"],
            ],
            env=os.environ | {"PGHOST": settings["host"], "PGUSER": settings["user"]},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    return float(found.group(1)) if found else 0.0


def _hybrid() -> None:
    """Compare the whole statement, words and texts included, with its dense leg alone."""
    from knowledge.lexical import Statistics, analyse, question_vector
    from knowledge.models import KnowledgeTerm
    from tests.bench.generated import filled
    from tests.factories.assistants import AssistantFactory

    make, known, random = direction_maker(seed=5), sentences(), np.random.default_rng(5)
    question = analyse("сколько стоит доставка льняной скатерти в Самару курьером")
    for count in HYBRID_SIZES:
        texts = [" ".join(random.choice(known, 6)) for _ in range(count)]
        assistant = filled(AssistantFactory(), make(count), model=MODEL, texts=texts)
        execute("VACUUM ANALYZE knowledge_embeddings", "VACUUM ANALYZE knowledge_lexical")
        terms = KnowledgeTerm.objects.filter(assistant=assistant, term__in=question.terms)
        words = question_vector(question, Statistics(count=count, frequencies=dict(terms.values_list("term", "df"))))
        dense = OURS if count <= 1_500 else BITS.format(rerank=200)
        whole, leg = interleaved(
            list(make(ROUNDS)),
            lambda query, assistant=assistant, count=count, words=words: _hybrid_rows(
                assistant, query, count=count, words=words, limit=5
            ),
            lambda query, assistant=assistant, dense=dense: _nearest(dense, assistant, query),
            warm=8,
        )
        say(f"{count} passages: hybrid statement, p50 / p95", both(whole))
        say("hybrid / its dense leg, p50 (P10: at most 2.5)", f"{p(whole, 50) / p(leg, 50):.2f} times")


if __name__ == "__main__":
    main()
