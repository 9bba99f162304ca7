"""Plain SQL, as somebody with a database client would write it."""

from typing import Any

from django.db import connection, transaction


def execute(statement: str, *parameters: Any) -> None:
    """Run one statement in a savepoint; deferred checks run first, so that TRUNCATE need not wait for them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, parameters or None)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return what ``query`` selects."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return cursor.fetchall()
