"""A migrated database from which test databases are copied: migrating takes much longer than copying."""

from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg.sql import SQL, Identifier

from config.database.sessions import MAINTENANCE, session
from config.runtime.preparation import fingerprints

ONE_MAKER = 7_104_002  # advisory lock: pytest-xdist's workers come all at once


def use() -> None:
    """Make the template unless it is there, and name it in the settings of the test database."""
    prefix = f"template_{_base()}_"
    name = f"{prefix}{fingerprints()['migrations'][-12:]}"
    with session(MAINTENANCE) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [ONE_MAKER])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _drop_others(server, prefix)
            growing = f"{prefix}growing"
            server.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(growing)))
            with _connected_to(growing):
                call_command("migrate", interactive=False, verbosity=0)
            server.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(growing), Identifier(name)))
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def _base() -> str:
    return str(connection.settings_dict["NAME"]).removeprefix("test_")[:30]


def _drop_others(server: psycopg.Connection, prefix: str) -> None:
    found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]).fetchall()
    for (name,) in found:
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@contextmanager
def _connected_to(database: str):
    """Let Django use another database for a while."""
    ours = connection.settings_dict["NAME"]
    _disconnect()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        _disconnect()
        connection.settings_dict["NAME"] = ours


def _disconnect() -> None:
    connection.close()
    connection.close_pool()
