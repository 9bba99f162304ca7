"""Name primary keys, foreign keys, uniques and indexes by table and columns.

Django lets a model name only ``Index``, ``UniqueConstraint`` and
``CheckConstraint``; the rest get their names here. Renaming is safe because
Django finds constraints by introspection when it alters or drops them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db.backends.postgresql import schema
from django.db.backends.utils import names_digest, split_identifier
from django.db.models import Field, Model

MAX_LENGTH: Final = 63
PREFIXES: Final = (("_fk", "fk"), ("_uniq", "uq"), ("_pk", "pk"), ("_check", "ck"))


def constraint_name(table: str, columns: Sequence[str], suffix: str = "") -> str:
    """Return ``<prefix>_<table>_<columns>``, shortened by a digest when too long."""
    _, table = split_identifier(table)
    prefix = next((p for s, p in PREFIXES if suffix.startswith(s)), "ix")
    parts = [prefix, table] if prefix == "pk" else [prefix, table, *columns]
    if suffix == "_like":
        parts.append("like")
    name = "_".join(parts)
    if len(name) <= MAX_LENGTH:
        return name
    digest = names_digest(table, *columns, suffix, length=8)
    return f"{name[: MAX_LENGTH - 9]}_{digest}"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's schema editor with our names."""

    def _create_index_name(self, table_name: str, column_names: Sequence[str], suffix: str = "") -> str:
        return constraint_name(table_name, column_names, suffix)

    def _iter_column_sql(
        self, column_db_type: Any, params: Any, model: type[Model], field: "Field[Any, Any]", *args: Any
    ) -> Iterator[str]:
        table, column = model._meta.db_table, str(field.column)
        names = {
            "PRIMARY KEY": constraint_name(table, [column], "_pk"),
            "UNIQUE": constraint_name(table, [column], "_uniq"),
        }
        for part in super()._iter_column_sql(column_db_type, params, model, field, *args):  # type: ignore[misc]  # private to Django
            yield f"CONSTRAINT {self.quote_name(names[part])} {part}" if part in names else part
