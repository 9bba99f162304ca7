"""A seller's answer on its way through moderation."""

import re
from dataclasses import dataclass
from typing import Any, Final

INDEXED_AFTER: Final = 3.0  # seconds until a read shows it
MODERATED_AFTER: Final = 20.0
EDITABLE_SECONDS: Final = 60 * 24 * 3600
FORBIDDEN: Final = re.compile(r"https?://|www\.|t\.me|@\w{3,}|\+7\s?\(?\d|whatsapp|телеграм", re.IGNORECASE)


@dataclass(slots=True)
class Answer:
    """What was posted, and when."""

    text: str
    at: float
    was_edited: bool = False

    def state(self, now: float) -> str:
        """Return how far moderation is."""
        if now < self.at + MODERATED_AFTER:
            return "reviewRequired"
        return "rejected" if FORBIDDEN.search(self.text) else "wbRu"

    def is_shown(self, now: float) -> bool:
        """Say whether reads show it already."""
        return now >= self.at + INDEXED_AFTER

    def is_editable(self, now: float) -> bool:
        """Say whether it may still be changed."""
        return not self.was_edited and now < self.at + EDITABLE_SECONDS

    def as_json(self, now: float) -> dict[str, Any]:
        """Return it as a review shows it."""
        return {"text": self.text, "state": self.state(now), "editable": self.is_editable(now)}
