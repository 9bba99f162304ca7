"""Django's PostgreSQL backend with names chosen for every constraint."""

from typing import Any

from django.db.backends.postgresql import base, operations

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
