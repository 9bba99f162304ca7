"""How much is going on: answered requests, failures and open sockets, added up over all processes in Redis.

Counters are hints. They are kept in the process and written every few
seconds; without Redis nothing is counted and nothing is missed.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from redis import Redis
from redis.exceptions import RedisError

EVERY: Final = 5.0  # seconds between two writings
WINDOW: Final = 15  # minutes that are looked back on
KEPT: Final = 3600
SERVER_ERRORS: Final = 500
SOCKETS: Final = "traffic:sockets"
PROCESS: Final = uuid4().hex
PATIENCE: Final = 0.5  # seconds to wait for Redis


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What went on in the last minutes."""

    requests: int
    failures: int
    sockets: int

    @property
    def failure_rate(self) -> float:
        """Return the share of requests that ended in an error of ours, in percent."""
        return 100 * self.failures / self.requests if self.requests else 0.0


def redis(database: int = 2) -> "Redis":
    """Return an impatient client."""
    return Redis.from_url(f"{settings.REDIS_URL}/{database}", socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


class Tally:
    """Counts of this process that are not written yet."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.written = time.monotonic()

    def add(self, *, failed: bool) -> None:
        """Count an answer; now and then write what has come together."""
        with self.lock:
            self.counts["requests"] += 1
            self.counts["failures"] += failed
            if time.monotonic() - self.written < EVERY:
                return
            counts, self.counts, self.written = self.counts, Counter(), time.monotonic()
        self.write(counts)

    def write(self, counts: "Counter[str]") -> None:
        """Add to the minute's sums."""
        key = f"traffic:{int(time.time() // 60)}"
        with suppress(RedisError, OSError), redis() as client, client.pipeline(transaction=False) as pipe:
            for name, number in counts.items():
                pipe.hincrby(key, name, number)
            pipe.expire(key, KEPT)
            pipe.execute()


tally: Final = Tally()


class TrafficMiddleware:
    """Count answers and errors of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on and count its answer."""
        response = self.get_response(request)
        tally.add(failed=response.status_code >= SERVER_ERRORS)
        return response


class CountedSockets:
    """An ASGI application that says how many of its sockets are open, while there are any."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.open = 0
        self.teller: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[..., Any]) -> None:
        """Serve a socket."""
        self.open += 1
        if self.teller is None or self.teller.done():
            self.teller = asyncio.create_task(self._tell())
        try:
            await self.application(scope, receive, send)
        finally:
            self.open -= 1

    async def _tell(self) -> None:
        while self.open:
            await asyncio.to_thread(_note_sockets, self.open)
            await asyncio.sleep(EVERY)
        await asyncio.to_thread(_note_sockets, 0)


def _note_sockets(number: int) -> None:
    with suppress(RedisError, OSError), redis() as client:
        client.setex(f"{SOCKETS}:{PROCESS}", int(EVERY * 3), number)


def traffic() -> Traffic | None:
    """Return what went on in the last quarter of an hour, or nothing while Redis is away."""
    minute = int(time.time() // 60)
    try:
        with redis() as client:
            pipe = client.pipeline(transaction=False)
            for back in range(WINDOW):
                pipe.hmget(f"traffic:{minute - back}", "requests", "failures")
            rows = pipe.execute()
            keys = list(client.scan_iter(f"{SOCKETS}:*", count=1000))
            sockets = sum(int(number or 0) for number in client.mget(keys)) if keys else 0
    except (RedisError, OSError):
        return None
    requests, failures = (sum(int(row[place] or 0) for row in rows) for place in (0, 1))
    return Traffic(requests=requests, failures=failures, sockets=sockets)


def depths(queues: list[str]) -> dict[str, int] | None:
    """Return how many hints wait in each queue of the broker, or nothing while it is away."""
    try:
        with redis(0) as client, client.pipeline(transaction=False) as pipe:
            for queue in queues:
                pipe.llen(queue)
            return dict(zip(queues, pipe.execute(), strict=True))
    except (RedisError, OSError):
        return None
