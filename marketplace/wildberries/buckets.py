"""Token buckets in Redis, shared by every worker; the clock is Redis's own.

A call reserves its place in the line and is told how long to wait for it, so
waiting workers do not race each other. What Wildberries says in
``X-Ratelimit-Retry`` closes the bucket for all of them. Without Redis each
process paces itself by the same arithmetic.
"""

import threading
import time
from functools import lru_cache
from typing import Any, Final

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from marketplace.wildberries.limits import Budget

log = structlog.get_logger(__name__)

DATABASE: Final = 3
MOST_REMEMBERED_MS: Final = 48 * 3600 * 1000
# KEYS: when the line ends (a bucket's theoretical arrival time), until when it is closed. ARGV: interval, burst,
# patience, all in milliseconds but the burst. Returns {taken?, milliseconds to wait}.
TAKE: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local interval, burst, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local ends = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local closed = tonumber(redis.call('GET', KEYS[2]) or now)
local wait = math.max(ends - (burst - 1) * interval - now, closed - now, 0)
if wait > patience then return {0, math.ceil(wait)} end
ends = math.max(ends, now + wait) + interval
redis.call('SET', KEYS[1], string.format('%.3f', ends), 'PX', math.ceil(ends - now + burst * interval))
return {1, math.ceil(wait)}
"""
CLOSE: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local wait, line = tonumber(ARGV[1]), tonumber(ARGV[2])
local closed = math.max(tonumber(redis.call('GET', KEYS[2]) or 0), now + wait)
redis.call('SET', KEYS[2], string.format('%.3f', closed), 'PX', math.ceil(closed - now) + 1)
redis.call('SET', KEYS[1], string.format('%.3f', closed + line), 'PX', math.ceil(closed - now + 2 * line) + 1)
"""
LEFT: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
return math.ceil(math.max(tonumber(redis.call('GET', KEYS[1]) or 0) - now, 0))
"""


class _Own:
    """The buckets of one process, for the time without Redis."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: dict[str, float] = {}
        self._closed: dict[str, float] = {}

    def take(self, key: str, budget: Budget, patience: float) -> tuple[bool, float]:
        with self._lock:
            now = time.monotonic()
            ends = max(self._ends.get(key, now), now)
            wait = max(ends - (budget.burst - 1) * budget.interval - now, self._closed.get(key, now) - now, 0.0)
            if wait > patience:
                return False, wait
            self._ends[key] = max(ends, now + wait) + budget.interval
            return True, wait

    def close(self, key: str, seconds: float) -> None:
        with self._lock:
            self._closed[key] = max(self._closed.get(key, 0.0), time.monotonic() + seconds)

    def left(self, key: str) -> float:
        return max(self._closed.get(key, 0.0) - time.monotonic(), 0.0)


_own: Final = _Own()


@lru_cache(maxsize=1)
def _scripts() -> tuple[Any, Any, Any]:
    address = f"{settings.REDIS_URL}/{DATABASE}"
    redis = Redis.from_url(address, socket_timeout=2, socket_connect_timeout=1)
    return redis.register_script(TAKE), redis.register_script(CLOSE), redis.register_script(LEFT)


def _keys(key: str) -> list[str]:
    return [f"wb:{{{key}}}:line", f"wb:{{{key}}}:closed"]


def take(key: str, budget: Budget, *, patience: float) -> tuple[bool, float]:
    """Reserve one call of ``key`` if its turn comes within ``patience`` seconds.

    Returns:
        Whether it was reserved, and the seconds until it may be made (or until the next try).
    """
    arguments = [budget.interval * 1000, budget.burst, patience * 1000]
    try:
        taken, milliseconds = _scripts()[0](keys=_keys(key), args=arguments)
    except (RedisError, OSError) as error:
        log.warning("wildberries_bucket_unavailable", error=type(error).__name__)
        return _own.take(key, budget, patience)
    return bool(taken), int(milliseconds) / 1000


def close(key: str, budget: Budget, *, seconds: float) -> None:
    """Let nobody call for ``seconds``; then calls begin one by one."""
    _own.close(key, seconds)
    milliseconds = min(seconds * 1000, MOST_REMEMBERED_MS)
    try:
        _scripts()[1](keys=_keys(key), args=[milliseconds, (budget.burst - 1) * budget.interval * 1000])
    except (RedisError, OSError) as error:
        log.warning("wildberries_bucket_unavailable", error=type(error).__name__)


def seconds_closed(key: str) -> float:
    """Return how long nobody may call, as Wildberries said to any worker."""
    try:
        return float(_scripts()[2](keys=[_keys(key)[1]], args=[])) / 1000
    except (RedisError, OSError) as error:
        log.warning("wildberries_bucket_unavailable", error=type(error).__name__)
        return _own.left(key)
