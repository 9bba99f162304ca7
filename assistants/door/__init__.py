"""The only door to any model: OpenAI, DeepSeek, Ollama and the embedded server differ by settings only."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from accounts.models import Tenant
from assistants.door.messages import Completion, Embeddings, Message
from assistants.enums import RequestType
from assistants.errors import ModelFailed, NoModelAvailable
from assistants.models import Assistant

__all__ = ["Completion", "Embeddings", "Message", "ModelFailed", "NoModelAvailable", "complete", "embed"]


def complete(
    *,
    tenant: Tenant,
    assistant: Assistant | None = None,
    messages: list[Message],
    request_type: RequestType = RequestType.CHAT,
    on_text: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    model: str | None = None,
    max_tokens: int = 800,
    temperature: float = 0.2,
    deadline: float | None = None,
    at: datetime,
) -> Completion:
    """Ask a model to continue a conversation."""
    raise NotImplementedError


def embed(
    texts: Sequence[str],
    *,
    tenant: Tenant,
    assistant: Assistant | None = None,
    purpose: Literal["query", "document"],
    model: str | None = None,
    at: datetime,
) -> Embeddings:
    """Turn texts into vectors."""
    raise NotImplementedError
