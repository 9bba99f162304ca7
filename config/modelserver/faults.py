"""Failures on demand, and a journal of what was asked, for tests.

``POST /__faults`` takes a list of rules. The first rule that matches a request
and is not used up decides what happens to it:

    {"match": {"path": …, "key": …, "model": …, "text": …}, "times": 1, "action": …, "at_chunk": 0}

``match`` compares the path, key and text by part and the model whole; ``times``
absent means for ever. Actions:

    status   answer ``status`` (with ``retry_after``, ``code``, ``body`` if given)
    hang     say nothing more from chunk ``at_chunk`` on (0: not even headers)
    drip     send one byte (``unit: byte``) or one chunk (``unit: chunk``) per ``seconds``
    reset    break the connection at chunk ``at_chunk`` (0: before the headers)
    cut      end the stream politely at chunk ``at_chunk``, without an end mark
    garbage  answer what is not JSON (in a stream, at chunk ``at_chunk``)
    schema   answer JSON of another shape
    empty    answer without choices or vectors
    blank    answer with an empty text
    html     answer a web page
    huge     answer ``bytes`` bytes of text (10 MB unless told)
    no_usage answer well, without token counts
    say      answer well, with the text ``body``
"""

import time
from dataclasses import dataclass, field
from typing import Any, Final

from config.modelserver.http import Request
from config.modelserver.words import listed

ACTIONS: Final = listed("status hang drip reset cut garbage schema empty blank html huge no_usage say")
KEPT: Final = 20_000


@dataclass(slots=True)
class Rule:
    """One failure, and how often it is left."""

    action: str
    match: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    at_chunk: int = 0
    status: int = 500
    retry_after: str | None = None
    code: str | None = None
    body: Any = None
    unit: str = "byte"
    seconds: float = 1.0
    bytes: int = 10 * 1024 * 1024

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"unknown action {self.action!r}")

    def fits(self, entry: dict[str, Any]) -> bool:
        """Say whether this rule is about the request of a journal entry."""
        parts = all(self.match[name] in entry[name] for name in ("path", "key", "text") if name in self.match)
        return parts and self.match.get("model", entry["model"]) == entry["model"]


class Faults:
    """The rules in force and the journal."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.journal: list[dict[str, Any]] = []

    def add(self, rules: Any) -> None:
        """Put rules in force; raises ValueError or TypeError when they cannot be read."""
        listed = rules if isinstance(rules, list) else [rules]
        self.rules += [Rule(**rule) for rule in listed]

    def enter(self, request: Request, payload: dict[str, Any]) -> tuple[dict[str, Any], Rule | None]:
        """Write the request into the journal and return the failure meant for it."""
        entry: dict[str, Any] = {
            "number": len(self.journal) + 1,
            "at": time.time(),
            "path": request.path,
            "key": request.headers.get("authorization", "").removeprefix("Bearer "),
            "model": str(payload.get("model", "")),
            "text": request.body.decode(errors="replace"),
            "payload": payload,
            "fault": None,
            "chunks": 0,
            "client_gone": False,
        }
        if len(self.journal) < KEPT:
            self.journal.append(entry)
        for rule in self.rules:
            if rule.times != 0 and rule.fits(entry):
                rule.times = None if rule.times is None else rule.times - 1
                entry["fault"] = rule.action
                return entry, rule
        return entry, None
