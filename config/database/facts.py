"""What a database holds, counted: the same questions before a backup and after a restore."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

_TABLES: Final = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
# The newest migration of each application, in the order they were applied.
_HEADS: Final = "SELECT DISTINCT ON (app) app, name FROM django_migrations ORDER BY app, id DESC"
_LEDGER: Final = """
SELECT count(*) FROM balances AS b
FULL JOIN (SELECT tenant_id, sum(amount) AS total FROM balance_transactions GROUP BY tenant_id) AS t USING (tenant_id)
WHERE coalesce(b.balance, 0) <> coalesce(t.total, 0)
"""
_MONEY: Final = "SELECT coalesce(sum(balance), 0)::text FROM balances"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Row counts, migrations and money of one database at one moment."""

    rows: Mapping[str, int]
    migrations: Mapping[str, str]
    unbalanced: int  # balances that are not the sum of their ledger
    money: str

    def differences(self, other: "Facts") -> list[str]:
        """Return in words where ``other`` is not the same."""
        found = []
        for table in sorted({*self.rows, *other.rows}):
            ours, theirs = self.rows.get(table), other.rows.get(table)
            if ours != theirs:
                found.append(f"{table}: {ours} rows in the backup, {theirs} restored")
        if self.migrations != other.migrations:
            found.append("the migrations differ")
        if self.money != other.money:
            found.append(f"balances add up to {self.money} in the backup, to {other.money} restored")
        if other.unbalanced > self.unbalanced:
            found.append(f"{other.unbalanced} balances are not the sum of their ledger")
        return found


def gather(opened: "psycopg.Connection[Any]") -> Facts:
    """Count everything through one connection."""
    tables = [row[0] for row in opened.execute(_TABLES)]
    count = SQL("SELECT count(*) FROM {}")
    rows = {table: _one(opened.execute(count.format(Identifier(table)))) for table in tables}
    heads: dict[str, str] = dict(opened.execute(_HEADS).fetchall()) if "django_migrations" in rows else {}
    has_ledger = {"balances", "balance_transactions"} <= set(tables)
    return Facts(
        rows=rows,
        migrations=heads,
        unbalanced=_one(opened.execute(_LEDGER)) if has_ledger else 0,
        money=_one(opened.execute(_MONEY)) if has_ledger else "0",
    )


def _one(cursor: "psycopg.Cursor[Any]") -> Any:
    row = cursor.fetchone()
    return row[0] if row else None
