"""Indexes: which ones the migrations promise, which ones are there, and how to build them anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg.sql import SQL, Identifier

from config.database.sessions import OperationFailed, session
from config.postgres.operations import PerformanceIndex

WORTH_A_LOOK: Final = 1024 * 1024  # bytes; a smaller index is not worth a word
ABANDONED: Final = ("_ccnew", "_ccold")  # what an interrupted REINDEX CONCURRENTLY leaves
ONE_BUILDER: Final = 7_104_001  # advisory lock: one rebuild at a time

_PRESENT: Final = """
SELECT i.relname, t.relname, x.indisvalid, x.indisunique, x.indisprimary, pg_relation_size(i.oid),
       coalesce(s.idx_scan, 0), pg_get_indexdef(i.oid),
       EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.oid)
FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN pg_class AS t ON t.oid = x.indrelid
LEFT JOIN pg_stat_user_indexes AS s ON s.indexrelid = i.oid
WHERE i.relnamespace = 'public'::regnamespace
ORDER BY i.relname
"""
# Two indexes are the same when they hold the same columns, in the same order, of the same rows.
_DUPLICATES: Final = """
SELECT array_agg(x.indexrelid::regclass::text ORDER BY x.indisprimary DESC, x.indisunique DESC, x.indexrelid)
FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE i.relnamespace = 'public'::regnamespace
GROUP BY x.indrelid, i.relam, x.indkey::text, x.indclass::text, x.indcollation::text, x.indoption::text,
         pg_get_expr(x.indexprs, x.indrelid), pg_get_expr(x.indpred, x.indrelid)
HAVING count(*) > 1
ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index as the server knows it."""

    name: str
    table: str
    is_valid: bool
    is_unique: bool
    is_primary: bool
    size: int
    scans: int
    definition: str
    is_constraint: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Promise and reality side by side."""

    expected: Sequence[str]
    missing: Sequence[str]
    invalid: Sequence[Index]
    unused: Sequence[Index]
    duplicates: Sequence[Sequence[str]]
    present: Sequence[Index]

    @property
    def is_sound(self) -> bool:
        """Say whether every promised index serves."""
        return not self.missing and not self.invalid


def promised() -> dict[str, PerformanceIndex]:
    """Return the performance indexes of all migrations, by name."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    operations = (operation for node in _in_order(graph) for operation in graph.nodes[node].operations)
    return {operation.name: operation for operation in operations if isinstance(operation, PerformanceIndex)}


def _in_order(graph: Any) -> Iterable[tuple[str, str]]:
    seen: dict[tuple[str, str], None] = {}
    for leaf in graph.leaf_nodes():
        seen.update(dict.fromkeys(graph.forwards_plan(leaf)))
    return seen


def of_models() -> set[str]:
    """Return the names of the indexes that models declare."""
    return {index.name for model in apps.get_models() if model._meta.managed for index in model._meta.indexes}


def present() -> list[Index]:
    """Return every index of the application's schema."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT)
        names = ("name", "table", "is_valid", "is_unique", "is_primary", "size", "scans", "definition", "is_constraint")
        return [Index(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def take_stock() -> Inventory:
    """Compare what the migrations promise with what is there."""
    found = present()
    names = {index.name for index in found}
    expected = sorted({*promised(), *of_models()})
    with connection.cursor() as cursor:
        cursor.execute(_DUPLICATES)
        duplicates = [row[0] for row in cursor.fetchall()]
    return Inventory(
        expected=expected,
        missing=[name for name in expected if name not in names],
        invalid=[index for index in found if not index.is_valid],
        unused=[i for i in found if not i.scans and not i.is_unique and i.is_valid and i.size > WORTH_A_LOOK],
        duplicates=duplicates,
        present=found,
    )


def rebuild(name: str) -> str:
    """Build one index anew without stopping writers; return what was done.

    A valid index serves until its successor is ready; an invalid one is
    replaced; a promised one that is missing is made.

    Raises:
        OperationFailed: nobody knows the index, or another rebuild is running.
    """
    index = next((found for found in present() if found.name == name), None)
    promise = promised().get(name)
    if index is None and promise is None:
        raise OperationFailed(f"There is no index {name}, and no migration promises one.")
    with session() as opened:
        if not opened.execute("SELECT pg_try_advisory_lock(%s)", [ONE_BUILDER]).fetchone()[0]:  # type: ignore[index]  # one row
            raise OperationFailed("Another index is being built; try again when it is ready.")
        drop = SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(Identifier(name))
        if index and not index.is_valid and name.rstrip("0123456789").endswith(ABANDONED):
            opened.execute(drop)
            return "dropped"
        if promise and (index is None or not index.is_valid):
            opened.execute(drop)
            opened.execute(promise.create.encode())
            return "built"
        opened.execute(SQL("REINDEX INDEX CONCURRENTLY {}").format(Identifier(name)))
        return "rebuilt"
