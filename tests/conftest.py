"""Fixtures that every test may use."""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from channels.layers import channel_layers
from django.apps import apps
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from config.celery import app as celery_app
from config.postgres.base import DatabaseOperations
from tests import template
from tests.running import RunningStack, start_up

BCryptSHA256PasswordHasher.rounds = 4  # the algorithm of production at a cost that hundreds of tests can pay

REFERENCE_MODELS = ("billing.ServicePrice", "accounts.Platform", "assistants.AiModel")

KEPT_TABLES = {"django_content_type", "auth_permission"}  # no test changes them, and every process remembers their keys


def reference_tables():
    """Return the tables whose rows come from data migrations."""
    return [apps.get_model(label)._meta.db_table for label in REFERENCE_MODELS]


def _quick_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    """Empty only the tables that have rows, and put back those of data migrations.

    Truncating ninety tables with all their indexes takes a second.
    """
    if not tables:
        return []
    named = {table: self.quote_name(table) for table in tables if table not in KEPT_TABLES}
    with self.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {q})" for t, q in named.items()))
        filled = [table for (table,) in cursor.fetchall()]
    back = [f"INSERT INTO {table} SELECT * FROM reference.{table}" for table in reference_tables()]
    erase = ["SET LOCAL otklik.erase = 'on'", "SET LOCAL session_replication_role = 'replica'"]
    return [*erase, *(f"DELETE FROM {named[table]}" for table in filled), *back]


DatabaseOperations.sql_flush = _quick_flush

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session")
def running_stack() -> Generator[RunningStack]:
    """The whole system, started by ``manage.py up`` with the demo shop in it.

    Each pytest-xdist worker has its own.
    """
    path = Path(tempfile.mkdtemp(prefix="otklik-up-"))
    path.chmod(0o711)
    running = start_up(path / "data")
    try:
        running.wait_for("Stop: Ctrl-C", seconds=300)
        yield running
    finally:
        running.remove()
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless; a missing one is a failure in CI and a skip elsewhere.

    It lives as long as the module: while Playwright runs, this thread counts as
    inside an event loop, which asynchronous tests could not bear.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        words = "No Chromium on PATH, so browser tests do not run: apt-get install chromium"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh window in Russian, with its own cookies."""
    context = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Copy the test database from a migrated one that stays on the server until a migration changes."""
    with django_db_blocker.unblock():
        template.use()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Keep a copy of the rows that data migrations made, for ``_quick_flush`` to put back."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS reference")
        for table in reference_tables():
            cursor.execute(f"CREATE TABLE IF NOT EXISTS reference.{table} AS TABLE {table}")


@pytest.fixture(autouse=True)
def _own_corner(settings):
    """Give each test its own keys in Redis, nothing remembered in the process, and static files without a manifest.

    A channel layer serves one event loop, and every test has another: what a test left waiting would hold it.
    """
    channel_layers.backends = {}
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex},
        "process": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def eager_tasks():
    """Run Celery tasks where they are sent; combine with ``django_capture_on_commit_callbacks``."""
    celery_app.conf.task_always_eager = celery_app.conf.task_eager_propagates = True
    yield
    celery_app.conf.task_always_eager = celery_app.conf.task_eager_propagates = False


@pytest.fixture
def api():
    """Return an API client of a principal: a person, an API key's text, or nobody."""

    def client_of(principal=None, **headers):
        client = APIClient(headers=headers)
        if isinstance(principal, str):
            client.credentials(HTTP_AUTHORIZATION=f"Api-Key {principal}")
        elif principal is not None:
            client.force_authenticate(principal)
        return client

    return client_of


@pytest.fixture
def browser_of():
    """Return a test client that is logged in as a person."""

    def client_of(user):
        client = Client()
        client.force_login(user)
        return client

    return client_of
