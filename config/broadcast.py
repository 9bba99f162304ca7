"""Hints to open sockets, from code that has no event loop.

A hint may be lost: whoever listens learns the truth from the database by the
dialog's ``seq``. Sending therefore never raises and never waits for Redis.
"""

import asyncio
import os
import threading
from typing import Any

import structlog
from channels.layers import get_channel_layer

log = structlog.get_logger(__name__)

QUEUE_SIZE = 10_000


class Broadcaster:
    """One daemon thread with one event loop and one Redis connection, in order."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(QUEUE_SIZE)
        threading.Thread(target=self._run, name="broadcast", daemon=True).start()

    def send(self, group: str, hint: dict[str, Any]) -> None:
        """Queue ``hint`` for everybody in ``group``."""
        self._loop.call_soon_threadsafe(self._put, group, hint)

    def flush(self, timeout: float = 2.0) -> None:
        """Wait until everything queued so far has left, at most ``timeout`` seconds."""
        future = asyncio.run_coroutine_threadsafe(self._queue.join(), self._loop)
        try:
            future.result(timeout)
        except TimeoutError:
            future.cancel()

    def _put(self, group: str, hint: dict[str, Any]) -> None:
        try:
            self._queue.put_nowait((group, hint))
        except asyncio.QueueFull:
            log.warning("hint_dropped", group=group)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._relay())

    async def _relay(self) -> None:
        layer = get_channel_layer()
        while True:
            group, hint = await self._queue.get()
            try:
                await layer.group_send(group, hint)
            except Exception as error:  # noqa: BLE001 -- a hint may be lost, the thread may not
                log.warning("hint_lost", group=group, error=repr(error))
            finally:
                self._queue.task_done()


_lock = threading.Lock()
_current: tuple[int, Broadcaster] | None = None


def broadcaster() -> Broadcaster:
    """Return this process's broadcaster; a forked child gets its own."""
    global _current  # noqa: PLW0603 -- one per process
    with _lock:
        if _current is None or _current[0] != os.getpid():
            _current = (os.getpid(), Broadcaster())
        return _current[1]


def broadcast(group: str, hint: dict[str, Any]) -> None:
    """Send ``hint`` (its ``type`` names the consumer's handler) to ``group``."""
    broadcaster().send(group, hint)
