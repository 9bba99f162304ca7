"""An assistant with customers, and workers that are either asleep or at hand."""

from datetime import UTC, datetime

import pytest

from assistants.models import Assistant
from dialogs.enums import Channel
from dialogs.services.receiving import Author, open_dialog
from tests.factories.accounts import TenantFactory

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
