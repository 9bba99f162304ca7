"""Rate limits shared by all processes, counted atomically in Redis."""

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import structlog
from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

DATABASE: Final = 3


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    address = f"{settings.REDIS_URL}/{DATABASE}?socket_timeout=1&socket_connect_timeout=1"
    return SlidingWindowCounterRateLimiter(RedisStorage(address))


@lru_cache(maxsize=64)
def _rule(rate: str) -> RateLimitItem:
    return parse(rate)


def seconds_to_wait(rate: str, *key: str) -> int:
    """Count one event of ``key`` and return 0, or how many seconds to wait when it is over ``rate``.

    Args:
        rate: For example ``"20/minute"``.
        key: What is limited; its parts are joined.

    Without Redis nothing is limited: reading and writing go on, and what
    costs money is guarded by the balance.
    """
    item = _rule(rate)
    try:
        if _limiter().hit(item, *key):
            return 0
        reset = _limiter().get_window_stats(item, *key).reset_time
    except (RedisError, OSError) as error:
        log.warning("rate_limit_unavailable", error=repr(error))
        return 0
    return max(1, round(reset - time.time()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left of a rate after one more event."""

    limit: int
    seconds: int
    remaining: int
    reset: int
    is_granted: bool


def spend(rate: str, *key: str) -> Allowance | None:
    """Count one event of ``key`` and return what is left; nothing while Redis is away."""
    item = _rule(rate)
    try:
        is_granted = _limiter().hit(item, *key)
        stats = _limiter().get_window_stats(item, *key)
    except (RedisError, OSError) as error:
        log.warning("rate_limit_unavailable", error=repr(error))
        return None
    return Allowance(
        limit=item.amount,
        seconds=item.get_expiry(),
        remaining=max(0, stats.remaining),
        reset=max(1, round(stats.reset_time - time.time())),
        is_granted=is_granted,
    )
