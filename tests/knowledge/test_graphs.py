"""An assistant above 50,000 passages is read through a graph of its own, once there is one."""

from contextlib import contextmanager
from random import Random

import pytest
from django.db import connection
from django.utils.timezone import now
from pgvector import Vector

from assistants.models import Assistant
from config.database import vectors
from knowledge import search as searching
from knowledge.lexical import analyse
from knowledge.models import EmbeddingModel
from knowledge.statements import USE_GRAPH, Plan, Reading, search_statement
from knowledge.terms import TermVector
from knowledge.vectors import binary_cursor
from tests.bench.generated import filled
from tests.factories.assistants import AssistantFactory
from tests.sql import rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

COUNT, DIMS, MODEL = 3_000, 32, "o'model-100%"


def directions(count: int, *, seed: int) -> list[list[float]]:
    random = Random(seed)
    return [[random.gauss(0, 1) for _ in range(DIMS)] for _ in range(count)]


@pytest.fixture
def assistant(monkeypatch) -> Assistant:
    """An assistant with vectors that count as very many, and a model that understands Russian."""
    monkeypatch.setattr("knowledge.statements.EXACT_UP_TO", 10)
    monkeypatch.setattr("knowledge.statements.BITS_UP_TO", 1_000)
    found = filled(AssistantFactory(), directions(COUNT, seed=1), model=MODEL)
    EmbeddingModel.objects.create(
        tenant=found.tenant, name=MODEL, dims=DIMS, accuracy_ru=1, accuracy_en=1, threshold=0.5, probed_at=now()
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE knowledge_embeddings")
    return found


@contextmanager
def graph(assistant):
    (collection,) = vectors.large_collections(assistant=assistant.pk, above=0)
    vectors.build(collection, memory="64MB")
    try:
        yield collection
    finally:
        vectors.drop(collection.index)


def seek(assistant, vector, *, limit=10):
    """Search by a vector alone; the value is the passages and the plans that ran."""
    seeker = searching._Seeker(assistant, analyse("ничего"), limit=limit, at=now())
    model = EmbeddingModel.objects.get(tenant=assistant.tenant)
    with binary_cursor() as cursor:
        seeker.gather(cursor)
        return seeker.seek(cursor, model, Vector(vector))


@pytest.fixture
def plans(monkeypatch) -> list[Plan]:
    ran: list[Plan] = []

    def noted(plan, *args, **facts):
        ran.append(plan)
        return search_statement(plan, *args, **facts)

    monkeypatch.setattr(searching, "search_statement", noted)
    return ran


def dense(passages):
    return [p.chunk_id for p in sorted(passages, key=lambda p: p.dense_rank or 10**6) if p.dense_rank][:10]


def test_graph_is_used_where_it_is_and_loses_next_to_nothing(assistant, plans, monkeypatch):
    questions = directions(25, seed=2)
    with graph(assistant):
        found = [seek(assistant, vector, limit=50) for vector in questions]
        assert set(plans) == {Plan.GRAPH}
    assert all(len(passages) == 50 for passages in found)
    monkeypatch.setattr("knowledge.statements.EXACT_UP_TO", 10**6)

    exact = [seek(assistant, vector, limit=50) for vector in questions]

    hits = [len(set(dense(a)) & set(dense(b))) for a, b in zip(found, exact, strict=True)]
    assert sum(hits) / (10 * len(hits)) >= 0.97


def test_without_a_graph_the_bits_are_read(assistant, plans):
    assert len(seek(assistant, directions(1, seed=3)[0])) == 10
    assert plans == [Plan.BITS]


def test_half_made_graph_is_not_used(assistant, plans):
    with graph(assistant) as collection, connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [collection.index])
        seek(assistant, directions(1, seed=3)[0])

    assert plans == [Plan.BITS]


def test_settings_of_a_graph_end_with_its_search(assistant):
    with graph(assistant):
        seek(assistant, directions(1, seed=3)[0])

    assert rows("SELECT current_setting('hnsw.ef_search')") == [("40",)]


@pytest.mark.parametrize("runs", [1, 8])
def test_postgresql_chooses_the_graph_also_for_a_prepared_plan(assistant, runs):
    facts = {"assistant": assistant.pk, "dims": DIMS, "model": MODEL}
    statement = search_statement(Plan.GRAPH, Reading.ALL_TERMS, **facts)
    parameters = {
        **facts, "tenant": assistant.tenant_id, "limit": 5, "depth": 50, "rrf": 60, "nudge": 0.005, "at": now(),
        "words": TermVector({1: 1.0}), "vector": Vector(directions(1, seed=4)[0]), "floor": 1.0, "rerank": 200,
    }  # fmt: skip
    with graph(assistant) as collection, binary_cursor() as cursor:
        cursor.rows(USE_GRAPH, {})
        for _ in range(runs):
            cursor.rows(statement, parameters)
        plan = cursor.cursor.execute(f"EXPLAIN {statement}", parameters).fetchall()

    assert any(f"Index Scan using {collection.index}" in line for (line,) in plan)
