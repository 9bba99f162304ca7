"""How many connections somebody holds at once, over all processes: leases in Redis that end by themselves."""

import asyncio
import json
import time
from functools import lru_cache
from typing import Any, Final
from uuid import uuid4

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from redis import Redis
from redis.exceptions import RedisError

from config.addresses import address_of_socket
from config.errors import DomainError
from config.throttling import DATABASE

log = structlog.get_logger(__name__)

LEASE_SECONDS: Final = 60  # of a connection whose process died; the living renew it
RENEW_SECONDS: Final = 20
TOO_MANY: Final = 4429
ENTER: Final = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


class TooManySockets(DomainError):
    """Somebody holds more connections open than people do."""

    code, status = "too_many_sockets", 429
    message = _("Too many connections are open from here; close some and try again.")


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


class CrowdLimit:
    """An ASGI application that lets only so many sockets of one address through; one more is told so and closed."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take a place, pass the socket on, and give the place up when it ends."""
        crowd, member = f"address:{address_of_socket(scope)}", uuid4().hex
        if not await _entered(crowd, member):
            await turn_away(send)
            return
        renewal = asyncio.create_task(_renew(crowd, member))
        try:
            await self.application(scope, receive, send)
        finally:
            renewal.cancel()
            await sync_to_async(leave, thread_sensitive=False)(member, crowd)


async def turn_away(send: Any, *, is_accepted: bool = False) -> None:
    """Say why, and close: a handshake that is merely refused tells a browser nothing."""
    words = {**TooManySockets().as_problem(), "type": "error", "id": None}
    if not is_accepted:
        await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": json.dumps(words, ensure_ascii=False)})
    await send({"type": "websocket.close", "code": TOO_MANY})


async def _entered(crowd: str, member: str) -> bool:
    return await sync_to_async(enter, thread_sensitive=False)(crowd, member, limit=settings.SOCKETS_PER_ADDRESS)


async def _renew(crowd: str, member: str) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        await _entered(crowd, member)
