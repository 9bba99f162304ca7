"""A cursor on Django's own connection that speaks binary vectors.

The ORM writes a vector as text and reads it back as text, which costs six
times the query; here it travels as bytes and the statement is prepared.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from pgvector import SparseVector, Vector
from pgvector.psycopg.sparsevec import SparseVectorBinaryDumper, SparseVectorBinaryLoader
from pgvector.psycopg.vector import VectorBinaryDumper
from psycopg import Connection, Cursor
from psycopg.adapt import Dumper
from psycopg.types import TypeInfo

_Kind = tuple[TypeInfo, type[Dumper]]
# Per connection: the numbers differ between databases, and change when the extension is made anew.
_known: Final["WeakKeyDictionary[Connection[Any], tuple[_Kind, _Kind]]"] = WeakKeyDictionary()


class BinaryCursor:
    """Runs statements with binary parameters and results, prepared once per connection."""

    def __init__(self, cursor: "Cursor[Any]") -> None:
        self.cursor = cursor

    def rows(self, statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run a reading statement that is worth preparing, and return its rows."""
        prepare = settings.DATABASE_PREPARED_STATEMENTS
        return self.cursor.execute(statement, parameters, prepare=prepare, binary=True).fetchall()

    def copy_rows(self, target: str, types: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
        """Load ``rows`` by COPY; ``target`` is the table with its columns."""
        with self.cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


@contextmanager
def binary_cursor() -> Iterator[BinaryCursor]:
    """Open a cursor on this thread's connection, inside its transaction if there is one."""
    connection.ensure_connection()
    raw: Connection[Any] = connection.connection
    if settings.DATABASE_PREPARED_STATEMENTS and raw.prepare_threshold is None:
        raw.prepare_threshold = sys.maxsize  # only what asks to be prepared; Django's own cursors never do
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        _register(cursor, raw)
        yield BinaryCursor(cursor)


def _register(cursor: "Cursor[Any]", raw: "Connection[Any]") -> None:
    """Teach this cursor the vector types; the connection, which the ORM uses too, stays as it is."""
    kinds = _kinds(raw)
    for info, _ in kinds:
        cursor.adapters.types.add(info)
    (_, vector), (sparse_info, sparse) = kinds
    cursor.adapters.register_dumper(Vector, vector)
    cursor.adapters.register_dumper(SparseVector, sparse)
    cursor.adapters.register_loader(sparse_info.oid, SparseVectorBinaryLoader)


def _kinds(raw: "Connection[Any]") -> "tuple[_Kind, _Kind]":
    """Return the vector types with their dumpers."""
    if raw not in _known:
        vector, sparse = TypeInfo.fetch(raw, "vector"), TypeInfo.fetch(raw, "sparsevec")
        if vector is None or sparse is None:
            raise RuntimeError("The extension pgvector is missing in this database.")
        _known[raw] = (
            (vector, type("VectorDumper", (VectorBinaryDumper,), {"oid": vector.oid})),
            (sparse, type("SparseVectorDumper", (SparseVectorBinaryDumper,), {"oid": sparse.oid})),
        )
    return _known[raw]
