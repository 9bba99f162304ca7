"""A graph index over the vectors of one large assistant, built and removed by command.

Up to 50,000 chunks the covering btree of sign bits is faster to keep and loses
nothing; above, a partial HNSW over half-precision vectors of that one assistant
serves it. There is never one graph for all: small tenants would lose their rows.
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection
from psycopg.sql import SQL, Identifier, Literal

from config.database.sessions import session
from knowledge.statements import BITS_UP_TO, GRAPH_PREFIX, graph_index, graph_predicate

PREFIX: Final = GRAPH_PREFIX
LARGE: Final = BITS_UP_TO
HALFVEC_LIMIT: Final = 4_000  # dimensions that an HNSW over halfvec can hold

_LARGE: Final = """
SELECT assistant_id, embedding_model, dims, count(*) FROM knowledge_embeddings
WHERE assistant_id IS NOT NULL AND is_current AND is_enabled AND dims <= %s AND embedding_model NOT LIKE 'lexhash%%'
  AND (%s::bigint IS NULL OR assistant_id = %s)
GROUP BY assistant_id, embedding_model, dims HAVING count(*) > %s
ORDER BY count(*) DESC
"""
_BUILD: Final = """
CREATE INDEX CONCURRENTLY {name} ON knowledge_embeddings
USING hnsw ((embedding::halfvec({dims})) halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)
WHERE {predicate}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The vectors of one assistant in one model."""

    assistant: int
    model: str
    dims: int
    count: int

    @property
    def index(self) -> str:
        """Return the name of its graph index."""
        return graph_index(assistant=self.assistant, model=self.model, dims=self.dims)


def large_collections(*, assistant: int | None = None, above: int = LARGE) -> list[Collection]:
    """Return the collections that are worth a graph; word hashes are not, they are compared exactly."""
    with connection.cursor() as cursor:
        cursor.execute(_LARGE, [HALFVEC_LIMIT, assistant, assistant, above])
        names = ("assistant", "model", "dims", "count")
        return [Collection(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def graph_indexes() -> dict[str, bool]:
    """Return the graph indexes that exist, and whether each is valid."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.relname, x.indisvalid FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid "
            "WHERE starts_with(i.relname, %s) ORDER BY 1",
            [PREFIX],
        )
        return dict(cursor.fetchall())


def build(collection: Collection, *, memory: str = "512MB") -> None:
    """Build the collection's graph beside running writers; one that is there or half-made is replaced."""
    drop(collection.index)
    with session() as opened:
        opened.execute(SQL("SET maintenance_work_mem = {}").format(Literal(memory)))
        predicate = graph_predicate(assistant=collection.assistant, model=collection.model, dims=collection.dims)
        build = _BUILD.format(name=collection.index, dims=int(collection.dims), predicate=predicate)
        opened.execute(build.encode())
        opened.execute("ANALYZE knowledge_embeddings")


def drop(name: str) -> None:
    """Remove a graph; search falls back to the sign bits at once."""
    if not name.startswith(PREFIX):
        raise ValueError(name)
    with session() as opened:
        opened.execute(SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(Identifier(name)))
