"""Rivals: threads that start together, each with its own connection."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection


@pytest.fixture
def race():
    """Run ``verb(number)`` in many threads at once; return how often each outcome came.

    An outcome is the name of the exception, or what ``verb`` returned.
    """

    def run(verb: Callable[[int], Any], *, threads: int) -> Counter[Any]:
        barrier = Barrier(threads)

        def rival(number: int) -> Any:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            try:
                return verb(number)
            except Exception as error:  # noqa: BLE001 -- the outcome
                return type(error).__name__
            finally:
                connection.close()

        with ThreadPoolExecutor(threads) as pool:
            return Counter(pool.map(rival, range(threads)))

    return run
