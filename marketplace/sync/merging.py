"""COPY into a temporary table, then one UPDATE of what differs and one INSERT of what is new.

Rows that are unchanged are only read: no WAL, no dead rows, no triggers. Only one worker holds a
store's sync, so UPDATE and INSERT need no ``ON CONFLICT DO UPDATE``, which would lock every row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

from marketplace.models import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How rows of one kind are merged.

    Attributes:
        model: Whose rows they are; a new one has the model's defaults in the columns not named here.
        key: The column that tells them apart within a store.
        columns: What is copied, with the type of each; the key first.
        compared: Which columns make a difference.
        updates: ``SET`` expressions by column where it is not simply the new value; ``t`` is ours, ``n`` the new row.
        inserts: Further columns of a new row, as expressions over ``n``.
        joins: What a new row needs besides ``n``.
        revives: A condition on ``t`` that makes even an equal row change.
    """

    model: type[models.Model]
    key: str
    columns: dict[str, str]
    compared: Sequence[str]
    updates: dict[str, str]
    inserts: dict[str, str]
    joins: str = ""
    revives: str = "false"

    @property
    def table(self) -> str:
        """Return where the rows go."""
        return self.model._meta.db_table

    def defaults(self) -> dict[str, Any]:
        """Return what a new row has in columns that may not be empty and are not named here."""
        given = {*self.columns, *self.inserts, *SET_HERE}
        fields = [field for field in self.model._meta.concrete_fields if field.column not in given]
        plain = [f for f in fields if not (f.null or f.generated or f.primary_key or f.has_db_default())]
        return {
            str(field.column): Jsonb(field.get_default())
            if isinstance(field, models.JSONField)
            else field.get_default()
            for field in plain
        }


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a page: the keys of new rows, and how many changed."""

    inserted: list[int]
    updated: int


PRODUCTS_LOCK: Final = 7_140_002
SET_HERE: Final = ("uuid", "tenant_id", "store_id")
HAS_UUID7: Final = 180_000  # the server's version


def new_uuid() -> str:
    """Return the expression for a row's public id: ordered by time where the server can."""
    return "uuidv7()" if int(getattr(connection, "pg_version", 0)) >= HAS_UUID7 else "gen_random_uuid()"


def merge(store: Store, target: Target, rows: Iterable[Sequence[Any]]) -> Merged:
    """Merge rows, each in the order of ``target.columns``; call it inside a transaction."""
    incoming = sql.Identifier(f"incoming_{target.table}")
    names = {
        "incoming": incoming,
        "table": sql.Identifier(target.table),
        "key": sql.Identifier(target.key),
        "store": sql.Literal(store.pk),
        "tenant": sql.Literal(store.tenant_id),
    }
    with connection.cursor() as cursor:
        _load(cursor, incoming, target, rows)
        updated = 0
        if target.compared:
            cursor.execute(sql.SQL(_update(target)).format(**names))
            updated = cursor.rowcount
        cursor.execute(_insert(target, names))
        inserted = [key for (key,) in cursor.fetchall()]
        cursor.execute(sql.SQL("DROP TABLE {incoming}").format(incoming=incoming))
    return Merged(inserted, updated)


def _load(cursor: Any, incoming: sql.Identifier, target: Target, rows: Iterable[Sequence[Any]]) -> None:
    columns = sql.SQL(", ".join(f"{name} {kind}" for name, kind in target.columns.items()))
    cursor.execute(sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(incoming, columns))
    kinds = list(target.columns.values())
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(incoming)) as copy:
        for row in rows:
            copy.write_row(
                [
                    Jsonb(value) if kind == "jsonb" and value is not None else value
                    for kind, value in zip(kinds, row, strict=True)
                ]
            )
    cursor.execute(sql.SQL("ANALYZE {}").format(incoming))


def _update(target: Target) -> str:
    changed = [*target.compared]
    setters = [f"{name} = {target.updates.get(name, f'n.{name}')}" for name in [*changed, *target.updates]]
    ours, theirs = (", ".join(f"{side}.{name}" for name in changed) for side in ("t", "n"))
    return (
        f"UPDATE {{table}} t SET {', '.join(dict.fromkeys(setters))} FROM {{incoming}} n "  # noqa: S608 -- our own names
        f"WHERE t.store_id = {{store}} AND t.tenant_id = {{tenant}} AND t.{{key}} = n.{{key}} "
        f"AND (({ours}) IS DISTINCT FROM ({theirs}) OR {target.revives})"
    )


def _insert(target: Target, names: dict[str, sql.Composable]) -> sql.Composed:
    fields = {name: f"n.{name}" for name in target.columns if not name.startswith("_")}
    fields |= target.inserts
    if any(field.column == "uuid" for field in target.model._meta.concrete_fields):
        fields["uuid"] = new_uuid()
    values = [sql.SQL(value).format(**names) for value in fields.values()]
    defaults = target.defaults()
    statement = (
        "INSERT INTO {table} (tenant_id, store_id, {columns}) SELECT {tenant}, {store}, {values} "  # noqa: S608 -- our own names
        f"FROM {{incoming}} n {target.joins} "
        "WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.store_id = {store} AND t.tenant_id = {tenant} "
        "AND t.{key} = n.{key}) ON CONFLICT DO NOTHING RETURNING id"
    )
    columns = [sql.Identifier(name) for name in (*fields, *defaults)]
    return sql.SQL(statement).format(
        columns=sql.SQL(", ").join(columns),
        values=sql.SQL(", ").join([*values, *map(sql.Literal, defaults.values())]),
        **names,
    )


def hold_products(store: Store) -> None:
    """Be the only sync that writes a store's products, until the transaction ends.

    Reviews, cards and prices touch the same products in different orders: without this they could deadlock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PRODUCTS_LOCK, store.pk % 2**31])


def execute(statement: str, *parameters: Any) -> int:
    """Run one statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
