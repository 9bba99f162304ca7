"""One way to ask payment providers: time limits, bounded answers, no secrets in errors."""

from functools import lru_cache
from typing import Any, Final

import httpx

from config.errors import ProviderUnavailable

TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0, pool=5.0)
LARGEST: Final = 256 * 1024
UNCLEAR: Final = 500


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_connections=32), follow_redirects=False)


def exchange(method: str, url: str, **request: Any) -> httpx.Response:
    """Send one request and return its answer.

    Raises:
        ProviderUnavailable: no whole answer came, or one that says nothing of the outcome.
    """
    try:
        with _client().stream(method, url, **request) as response:
            _read(response)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderUnavailable(type(error).__name__) from None
    if response.status_code >= UNCLEAR or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise ProviderUnavailable(f"HTTP {response.status_code}")
    return response


def _read(response: httpx.Response) -> None:
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > LARGEST:
            raise ProviderUnavailable("an endless answer")
    response._content = bytes(content)  # noqa: SLF001 -- what httpx's own read() does, with an end
