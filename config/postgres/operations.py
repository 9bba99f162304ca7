"""Migration operations for what the database guards itself.

Every operation is reversible and takes only names, so migrations stay free of
application imports.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.migrations.operations import RunSQL

# A concurrent build waits for others; interrupted by a time-out it would leave an invalid index.
UNHURRIED = ("SET lock_timeout = 0", "SET statement_timeout = 0")
HURRIED = ("RESET lock_timeout", "RESET statement_timeout")
TOUCH_FUNCTION = """
CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at = clock_timestamp();
  RETURN NEW;
END $$
"""


def touch_updated_at(*tables: str) -> RunSQL:
    """Keep ``updated_at`` true on each of ``tables``, whoever writes the row."""
    up: list[Any] = [TOUCH_FUNCTION]
    down: list[Any] = []
    for table in tables:
        up.append(
            f"CREATE TRIGGER tg_{table}_updated_at BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION touch_updated_at()"
        )
        down.append(f"DROP TRIGGER IF EXISTS tg_{table}_updated_at ON {table}")
    return RunSQL(up, down)


def same_tenant(table: str, column: str, parent: str) -> RunSQL:
    """Refuse a row of ``table`` whose ``column`` points into another tenant.

    Args:
        table: The referring table; it has ``tenant_id``.
        column: Its foreign key column.
        parent: The referred table; it has ``uq_<parent>_tenant_id_id``
            (see ``tenant_key``).
    """
    name = f"fk_{table}_tenant_{column}"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {column}) "
        f"REFERENCES {parent} (tenant_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
    )


def tenant_key(*tables: str) -> RunSQL:
    """Give each of ``tables`` the key ``(tenant_id, id)`` that ``same_tenant`` needs."""
    return RunSQL(
        [f"ALTER TABLE {t} ADD CONSTRAINT uq_{t}_tenant_id_id UNIQUE (tenant_id, id)" for t in tables],
        [f"ALTER TABLE {t} DROP CONSTRAINT IF EXISTS uq_{t}_tenant_id_id CASCADE" for t in tables],
    )


def append_only(table: str, *, reason: str) -> list[RunSQL]:
    """Refuse UPDATE, DELETE and TRUNCATE of ``table``.

    A session that erases a whole tenant on purpose says so with
    ``SET LOCAL otklik.erase = 'on'``; nothing else gets through.
    """
    function = f"refuse_change_{table}"
    body = f"""
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF current_setting('otklik.erase', true) = 'on' AND TG_OP <> 'UPDATE' THEN
        RETURN OLD;
      END IF;
      RAISE EXCEPTION '{reason}' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """
    row = (
        f"CREATE TRIGGER tg_{table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    statement = (
        f"CREATE TRIGGER tg_{table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
    return [
        RunSQL(body, f"DROP FUNCTION IF EXISTS {function}() CASCADE"),
        RunSQL(row, f"DROP TRIGGER IF EXISTS tg_{table}_append_only ON {table}"),
        RunSQL(statement, f"DROP TRIGGER IF EXISTS tg_{table}_no_truncate ON {table}"),
    ]


class PerformanceIndex(RunSQL):
    """An index of performance: built CONCURRENTLY and kept out of the model state."""

    def __init__(self, name: str, definition: str) -> None:
        """Remember what to build.

        Args:
            name: Of the index.
            definition: ``table (columns) WHERE …``, after ``UNIQUE`` if it is.
        """
        self.name, self.definition = name, definition
        unique = "UNIQUE " if definition.startswith("UNIQUE ") else ""
        self.create = f"CREATE {unique}INDEX CONCURRENTLY IF NOT EXISTS {name} ON {definition.removeprefix('UNIQUE ')}"
        self.drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
        super().__init__([*UNHURRIED, self.create, *HURRIED], [*UNHURRIED, self.drop, *HURRIED])

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Build the index; what an interrupted attempt left invalid goes first."""
        if not schema_editor.collect_sql and _is_invalid(schema_editor.connection, self.name):
            schema_editor.execute(self.drop)
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def performance_indexes(indexes: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[RunSQL]:
    """Build performance indexes CONCURRENTLY, outside the model state.

    Use it alone in a migration with ``atomic = False``.

    Args:
        indexes: ``{name: "table (columns) WHERE …"}``; a value may start with
            ``UNIQUE`` to make the index unique.
    """
    return [PerformanceIndex(name, definition) for name, definition in dict(indexes).items()]


def _is_invalid(connection: Any, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        return bool((cursor.fetchone() or (False,))[0])
