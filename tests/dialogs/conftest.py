"""An assistant with customers, and workers that are either asleep or at hand."""

import threading
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from assistants.models import Assistant
from billing import services as billing
from dialogs.enums import Channel
from dialogs.services.receiving import Author, open_dialog
from tests.assistants.conftest import _model_server_process, _no_models, embedded, model_server  # noqa: F401 -- fixtures
from tests.factories.accounts import TenantFactory
from tests.factories.knowledge import learned

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def tenant(db):
    return TenantFactory()


@pytest.fixture
def assistant(tenant):
    return Assistant.objects.create(
        tenant=tenant, name="Стеша", greeting="Здравствуйте!", system_prompt="Будь вежлива."
    )


@pytest.fixture
def dialog(assistant):
    return dialog_of(assistant)


def dialog_of(assistant, session="visitor-1", platform=Channel.WIDGET):
    return open_dialog(
        assistant.tenant,
        assistant=assistant,
        platform=platform,
        session_id=session,
        author=Author(external_id=session),
    )


@pytest.fixture
def sleeping_workers(monkeypatch):
    """Nobody takes tasks: what was queued is recorded instead."""
    from celery.app.task import Task

    queued = []
    monkeypatch.setattr(
        Task, "apply_async", lambda self, args=None, kwargs=None, **options: queued.append((self.name, kwargs, options))
    )
    return queued


@pytest.fixture
def informed(assistant):
    """The assistant knows two things and its owner has a hundred roubles."""
    billing.top_up(assistant.tenant, amount=Decimal(100), key="start", at=NOON)
    learned(
        assistant.tenant,
        "# Доставка\n\nКурьер СДЭК стоит 490 рублей и приезжает за два дня. Самовывоз из Иванова бесплатный.",
        assistant=assistant,
        title="Доставка по России",
    )
    learned(
        assistant.tenant,
        "# Возврат\n\nОдежду можно вернуть в течение 30 дней, если сохранены бирки.",
        assistant=assistant,
        title="Возврат и обмен",
    )
    return assistant


@pytest.fixture
def busy_workers(monkeypatch):
    """Tasks are taken at once by threads of this process, each with its own connection."""
    from celery.app.task import Task

    threads = []

    def work(task, kwargs, seconds):
        time.sleep(seconds or 0)
        try:
            task(**kwargs)
        finally:
            connection.close()

    def take(self, args=None, kwargs=None, countdown=0, **options):
        thread = threading.Thread(target=work, args=(self, kwargs or {}, countdown))
        threads.append(thread)
        thread.start()

    monkeypatch.setattr(Task, "apply_async", take)
    yield threads
    for thread in threads:
        thread.join(10)
