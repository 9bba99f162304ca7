"""The token buckets of the API, per seller, type of token and group of methods."""

from dataclasses import dataclass
from typing import Final

HOUR: Final = 3600.0
FULL: Final = {
    "feedbacks": (1 / 3, 6),
    "chats": (1.0, 10),
    "events": (1.0, 10),
    "message": (1.0, 10),
    "download": (1.0, 10),
    "content": (0.6, 5),
    "prices": (0.6, 5),
    "seller": (60.0, 10),
    "rating": (60.0, 1),
}
BASE: Final = {
    **FULL,
    "feedbacks": (HOUR / 5, 1),
    "chats": (HOUR, 1),
    "events": (HOUR, 1),
    "message": (HOUR, 1),
    "download": (HOUR / 10, 1),
    "prices": (HOUR / 4, 1),
    "seller": (24 * HOUR, 1),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call is let in, and the numbers for the headers."""

    is_let_in: bool
    remaining: int = 0
    retry: float = 0.0
    reset: float = 0.0
    limit: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that go with it."""
        if self.is_let_in:
            return {"X-Ratelimit-Remaining": str(self.remaining)}
        times = {"X-Ratelimit-Retry": f"{self.retry:.3f}", "X-Ratelimit-Reset": f"{self.reset:.3f}"}
        return {**times, "X-Ratelimit-Limit": str(self.limit)}


class Buckets:
    """All buckets; ``speed`` times faster than the real ones."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._ends: dict[tuple[str, str, str], float] = {}

    def take(self, sid: str, token_type: str, group: str, *, now: float) -> Verdict:
        """Let one call in, or say when to come again."""
        interval, burst = (BASE if token_type == "base" else FULL)[group]  # noqa: S105 -- a kind
        interval /= self.speed
        ends = max(self._ends.get((sid, token_type, group), now), now)
        spent = (ends - now) / interval
        if spent > burst - 1 + 1e-6:
            retry = (spent - burst + 1) * interval
            return Verdict(is_let_in=False, retry=retry, reset=ends - now, limit=burst)
        self._ends[sid, token_type, group] = ends + interval
        return Verdict(is_let_in=True, remaining=int(burst - 1 - spent))
