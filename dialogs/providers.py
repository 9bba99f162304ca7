"""One way to talk to messengers over HTTP: time limits, and an honest word on what became of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import httpx
from django.utils.translation import gettext as _

from config.errors import ProviderUnavailable
from dialogs.errors import ChannelRefused, OutcomeUnknown, TooLargeToFetch

TIMEOUT: Final = 15.0
SERVER_TROUBLE: Final = 500
PIECE: Final = 64 * 1024


UPLOAD_TIMEOUT: Final = 45.0  # less than after which a message counts as lost while it is sent
Upload = tuple[str, bytes, str]
"""A file to send: name, content, media type."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a messenger answered."""

    status: int
    body: dict[str, Any]


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    return httpx.Client(timeout=httpx.Timeout(TIMEOUT, connect=5), limits=httpx.Limits(max_connections=64))


def exchange(
    method: str,
    url: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    files: Mapping[str, Upload] | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = TIMEOUT,
) -> Reply:
    """Send one request and return the answer; addresses hold tokens, so no error names them.

    Raises:
        ProviderUnavailable: it did not leave, or the platform is in trouble.
        OutcomeUnknown: it left, and no answer came.
    """
    try:
        limits = httpx.Timeout(timeout, connect=5)
        response = _client().request(method, url, json=json, data=form, files=files, headers=headers, timeout=limits)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        raise ProviderUnavailable(_("The messenger cannot be reached.")) from None
    except httpx.HTTPError:
        raise OutcomeUnknown(_("The messenger did not answer; the message may have arrived.")) from None
    if response.status_code >= SERVER_TROUBLE:
        raise ProviderUnavailable(_("The messenger is in trouble (%(status)d).") % {"status": response.status_code})
    try:
        body = response.json()
    except ValueError:
        body = None
    return Reply(response.status_code, body if isinstance(body, dict) else {})


def download(url: str, *, limit: int, headers: dict[str, str] | None = None) -> bytes:
    """Return a file of at most ``limit`` bytes.

    Raises:
        ProviderUnavailable: it could not be read.
        ChannelRefused: it is larger, or not there.
    """
    content = bytearray()
    try:
        with _client().stream("GET", url, headers=headers) as response:
            if response.status_code != httpx.codes.OK:
                raise ChannelRefused(_("The messenger does not give the file."), status=response.status_code)
            for piece in response.iter_bytes(PIECE):
                content += piece
                if len(content) > limit:
                    raise TooLargeToFetch(_("The file is too large to be kept."))
    except httpx.HTTPError:
        raise ProviderUnavailable(_("The messenger cannot be reached.")) from None
    return bytes(content)
