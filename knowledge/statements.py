"""The SQL of search, put together from its legs.

Every leg reads an assistant's own rows and the tenant's shared ones as two
branches of a UNION ALL: an OR would lose the index-only plan.
"""

from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from psycopg.sql import quote

EXACT_UP_TO: Final = 1_500
BITS_UP_TO: Final = 50_000
EXACT_SHARE: Final = 10
RERANK_AT_LEAST: Final = 200
RERANK_PER_ROW: Final = 20
RERANK_LARGE_FROM: Final = 20_000
RERANK_LARGE: Final = 400
STEMS_FROM: Final = 500
SHORTLIST_SHARE: Final = 16
GRAPH_PREFIX: Final = "ix_knowledge_embeddings_hnsw_"
GRAPH_BREADTH: Final = 200
UNSPLIT: Final = -1  # stands for a term, where passages still lack their stems

# All that must be known before ranking, in one go: how often the question's words occur, and the embedding model
# that may join in a search in this language: the assistant's, else the latest in use.
FACTS: Final = """
SELECT term, sum(df)::int AS number, NULL::text AS name, NULL::float8 AS threshold FROM (
  SELECT term, df FROM knowledge_terms
  WHERE tenant_id = %(tenant)s AND assistant_id = %(assistant)s AND term = ANY(%(terms)s::int[])
  UNION ALL
  SELECT term, df FROM knowledge_terms
  WHERE tenant_id = %(tenant)s AND assistant_id IS NULL AND term = ANY(%(terms)s::int[])
) AS branches GROUP BY term
UNION ALL
(SELECT NULL, dims, name, threshold FROM embedding_models
 WHERE tenant_id = %(tenant)s AND NOT is_lexical
   AND CASE WHEN %(russian)s THEN accuracy_ru ELSE accuracy_en END >= %(pass)s
 ORDER BY (name = %(preferred)s) DESC, updated_at DESC LIMIT 1)
UNION ALL
(SELECT %(unsplit)s::int, 1, NULL, NULL FROM knowledge_lexical
 WHERE tenant_id = %(tenant)s AND (assistant_id = %(assistant)s OR assistant_id IS NULL) AND stems IS NULL LIMIT 1)
"""
HAS_GRAPH: Final = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%(name)s)"
# ``relaxed_order`` goes on where rows that died since the last vacuum hide the living; re-ranking restores the order.
USE_GRAPH: Final = (
    f"SELECT set_config('hnsw.ef_search', '{GRAPH_BREADTH}', true), "
    "set_config('hnsw.iterative_scan', 'relaxed_order', true)"
)

# Distances are computed once, below the sort: a negation or a subtraction beside ORDER BY would compute them twice.
_LEXICAL: Final = """
lexical AS (
  SELECT chunk_id, -distance AS score, rank() OVER (ORDER BY distance) AS place FROM (
    {own}
    UNION ALL
    {shared}
  ) AS branches ORDER BY distance, chunk_id LIMIT %(depth)s
)"""

_OWN: Final = "tenant_id = %(tenant)s AND assistant_id = %(assistant)s"
_SHARED: Final = "tenant_id = %(tenant)s AND assistant_id IS NULL"

_ALL_TERMS_BRANCH: Final = """
    (SELECT chunk_id, lex <#> %(words)s AS distance FROM knowledge_lexical
     WHERE {scope}
     ORDER BY distance, chunk_id LIMIT %(depth)s)"""

_STEMS_BRANCH: Final = """
    (SELECT w.chunk_id, w.lex <#> %(words)s AS distance
     FROM (
       SELECT chunk_id FROM knowledge_lexical WHERE {scope}
       ORDER BY stems <#> %(stems)s, chunk_id LIMIT %(shortlist)s
     ) AS near JOIN knowledge_lexical AS w USING (chunk_id)
     ORDER BY distance, chunk_id LIMIT %(depth)s)"""

_LIVE: Final = "embedding_model = %(model)s AND dims = %(dims)s AND is_current AND is_enabled"

_EXACT_BRANCH: Final = f"""
    (SELECT id AS chunk_id, embedding <=> %(vector)s AS distance FROM knowledge_embeddings
     WHERE {{scope}} AND {_LIVE}
     ORDER BY distance LIMIT %(depth)s)"""  # noqa: S608 -- our own constants

# The question's bits come from a sub-select: a prepared plan would else quantize the question anew for every row.
_BITS_BRANCH: Final = f"""
    (SELECT near.id AS chunk_id, k.embedding <=> %(vector)s AS distance
     FROM (
       SELECT id FROM knowledge_embeddings WHERE {{scope}} AND {_LIVE}
       ORDER BY bits::bit({{dims}}) <~> (SELECT binary_quantize(%(vector)s)::bit({{dims}})) LIMIT %(rerank)s
     ) AS near JOIN knowledge_embeddings AS k ON k.id = near.id
     ORDER BY distance LIMIT %(depth)s)"""  # noqa: S608 -- our own constants

# What the partial index is about stands here as literals: of a parameter PostgreSQL could not prove that it fits.
_GRAPH_BRANCH: Final = """
    (SELECT near.id AS chunk_id, k.embedding <=> %(vector)s AS distance
     FROM (
       SELECT id FROM knowledge_embeddings WHERE {collection}
       ORDER BY embedding::halfvec({dims}) <=> %(vector)s::halfvec({dims}) LIMIT {breadth}
     ) AS near JOIN knowledge_embeddings AS k ON k.id = near.id
     ORDER BY distance LIMIT %(depth)s)"""

_DENSE: Final = """,
dense AS (
  SELECT chunk_id, 1 - distance AS score, rank() OVER (ORDER BY distance) AS place FROM (
    {own}
    UNION ALL
    {shared}
  ) AS branches ORDER BY distance, chunk_id LIMIT %(depth)s
)"""

# Ranks are fused by their reciprocals. Below the floor only stray trigrams agree: being first among such is no merit.
_FUSED: Final = """,
found AS (
  SELECT chunk_id, l.place AS lexical_place, l.score AS lexical_score, d.place AS dense_place, d.score AS dense_score,
         coalesce(CASE WHEN l.score > %(floor)s THEN 1.0 / (%(rrf)s::int + l.place) END, 0)
         + coalesce(1.0 / (%(rrf)s::int + d.place), 0) AS merit
  FROM lexical AS l FULL JOIN dense AS d USING (chunk_id)
)"""

_ALONE: Final = """,
found AS (
  SELECT chunk_id, place AS lexical_place, score AS lexical_score, NULL::bigint AS dense_place,
         NULL::float8 AS dense_score, score AS merit
  FROM lexical
)"""

# Importance, pins and freshness move a passage past close rivals, never past clearly better ones. Words and documents
# are read for the few that remain.
_PASSAGES: Final = """,
best AS (
  SELECT k.id, k.document_id, k.title, k.heading_path, k.chunk_text, k.source,
         f.lexical_place, f.lexical_score, f.dense_place, f.dense_score,
         f.merit * (
           1 + %(nudge)s::float8 * (k.importance - 5 + 4 * k.is_pinned::int
           + 2 * exp(-greatest(extract(epoch FROM %(at)s::timestamptz - k.created_at), 0)::float8 / 31536000))
         ) AS weight
  FROM found AS f JOIN knowledge_embeddings AS k ON k.id = f.chunk_id
  ORDER BY weight DESC, k.id LIMIT %(limit)s
)
SELECT b.id, doc.uuid, b.title, b.heading_path, b.chunk_text, b.source,
       CASE WHEN b.lexical_score > 0 THEN b.lexical_place END, b.lexical_score, b.dense_place, b.dense_score,
       sparsevec_send(words.lex)
FROM best AS b
JOIN knowledge_lexical AS words ON words.chunk_id = b.id
LEFT JOIN documents AS doc ON doc.id = b.document_id
ORDER BY b.weight DESC, b.id
"""


class Plan(StrEnum):
    """How the dense leg reads the vectors."""

    NONE = "none"
    EXACT = "exact"
    BITS = "bits"
    GRAPH = "graph"


class Reading(StrEnum):
    """How the lexical leg reads the words."""

    ALL_TERMS = "all terms"
    STEMS_FIRST = "stems first"


def choose_plan(*, count: int, limit: int) -> Plan:
    """Choose by the size of the knowledge, not by the planner's luck; a graph may not be built yet."""
    if count <= EXACT_UP_TO or count <= EXACT_SHARE * limit:
        return Plan.EXACT
    return Plan.BITS if count <= BITS_UP_TO else Plan.GRAPH


def choose_reading(*, count: int) -> Reading:
    """Look through many passages by their stems first: an eighth of what their trigrams weigh."""
    return Reading.STEMS_FIRST if count > STEMS_FROM else Reading.ALL_TERMS


def shortlist(*, count: int, limit: int) -> int:
    """Return how many passages found by their stems are compared by all their terms."""
    return max(min(max(count // SHORTLIST_SHARE, RERANK_AT_LEAST), RERANK_LARGE), RERANK_PER_ROW * limit)


def rerank_depth(*, count: int, limit: int) -> int:
    """Return how many rows found by their bits are compared exactly."""
    if count > RERANK_LARGE_FROM:
        return max(RERANK_LARGE, RERANK_PER_ROW * limit)
    return max(RERANK_AT_LEAST, RERANK_PER_ROW * limit)


def graph_index(*, assistant: int, model: str, dims: int) -> str:
    """Return the name of the graph over one assistant's vectors of one model."""
    digest = blake2b(model.encode(), digest_size=4).hexdigest()
    return f"{GRAPH_PREFIX}{assistant}_{dims}_{digest}"


def graph_predicate(*, assistant: int, model: str, dims: int) -> str:
    """Return what the rows of that graph have in common, as SQL of literals."""
    return (
        f"assistant_id = {int(assistant)} AND embedding_model = {quote(model)} AND dims = {int(dims)} "
        "AND is_current AND is_enabled"
    )


@lru_cache(maxsize=64)
def search_statement(
    plan: Plan, reading: Reading = Reading.ALL_TERMS, *, dims: int = 0, assistant: int = 0, model: str = ""
) -> str:
    """Return the one statement that ranks, fuses and reads the passages.

    Args:
        plan: How to read the vectors.
        reading: How to read the words.
        dims: Of the vectors, where their bits or a graph are read.
        assistant: Whose graph it is.
        model: Of which model the graph is.
    """
    words = _STEMS_BRANCH if reading is Reading.STEMS_FIRST else _ALL_TERMS_BRANCH
    lexical = _LEXICAL.format(own=words.format(scope=_OWN), shared=words.format(scope=_SHARED))
    if plan is Plan.NONE:
        return f"WITH {lexical}{_ALONE}{_PASSAGES}"
    branch = _EXACT_BRANCH if plan is Plan.EXACT else _BITS_BRANCH
    own = branch.format(scope=_OWN if plan is Plan.EXACT else "assistant_id = %(assistant)s", dims=int(dims))
    if plan is Plan.GRAPH:
        collection = graph_predicate(assistant=assistant, model=model, dims=dims).replace("%", "%%")
        own = _GRAPH_BRANCH.format(collection=collection, dims=int(dims), breadth=GRAPH_BREADTH)
    shared = branch.format(scope=_SHARED, dims=int(dims))
    return f"WITH {lexical}{_DENSE.format(own=own, shared=shared)}{_FUSED}{_PASSAGES}"
