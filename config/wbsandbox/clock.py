"""The sandbox's own time, which tests may push forward."""

import time
from datetime import UTC, datetime


class Clock:
    """Now, in seconds, plus what was skipped."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def __call__(self) -> float:
        """Return now."""
        return time.time() + self.skipped

    def skip(self, seconds: float) -> None:
        """Let time pass at once."""
        self.skipped += seconds


def written(seconds: float) -> str:
    """Return a moment as Wildberries writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
