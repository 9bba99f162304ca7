"""Django's PostgreSQL backend with names chosen for every constraint."""

import select
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg import Connection

from config.postgres.schema import DatabaseSchemaEditor


class DatabaseOperations(operations.DatabaseOperations):
    """PostgreSQL operations; ``flush`` says that it erases on purpose."""

    def sql_flush(self, *args: Any, **kwargs: Any) -> list[str]:
        """Return the statements that empty every table, append-only ones too."""
        statements = super().sql_flush(*args, **kwargs)
        return ["SET LOCAL otklik.erase = 'on'", *statements] if statements else statements


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Django knows it, with ``pk_ uq_ fk_ ck_ ix_`` names."""

    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: Any) -> Any:
        """Return a connection that the server has not hung up; the pool replaces those it has.

        The pool's own check asks the server at every borrowing, and a message
        of a chat borrows several times. A server that ends a connection says
        so on the socket, where nothing else arrives while it is idle.
        """
        while True:
            connection = super().get_new_connection(conn_params)
            if not self.pool or not _has_word(connection):
                return connection
            try:
                connection.execute("")
            except self.Database.OperationalError:
                self.pool.putconn(connection)
            else:
                return connection


def _has_word(connection: "Connection[Any]") -> bool:
    """Say whether something arrived on the socket of an idle connection."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
