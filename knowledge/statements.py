"""The SQL of search, put together from its legs.

Every leg reads an assistant's own rows and the tenant's shared ones as two
branches of a UNION ALL: an OR would lose the index-only plan.
"""

from enum import StrEnum
from functools import cache
from typing import Final

EXACT_UP_TO: Final = 1_500
BITS_UP_TO: Final = 50_000
EXACT_SHARE: Final = 10
RERANK_AT_LEAST: Final = 200
RERANK_PER_ROW: Final = 20
RERANK_LARGE_FROM: Final = 20_000
RERANK_LARGE: Final = 400

STATISTICS: Final = """
SELECT term, sum(df)::int FROM (
  SELECT term, df FROM knowledge_terms
  WHERE tenant_id = %(tenant)s AND assistant_id = %(assistant)s AND term = ANY(%(terms)s::int[])
  UNION ALL
  SELECT term, df FROM knowledge_terms
  WHERE tenant_id = %(tenant)s AND assistant_id IS NULL AND term = ANY(%(terms)s::int[])
) AS branches GROUP BY term
"""

# Distances are computed once, below the sort: a negation or a subtraction beside ORDER BY would compute them twice.
_LEXICAL: Final = """
lexical AS (
  SELECT chunk_id, -distance AS score, rank() OVER (ORDER BY distance) AS place FROM (
    (SELECT chunk_id, lex <#> %(words)s AS distance FROM knowledge_lexical
     WHERE tenant_id = %(tenant)s AND assistant_id = %(assistant)s
     ORDER BY distance, chunk_id LIMIT %(depth)s)
    UNION ALL
    (SELECT chunk_id, lex <#> %(words)s AS distance FROM knowledge_lexical
     WHERE tenant_id = %(tenant)s AND assistant_id IS NULL
     ORDER BY distance, chunk_id LIMIT %(depth)s)
  ) AS branches ORDER BY distance, chunk_id LIMIT %(depth)s
)"""

_LIVE: Final = "embedding_model = %(model)s AND dims = %(dims)s AND is_current AND is_enabled"

_EXACT_BRANCH: Final = f"""
    (SELECT id AS chunk_id, embedding <=> %(vector)s AS distance FROM knowledge_embeddings
     WHERE tenant_id = %(tenant)s AND {{scope}} AND {_LIVE}
     ORDER BY distance LIMIT %(depth)s)"""  # noqa: S608 -- our own constants

# The question's bits come from a sub-select: a prepared plan would else quantize the question anew for every row.
_BITS_BRANCH: Final = f"""
    (SELECT near.id AS chunk_id, k.embedding <=> %(vector)s AS distance
     FROM (
       SELECT id FROM knowledge_embeddings WHERE {{scope}} AND {_LIVE}
       ORDER BY bits::bit({{dims}}) <~> (SELECT binary_quantize(%(vector)s)::bit({{dims}})) LIMIT %(rerank)s
     ) AS near JOIN knowledge_embeddings AS k ON k.id = near.id
     ORDER BY distance LIMIT %(depth)s)"""  # noqa: S608 -- our own constants

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

# Importance, pins and freshness move a passage past close rivals, never past clearly better ones.
_PASSAGES: Final = """
SELECT k.id, doc.uuid, k.title, k.heading_path, k.chunk_text, k.source,
       CASE WHEN f.lexical_score > 0 THEN f.lexical_place END, f.lexical_score, f.dense_place, f.dense_score, words.lex
FROM found AS f
JOIN knowledge_embeddings AS k ON k.id = f.chunk_id
JOIN knowledge_lexical AS words ON words.chunk_id = f.chunk_id
LEFT JOIN documents AS doc ON doc.id = k.document_id
ORDER BY f.merit * (
  1 + %(nudge)s::float8 * (k.importance - 5 + 4 * k.is_pinned::int
  + 2 * exp(-greatest(extract(epoch FROM %(at)s::timestamptz - k.created_at), 0)::float8 / 31536000))
) DESC, k.id
LIMIT %(limit)s
"""


class Plan(StrEnum):
    """How the dense leg reads the vectors."""

    NONE = "none"
    EXACT = "exact"
    BITS = "bits"


def choose_plan(*, count: int, limit: int) -> Plan:
    """Choose by the size of the knowledge, not by the planner's luck."""
    if count <= EXACT_UP_TO or count <= EXACT_SHARE * limit:
        return Plan.EXACT
    return Plan.BITS


def rerank_depth(*, count: int, limit: int) -> int:
    """Return how many rows found by their bits are compared exactly."""
    if count > RERANK_LARGE_FROM:
        return max(RERANK_LARGE, RERANK_PER_ROW * limit)
    return max(RERANK_AT_LEAST, RERANK_PER_ROW * limit)


@cache
def search_statement(plan: Plan, dims: int = 0) -> str:
    """Return the one statement that ranks, fuses and reads the passages."""
    if plan is Plan.NONE:
        return f"WITH {_LEXICAL}{_ALONE}{_PASSAGES}"
    branch = _EXACT_BRANCH if plan is Plan.EXACT else _BITS_BRANCH
    own = branch.format(scope="assistant_id = %(assistant)s", dims=int(dims))
    shared = branch.format(scope="tenant_id = %(tenant)s AND assistant_id IS NULL", dims=int(dims))
    return f"WITH {_LEXICAL}{_DENSE.format(own=own, shared=shared)}{_FUSED}{_PASSAGES}"
