"""Threads that start at the same moment, each on its own connection."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def race(attempt: Callable[[int], Any], *, threads: int) -> list[Any]:
    """Run ``attempt(number)`` in every thread at once; return results and exceptions in order."""
    gate = threading.Barrier(threads)

    def run(number: int) -> Any:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return attempt(number)
        except Exception as error:  # noqa: BLE001 -- the outcome of a loser is its exception
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
