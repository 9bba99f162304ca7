"""What a pass may do, and what it leaves behind after each page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from marketplace.models import Store
from marketplace.wildberries.client import Wildberries
from marketplace.wildberries.payloads import Broken

OVERLAP: Final = timedelta(hours=3)  # Wildberries indexes late
KEPT_ERRORS: Final = 20


@dataclass(slots=True)
class Step:
    """One page: what to write, and where the pass stands afterwards.

    ``progress`` is None when the pass is over; ``problem`` says why it is over too early.
    """

    write: Callable[[], list[int]]
    progress: dict[str, Any] | None
    cursor: dict[str, Any] | None = None
    seen: int = 0
    broken: list[Broken] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a pass stands on."""

    store: Store
    client: Wildberries
    cursor: dict[str, Any]
    at: datetime  # when the pass began


def nothing() -> list[int]:
    """Write nothing."""
    return []


def distinct(rows: Iterable[Any], key: str = "wb_id") -> list[Any]:
    """Keep the last row of each id: a page may hold one twice."""
    return list({getattr(row, key): row for row in rows}.values())


def since(text: str | None) -> datetime | None:
    """Return a moment kept in ``progress``."""
    return datetime.fromisoformat(text) if text else None
