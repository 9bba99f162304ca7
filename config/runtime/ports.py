"""TCP ports of this machine."""

import socket
from typing import Final

import psutil

from config.runtime.refusals import StartRefused

LOOPBACK: Final = "127.0.0.1"
HIGHEST: Final = 65_535


def free_port() -> int:
    """Return a loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def answers(port: int, *, host: str = LOOPBACK) -> bool:
    """Say whether something accepts connections on ``port``."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def chosen_port(text: str) -> int:
    """Return the port a person asked for.

    Raises:
        StartRefused: it is not a port number.
    """
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= HIGHEST:
        raise StartRefused(f"PORT must be a number from 1 to {HIGHEST}, not {text!r}.")
    return int(text)


def require_free(port: int, *, host: str) -> None:
    """Check that the web server will be able to listen.

    Raises:
        StartRefused: the port is taken, or not ours to take.
    """
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except PermissionError as error:
        raise StartRefused(f"Port {port} is reserved for the system; choose one above 1023: PORT=8000.") from error
    except OSError as error:
        raise StartRefused(
            f"Port {port} is taken{_holder(port)}; choose another one: PORT={min(port + 10, HIGHEST)} make run"
        ) from error


def _holder(port: int) -> str:
    try:
        found = psutil.net_connections("inet")
        pid = next(c.pid for c in found if c.status == psutil.CONN_LISTEN and c.laddr.port == port and c.pid)
        return f" by {psutil.Process(pid).name()} (process {pid})"
    except (psutil.Error, StopIteration):
        return ""
