"""The HTTP client of the door: it ends on time, reads no more than allowed, and goes where it may."""

import os
import select
import socket
import ssl
import time
from collections.abc import Iterable
from threading import Lock
from typing import Any, Final

import httpcore2
import httpx2

from assistants.door.budget import STOP_EVERY, Budget, current
from config import outside

CONNECT_SECONDS: Final = 5.0
MAX_CONNECTIONS: Final = 200
KEEP_ALIVE_SECONDS: Final = 30.0

_clients: dict[tuple[int, bool], httpx2.Client] = {}
_lock: Final = Lock()


class BudgetStream(httpcore2.NetworkStream):
    """A connection whose every read and write ends with the current call's budget."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come, waiting as long as the budget allows."""
        budget = current()
        if budget is None:
            return self._inner.read(max_bytes, timeout)
        self._wait(budget)
        received = self._inner.read(max_bytes, max(budget.remaining(), 0.001))
        budget.bytes_left -= len(received)
        if budget.bytes_left < 0:
            budget.is_overrun = True
            raise httpcore2.ReadError("the answer is too large")
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, within the budget."""
        budget = current()
        self._inner.write(buffer, timeout if budget is None else max(budget.remaining(), 0.001))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Go on over TLS."""
        return BudgetStream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._inner.get_extra_info(info)

    def _wait(self, budget: Budget) -> None:
        """Wait for bytes in slices, so that the end of the budget or of the caller's interest is noticed."""
        connection: socket.socket = self._inner.get_extra_info("socket")
        idle_until = time.monotonic() + budget.idle_seconds
        while True:
            if budget.remaining() <= 0:
                budget.is_over = True
                raise httpcore2.ReadTimeout("the time is over")
            if budget.check_stop():
                raise httpcore2.ReadError("the answer is no longer wanted")
            if _has_bytes(connection, min(STOP_EVERY, budget.remaining(), max(0.0, idle_until - time.monotonic()))):
                return
            if time.monotonic() >= idle_until:
                raise httpcore2.ReadTimeout("the server is silent")


def _has_bytes(connection: socket.socket, seconds: float) -> bool:
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    poll = select.poll()
    poll.register(connection, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(seconds * 1000))


class BudgetBackend(httpcore2.NetworkBackend):
    """Opens connections within the budget; for addresses that tenants name, to public ones only."""

    def __init__(self, *, is_public_only: bool) -> None:
        self._inner = httpcore2.SyncBackend()
        self._is_public_only = is_public_only

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the very address that was checked."""
        budget = current()
        seconds = CONNECT_SECONDS if budget is None else max(0.001, min(CONNECT_SECONDS, budget.remaining()))
        address = public_address(host, port) if self._is_public_only else host
        return BudgetStream(self._inner.connect_tcp(address, port, seconds, local_address, socket_options))


def public_address(host: str, port: int) -> str:
    """Return an address of ``host`` if all of its addresses are on the public internet.

    Raises:
        httpcore2.ConnectError: one of them is not.
    """
    try:
        return outside.public_address(host, port)
    except outside.NotPublic as error:
        raise httpcore2.ConnectError(str(error)) from error


class BudgetTransport(httpx2.HTTPTransport):
    """HTTPX's transport over connections that keep to the budget."""

    def __init__(self, *, is_public_only: bool) -> None:
        super().__init__()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS // 4,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=BudgetBackend(is_public_only=is_public_only),
        )


def client(*, is_public_only: bool) -> httpx2.Client:
    """Return this process's client; a forked child makes its own and shares no connection."""
    key = os.getpid(), is_public_only
    with _lock:
        if key not in _clients:
            transport = BudgetTransport(is_public_only=is_public_only)
            _clients[key] = httpx2.Client(transport=transport, trust_env=False, follow_redirects=False)
        return _clients[key]
