"""What higher apps do for the tests of assistants, without being imported by them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from assistants.door import Completion
from assistants.models import Assistant
from billing.models import BalanceHold

Embed = Callable[[Sequence[str], Literal["query", "document"]], list[list[float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """An answer that no customer sees: the text, what it stands on, what it took, and the price held for it."""

    text: str
    is_refusal: bool
    sources: Sequence[dict[str, Any]] = ()
    completion: Completion | None = None
    hold: BalanceHold | None = None


class Rehearsal(Protocol):
    """Answers a question as the assistant would answer a customer, without a dialog.

    The price is held under ``key``; whoever asked takes it or gives it back.
    Raises InsufficientFunds, ModelFailed or NoModelAvailable.
    """

    def __call__(self, assistant: Assistant, question: str, *, key: str, at: datetime) -> Rehearsed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A question out of a dialog with an answer that people found right, or put right."""

    question: str
    answer: str
    reason: Literal["liked", "corrected"]
    dialog: UUID
    seq: int
    source: str = ""
    facts: Sequence[str] = ()


class ExampleFinder(Protocol):
    """Returns examples out of an assistant's dialogs since a moment, newest first."""

    def __call__(self, assistant: Assistant, *, since: datetime, limit: int) -> Sequence[Found]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """How often an embedding model told paraphrases from rivals, by language, and what it takes to pass."""

    accuracy: dict[str, float]
    needed: float
    threshold: float
    pairs: int

    def passes(self, language: str) -> bool:
        """Say whether search may use the model in a language."""
        return self.accuracy.get(language, 0.0) >= self.needed


class LanguageProbe(Protocol):
    """Measures how well what ``embed`` calls understands Russian and English."""

    def __call__(self, embed: Embed) -> Understanding: ...


@dataclass(slots=True)
class Fulfilled:
    """Who does it; filled from ``AppConfig.ready`` of the higher apps."""

    rehearse: Rehearsal | None = None
    find_examples: ExampleFinder | None = None
    probe_languages: LanguageProbe | None = None


fulfilled: Final = Fulfilled()


def rehearse(assistant: Assistant, question: str, *, key: str, at: datetime) -> Rehearsed:
    """Answer a question as a customer would be answered; see ``Rehearsal``."""
    if fulfilled.rehearse is None:
        raise LookupError("no app answers for assistants")
    return fulfilled.rehearse(assistant, question, key=key, at=at)


def find_examples(assistant: Assistant, *, since: datetime, limit: int) -> Sequence[Found]:
    """Return examples out of an assistant's dialogs."""
    return fulfilled.find_examples(assistant, since=since, limit=limit) if fulfilled.find_examples else ()


def probe_languages(embed: Embed) -> Understanding | None:
    """Measure an embedding model, if somebody can."""
    return fulfilled.probe_languages(embed) if fulfilled.probe_languages else None
