"""Asks outside addresses: bounded in time, bytes and redirects, and only where it may go."""

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2
from django.conf import settings

from config.outside.addresses import NotPublic, public_address
from config.outside.errors import OutsideFailed, Trouble

CONNECT_SECONDS: Final = 10.0
MAX_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PIECE: Final = 64 * 1024
MEGABYTE: Final = 1024 * 1024
GZIP_OR_ZLIB: Final = 47


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, from which address in the end."""

    url: str
    status: int
    headers: httpx2.Headers
    content: bytes

    @property
    def media_type(self) -> str:
        """Return the type of the content without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class _Deadline:
    """Until when the request under way may take."""

    def __init__(self) -> None:
        self.ends_at = 0.0

    def remaining(self) -> float:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time is over")
        return left


class _Stream(httpcore2.NetworkStream):
    """A connection on which a server that drips byte by byte gains no time."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        encrypted = self._inner.start_tls(ssl_context, server_hostname, self._deadline.remaining())
        return _Stream(encrypted, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Connects to the very address that was checked."""

    def __init__(self, deadline: _Deadline, *, is_public_only: bool) -> None:
        self._inner = httpcore2.SyncBackend()
        self._deadline = deadline
        self._is_public_only = is_public_only

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        address = public_address(host, port) if self._is_public_only else host
        seconds = min(CONNECT_SECONDS, self._deadline.remaining())
        return _Stream(self._inner.connect_tcp(address, port, seconds, local_address, socket_options), self._deadline)


class _Transport(httpx2.HTTPTransport):
    def __init__(self, backend: _Backend) -> None:
        super().__init__()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(), max_connections=4, network_backend=backend
        )


class Outside:
    """A client for one piece of work in one thread; use it as a context manager.

    Args:
        user_agent: Who we say we are.
        seconds: How long one request may take, redirects included.
        max_bytes: How much one answer may hold, unpacked.
    """

    def __init__(self, *, user_agent: str, seconds: float = 20.0, max_bytes: int = 5 * MEGABYTE) -> None:
        self.seconds = seconds
        self.max_bytes = max_bytes
        self.bytes_read = 0
        self._deadline = _Deadline()
        backend = _Backend(self._deadline, is_public_only=not settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES)
        self._client = httpx2.Client(
            transport=_Transport(backend),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            trust_env=False,
            follow_redirects=False,
            timeout=None,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        may_visit: Callable[[str], bool] | None = None,
    ) -> Reply:
        """Fetch an address, following redirects by hand; ``may_visit`` judges each of them.

        Raises:
            OutsideFailed: there is no answer that may be used, and why.
        """
        self._deadline.ends_at = time.monotonic() + self.seconds
        for hop in range(MAX_REDIRECTS + 1):
            if hop and may_visit and not may_visit(url):
                raise OutsideFailed(Trouble.ELSEWHERE, url)
            reply = self._ask("GET", checked(url), headers or {}, max_bytes or self.max_bytes)
            location = reply.headers.get("location", "")
            if reply.status not in REDIRECTS or not location:
                return reply
            url = urljoin(url, location)
        raise OutsideFailed(Trouble.TOO_MANY_REDIRECTS, url)

    def post(self, url: str, content: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Send ``content`` to an address; a redirect is an answer like any other and is not followed.

        Raises:
            OutsideFailed: there is no answer that may be used, and why.
        """
        self._deadline.ends_at = time.monotonic() + self.seconds
        return self._ask("POST", checked(url), headers or {}, self.max_bytes, content=content)

    def put(self, url: str, content: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Replace what is at an address by ``content``; a redirect is an answer like any other.

        Raises:
            OutsideFailed: there is no answer that may be used, and why.
        """
        self._deadline.ends_at = time.monotonic() + self.seconds
        return self._ask("PUT", checked(url), headers or {}, self.max_bytes, content=content)

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], max_bytes: int, *, content: bytes | None = None
    ) -> Reply:
        try:
            with self._client.stream(method, url, headers=dict(headers), content=content) as response:
                body = b"" if response.status_code in REDIRECTS else self._read(response, max_bytes, url)
                return Reply(url, response.status_code, response.headers, body)
        except NotPublic as error:
            raise OutsideFailed(Trouble.NOT_PUBLIC, url, never_left=True) from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            trouble = Trouble.TIMEOUT if isinstance(error, httpx2.ConnectTimeout) else Trouble.UNREACHABLE
            raise OutsideFailed(trouble, url, never_left=True) from error
        except (httpx2.TimeoutException, httpcore2.TimeoutException) as error:
            raise OutsideFailed(Trouble.TIMEOUT, url) from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError) as error:
            raise OutsideFailed(Trouble.BAD_ADDRESS, url) from error
        except (httpx2.RemoteProtocolError, httpcore2.RemoteProtocolError, zlib.error) as error:
            raise OutsideFailed(Trouble.BAD_ANSWER, url) from error
        except (httpx2.HTTPError, httpcore2.NetworkError, OSError) as error:
            raise OutsideFailed(Trouble.UNREACHABLE, url) from error

    def _read(self, response: httpx2.Response, max_bytes: int, url: str) -> bytes:
        """Unpack piece by piece, so that a bomb is noticed before it has grown."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise OutsideFailed(Trouble.BAD_ANSWER, url)
        unpack = None if encoding in {"", "identity"} else zlib.decompressobj(GZIP_OR_ZLIB)
        content = bytearray()
        for piece in response.iter_raw(PIECE):
            self.bytes_read += len(piece)
            content += unpack.decompress(piece, max_bytes + 1 - len(content)) if unpack else piece
            if len(content) > max_bytes:
                raise OutsideFailed(Trouble.TOO_LARGE, url)
        return bytes(content)


def checked(url: str) -> str:
    """Return an address without its fragment.

    Raises:
        OutsideFailed: it is no address of a page on the web.
    """
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.username or parts.password)
        is_good = is_good and (parts.port is None or parts.port > 0)
    except ValueError:
        is_good = False
    if not is_good:
        raise OutsideFailed(Trouble.BAD_ADDRESS, url)
    return parts._replace(fragment="").geturl()
