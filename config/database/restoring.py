"""Restoring: always into a new database, proved there, and only then switched to."""

import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from django.conf import settings
from psycopg.sql import SQL, Identifier

from config.database.backups import Backup, place
from config.database.facts import gather
from config.database.sessions import MAINTENANCE, OperationFailed, parameters, run, session

DRILLS: Final = "drills.json"
KEPT_DRILLS: Final = 50
LONGEST_NAME: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One rehearsal of a restore."""

    at: datetime
    backup: str
    seconds: float
    problems: Sequence[str]

    @property
    def is_passed(self) -> bool:
        """Say whether the backup proved good."""
        return not self.problems


def restore(backup: Backup, *, at: datetime) -> str:
    """Restore into a new database beside the live one and return its name.

    Raises:
        OperationFailed: the backup is damaged, or what came out is not what
            went in; then nothing stays.
    """
    name = new_name("restored", at=at)
    problems = _load(backup, name)
    if problems:
        drop_database(name)
        raise OperationFailed(f"The backup {backup.name} did not restore as it was: {'; '.join(problems)}.")
    return name


def drill(backup: Backup, *, at: datetime) -> Drill:
    """Rehearse: restore into a scratch database, compare, drop it, and write down how it went."""
    started = time.monotonic()
    name = new_name("drill", at=at)
    try:
        problems: Sequence[str] = _load(backup, name)
    except OperationFailed as error:
        problems = [str(error)]
    finally:
        drop_database(name)
    done = Drill(at=at, backup=backup.name, seconds=round(time.monotonic() - started, 2), problems=problems)
    _remember(done)
    return done


def drills() -> list[Drill]:
    """Return past rehearsals, newest first."""
    try:
        known = json.loads((place() / DRILLS).read_text(encoding="utf-8"))
        return [Drill(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in known]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def connections() -> int:
    """Return how many sessions use the live database, apart from the asking one."""
    with session(MAINTENANCE) as opened:
        row = opened.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'", [_live()]
        ).fetchone()
    return int(row[0]) if row else 0


def switch_to(name: str, *, at: datetime, disconnects: bool = False) -> str:
    """Give the restored database the live one's name; the old one keeps its data under a new name, returned.

    Args:
        name: The restored database.
        at: When; it becomes part of the old database's new name.
        disconnects: End the sessions that use the live database; without
            this, any session is a reason to refuse.

    Raises:
        OperationFailed: the live database is in use.
    """
    live, aside = _live(), new_name("before", at=at)
    in_use = connections()
    if in_use and not disconnects:
        raise OperationFailed(f"The database {live} is in use by {in_use} sessions.")
    with session(MAINTENANCE) as opened, _closed_to_others(opened, live, aside):
        rename = SQL("ALTER DATABASE {} RENAME TO {}")
        with opened.transaction():  # both names change, or none
            opened.execute(rename.format(Identifier(live), Identifier(aside)))
            opened.execute(rename.format(Identifier(name), Identifier(live)))
    with suppress(FileNotFoundError):
        (Path(settings.DATA_ROOT) / "prepared.json").unlink()  # the next start looks at the migrations again
    return aside


@contextmanager
def _closed_to_others(opened: "psycopg.Connection[Any]", live: str, aside: str) -> Iterator[None]:
    """Let nobody into ``live`` and send away who is there; open whatever it is called afterwards."""
    allow = SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    opened.execute(allow.format(Identifier(live), SQL("false")))
    try:
        opened.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = %s AND backend_type = 'client backend'",
            [live],
        )
        yield
    finally:
        row = opened.execute("SELECT datname FROM pg_database WHERE datname = %s", [aside]).fetchone()
        opened.execute(allow.format(Identifier(row[0] if row else live), SQL("true")))


def new_name(purpose: str, *, at: datetime) -> str:
    """Return the name of a database beside the live one."""
    suffix = f"_{purpose}_{at:%Y%m%d_%H%M%S}"
    return f"{_live()[: LONGEST_NAME - len(suffix)]}{suffix}"


def drop_database(name: str) -> None:
    """Drop a database that this module made.

    Raises:
        OperationFailed: it is the live one.
    """
    if name == _live():
        raise OperationFailed(f"{name} is the live database.")
    with session(MAINTENANCE) as opened:
        opened.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _live() -> str:
    return str(parameters()["dbname"])


def _load(backup: Backup, name: str) -> list[str]:
    """Fill a new database from the backup and return what is not as it should be."""
    backup.verify()
    with session(MAINTENANCE) as opened:
        try:
            opened.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        except psycopg.Error as error:
            raise OperationFailed(f"No database could be made for the restore: {error}") from error
    try:
        # The comment on the extension belongs to whoever installed it.
        run(
            "pg_restore",
            *("--exit-on-error", "--no-owner", "--no-privileges", "--no-comments", f"--dbname={name}"),
            str(backup.dump),
            database=name,
        )
        with session(name) as opened:
            opened.execute("ANALYZE")
            return backup.facts.differences(gather(opened))
    except (OperationFailed, psycopg.Error) as error:
        drop_database(name)
        raise OperationFailed(str(error)) from error


def _remember(done: Drill) -> None:
    known = [done, *drills()][:KEPT_DRILLS]
    text = json.dumps([{**asdict(one), "at": one.at.isoformat()} for one in known], indent=1, ensure_ascii=False)
    handle, growing = tempfile.mkstemp(dir=place())
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(growing).replace(place() / DRILLS)
