"""What tests of knowledge stand on."""

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import Tenant
from assistants.models import Assistant
from billing import services as billing
from billing.models import Balance
from knowledge import tasks
from tests.factories.assistants import AssistantFactory
from tests.knowledge.meaning import Understanding, provider


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    """Keep uploaded files of a test to itself."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def idle_workers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let nobody process what is asked for; the value lists what was."""
    asked: list[int] = []
    monkeypatch.setattr(tasks.process_document, "delay", lambda *, document_id: asked.append(document_id))
    return asked


@pytest.fixture
def assistant() -> Assistant:
    """An assistant whose shop has 100 roubles."""
    return rich(AssistantFactory())


def rich(assistant: Assistant, amount: int = 100) -> Assistant:
    """Give the assistant's shop money."""
    billing.top_up(assistant.tenant, amount=Decimal(amount), key="first", at=now())
    return assistant


def spent(tenant: Tenant) -> Decimal:
    """Return what a shop has paid so far."""
    return Balance.objects.get(tenant=tenant).total_spent


@pytest.fixture
def knowing(settings: Any) -> Iterator[Any]:
    """Let the door lead to a provider with a certain understanding."""
    with ExitStack() as stack:

        def use(understanding: Understanding) -> Understanding:
            settings.LLM_BASE_URL = stack.enter_context(provider(understanding))
            settings.LLM_API_KEY, settings.LLM_EMBEDDING_MODEL = "sk-test", "concepts-1"
            return understanding

        yield use
