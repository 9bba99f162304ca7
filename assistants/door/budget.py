"""What one call may use: time, bytes, and its caller's patience."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

STOP_EVERY: Final = 1.0  # how often a silent wait asks whether it is still wanted


@dataclass(slots=True)
class Budget:
    """The end of a call in monotonic time, the bytes it may still read, and why it was cut short.

    The network layer spends it at every read, whatever the SDK above is doing:
    a server that drips a byte per second cannot outlast it.
    """

    ends_at: float
    bytes_left: int
    idle_seconds: float
    should_stop: Callable[[], bool] | None = None
    is_over: bool = False
    is_overrun: bool = False
    is_stopped: bool = False
    started_at: float = field(default_factory=time.monotonic)

    def remaining(self) -> float:
        """Return the seconds left, never less than zero."""
        return max(0.0, self.ends_at - time.monotonic())

    def elapsed(self) -> float:
        """Return the seconds since the attempt began."""
        return time.monotonic() - self.started_at

    def check_stop(self) -> bool:
        """Ask the caller whether the answer is still wanted."""
        if not self.is_stopped and self.should_stop is not None and self.should_stop():
            self.is_stopped = True
        return self.is_stopped


_current: ContextVar[Budget | None] = ContextVar("model_call_budget", default=None)


def current() -> Budget | None:
    """Return the budget of the call that this thread is making."""
    return _current.get()


@contextmanager
def spending(budget: Budget) -> Iterator[Budget]:
    """Let the network spend ``budget`` inside the block."""
    mark = _current.set(budget)
    try:
        yield budget
    finally:
        _current.reset(mark)
