"""Places on tenants' own keys: a provider that hangs holds a few workers of a process, never all of them.

Answers are made by a pool of threads that all tenants share. A key may take
some of them; one whose calls have been silent for a while gets no more, so
that its tenant's next answer goes another way or to a person at once, and
everybody else's goes on.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

from assistants.door.routes import Route

PER_KEY: Final = 6
PER_SILENT_KEY: Final = 2
ALL_OWN_KEYS: Final = 12  # of the sixteen threads of a worker for answers
SILENCE_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 2.0


class Place:
    """One call under way on a key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.began = time.monotonic()
        self.has_spoken = False

    def heard(self) -> None:
        """Note that the model says something."""
        self.has_spoken = True

    @property
    def is_silent(self) -> bool:
        """Say whether the call has waited for its first word for long."""
        return not self.has_spoken and time.monotonic() - self.began > SILENCE_SECONDS


_taken: Final[set[Place]] = set()
_changed: Final = Condition()


@contextmanager
def place_on(route: Route) -> Iterator[Place | None]:
    """Give a place on the route's key for the length of the block, or None when there is none."""
    if route.integration_id is None:  # our own keys: the pool moves on to the next by itself
        yield Place(route.key)
        return
    place = _enter(route.key)
    try:
        yield place
    finally:
        if place is not None:
            with _changed:
                _taken.discard(place)
                _changed.notify_all()


def _enter(key: str) -> Place | None:
    patient_until = time.monotonic() + PATIENCE_SECONDS
    with _changed:
        while True:
            same = [place for place in _taken if place.key == key]
            if sum(place.is_silent for place in same) >= PER_SILENT_KEY:
                return None
            if len(same) < PER_KEY and len(_taken) < ALL_OWN_KEYS:
                place = Place(key)
                _taken.add(place)
                return place
            if not _changed.wait(max(0.0, patient_until - time.monotonic())):
                return None
