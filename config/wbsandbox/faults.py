"""Failures on demand, and a journal of what was asked; for tests."""

from dataclasses import dataclass, field
from typing import Any

from config.modelserver.http import Request


@dataclass(slots=True, kw_only=True)
class Fault:
    """How the next calls of an address go wrong.

    Attributes:
        path: What the address begins with.
        method: Only calls of this kind.
        action: ``status`` (answer with ``status`` and ``body``), ``drop`` (hang up before doing anything),
            ``lose`` (do it, then hang up), ``garbage`` (200 without JSON), ``repeat`` (always the first page),
            ``stall`` (a cursor that does not move), ``wait`` (``seconds`` before the answer).
        times: How often; -1 for ever.
        skip: How many calls go well first.
    """

    path: str
    action: str
    method: str = ""
    times: int = 1
    skip: int = 0
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One call that came."""

    method: str
    path: str
    query: str
    body: bytes
    at: float


class Faults:
    """Rules in the order they were added, and the journal."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self.journal: list[Entry] = []

    def add(self, path: str, action: str, **rest: Any) -> Fault:
        """Let calls of ``path`` go wrong."""
        fault = Fault(path=path, action=action, **rest)
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go well again."""
        self.rules.clear()

    def enter(self, request: Request, *, now: float) -> Fault | None:
        """Note a call and return how it goes wrong."""
        self.journal.append(Entry(request.method, request.path, request.query, request.body, now))
        for rule in self.rules:
            if not request.path.startswith(rule.path) or rule.method not in {"", request.method} or not rule.times:
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            rule.times -= 1 if rule.times > 0 else 0
            return rule
        return None

    def count(self, method: str, path: str) -> int:
        """Return how often an address was called."""
        return sum(entry.method == method and entry.path == path for entry in self.journal)
