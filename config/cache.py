"""A cache that may be empty at any moment, and also away."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class ForgetfulRedisCache(RedisCache):
    """Redis, whose loss means "not there" for reads and "done" for writes.

    So pages and log-in go on without it; what limits log-in counts nothing
    meanwhile, and bcrypt alone slows guessing down.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or ``default``."""
        return _or(default, super().get, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        """Return what is there."""
        return _or({}, super().get_many, keys, version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Return whether the key is there."""
        return bool(_or(False, super().has_key, key, version))  # noqa: FBT003 -- the answer

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        """Write unless it is there; without Redis, as if it were not."""
        return bool(_or(True, super().add, key, value, *args, **kwargs))  # noqa: FBT003 -- the answer

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        """Write."""
        _or(None, super().set, key, value, *args, **kwargs)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Write all."""
        return list(_or([], super().set_many, data, *args, **kwargs))

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        """Prolong."""
        return bool(_or(False, super().touch, key, *args, **kwargs))  # noqa: FBT003 -- the answer

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget."""
        return bool(_or(False, super().delete, key, version))  # noqa: FBT003 -- the answer

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        """Forget all."""
        _or(None, super().delete_many, keys, version)


def _or(instead: Any, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return operation(*args, **kwargs)
    except (RedisError, OSError) as error:
        log.warning("cache_unavailable", error=type(error).__name__)
        return instead
