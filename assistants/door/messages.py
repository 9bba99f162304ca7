"""What goes to a model and what comes back."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An answer and what it took; ``stopped`` says that the caller ended it."""

    text: str
    model: str
    provider: str
    key_name: str
    prompt_tokens: int
    completion_tokens: int
    is_estimated: bool
    latency_seconds: float
    finish_reason: str
    stopped: bool
    usage_id: int
    cost: Decimal | None
    cost_currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embeddings:
    """Vectors of unit length, in the order of the texts, all of one model."""

    model: str
    dims: int
    vectors: list[list[float]]
