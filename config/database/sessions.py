"""Connections of our own, beside Django's, and PostgreSQL's client programs."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import connection

from config.runtime.postgres import bundled_binaries

UNDERSTOOD: Final = ("dbname", "host", "port", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey")
VARIABLES: Final[Mapping[str, str]] = {
    "dbname": "PGDATABASE",
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
MAINTENANCE: Final = "postgres"  # the database from which others are created, renamed and dropped


class OperationFailed(Exception):
    """An operation on the database did not succeed; the message says why."""


def parameters(database: str | None = None) -> dict[str, Any]:
    """Return how Django connects, for another database of the same server if one is named."""
    known = connection.get_connection_params()
    found = {name: known[name] for name in UNDERSTOOD if known.get(name)}
    return {**found, "dbname": database or found["dbname"]}


@contextmanager
def session(database: str | None = None) -> Iterator["psycopg.Connection[Any]"]:
    """Open a connection in which every statement commits and nothing times out."""
    with psycopg.connect(**parameters(database), autocommit=True, application_name="otklik-operations") as opened:
        yield opened


def server_major() -> int:
    """Return the server's major version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def program(name: str) -> Path:
    """Return a client program that is not older than the server.

    Raises:
        OperationFailed: none is at hand.
    """
    major = server_major()
    for candidate in _candidates(name, major):
        if candidate.is_file() and _major(candidate) >= major:
            return candidate
    raise OperationFailed(f"{name} of PostgreSQL {major} or newer is not installed.")


def run(name: str, *arguments: str, database: str | None = None) -> str:
    """Run a client program; the password travels in its environment, where others cannot read it.

    Raises:
        OperationFailed: it failed.
    """
    chosen = parameters(database)
    variables = {VARIABLES[key]: str(value) for key, value in chosen.items()}
    done = subprocess.run(  # noqa: S603 -- our own programs
        [program(name), *arguments], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OperationFailed(f"{name} failed: {' '.join(done.stderr.split())[-500:]}")
    return done.stdout


def _candidates(name: str, major: int) -> Iterator[Path]:
    if bundled := bundled_binaries():
        yield bundled / name
    yield Path(f"/usr/lib/postgresql/{major}/bin/{name}")
    if found := shutil.which(name):
        yield Path(found)


def _major(candidate: Path) -> int:
    words = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 -- our own list
    found = re.search(r"(\d+)(\.\d+)?", words.stdout)
    return int(found[1]) if found else 0
