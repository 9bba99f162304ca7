"""How many connections somebody holds at once, over all processes: leases in Redis that end by themselves."""

import time
from functools import lru_cache
from typing import Any, Final

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from config.throttling import DATABASE

log = structlog.get_logger(__name__)

LEASE_SECONDS: Final = 60  # of a connection whose process died; the living renew it with every heartbeat
ENTER: Final = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


@lru_cache(maxsize=1)
def _redis() -> Any:
    return Redis.from_url(f"{settings.REDIS_URL}/{DATABASE}", socket_timeout=1, socket_connect_timeout=1)


@lru_cache(maxsize=1)
def _enter() -> Any:
    return _redis().register_script(ENTER)


def enter(crowd: str, member: str, *, limit: int) -> bool:
    """Let ``member`` into ``crowd``, or renew its place; say whether it is in.

    Without Redis nobody is counted, as with every other limit (config/throttling.py).
    """
    clock = time.time()
    try:
        return bool(_enter()(keys=[_key(crowd)], args=[member, clock - LEASE_SECONDS, clock, limit, LEASE_SECONDS]))
    except (RedisError, OSError) as error:
        log.warning("crowd_uncounted", error=type(error).__name__)
        return True


def leave(member: str, *crowds: str) -> None:
    """Give the places of ``member`` up."""
    try:
        for crowd in crowds:
            _redis().zrem(_key(crowd), member)
    except (RedisError, OSError) as error:
        log.warning("crowd_uncounted", error=type(error).__name__)


def _key(crowd: str) -> str:
    return f"crowd:{crowd}"
