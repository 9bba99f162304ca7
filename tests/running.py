"""Starts the real ``manage.py up`` in a folder of its own, as a person would."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from config.runtime import leftovers
from config.runtime.folders import BASE_DIR, DataFolder
from config.runtime.ports import free_port
from tests import stack

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "EMBEDDED_MODEL_URL",
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "OTKLIK_DATA",
    "DEBUG",
    "DATABASE_POOL_SIZE",
)
WELCOME = "Stop: Ctrl-C"


@dataclass
class RunningStack:
    """One ``manage.py up`` and what it wrote."""

    folder: DataFolder
    port: int
    popen: subprocess.Popen[bytes]
    output: Path

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def demo(self) -> dict[str, Any]:
        """What ``manage.py demo --json`` said when the shop was loaded."""
        if not self.folder.demo.exists():
            return {}
        return {**json.loads(self.folder.demo.read_text()), "base_url": self.base_url}

    @property
    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for(self, words: str, *, seconds: float = 90) -> None:
        """Wait until ``up`` has said ``words``."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            assert self.popen.poll() is None, f"up ended with {self.popen.returncode}:\n{self.text}"
            assert time.monotonic() < deadline, f"no {words!r} within {seconds} s:\n{self.text}"
            time.sleep(0.05)

    def wait_for_green(self, *, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_green():
            assert self.popen.poll() is None, f"up ended with {self.popen.returncode}:\n{self.text}"
            assert time.monotonic() < deadline, f"not green within {seconds} s:\n{self.text}"
            time.sleep(0.05)

    def is_green(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base_url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop and return its exit status."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        return self.popen.wait(timeout=60)

    def processes(self) -> list[psutil.Process]:
        """What runs for this folder now."""
        return leftovers.strays_of(self.folder)

    def find(self, *words: str) -> psutil.Process:
        """The one process whose command line has all ``words``."""
        (found,) = [p for p in self.processes() if all(any(w in part for part in p.cmdline()) for w in words)]
        return found

    def remove(self) -> None:
        """Stop without asking, and leave nothing on the disk."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        leftovers.clear(self.folder)
        stack.remove(self.folder)


def environment(**changes: str) -> dict[str, str]:
    """The environment of a person who has set nothing."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PYTEST")}
    return {**kept, **changes}


def start_up(
    path: Path, *, port: int | None = None, is_plain: bool = False, env: Mapping[str, str] | None = None
) -> RunningStack:
    """Start ``manage.py up``; it is not ready yet.

    Args:
        path: Its data folder.
        port: Where it listens; else a free one.
        is_plain: Without the demo shop, which takes its time to load.
        env: Further variables.
    """
    port = port or free_port()
    path.mkdir(parents=True, exist_ok=True)
    output = path.parent / f"{path.name}-{port}.out"
    variables = {"OTKLIK_DATA": str(path), "PORT": str(port), **({"OTKLIK_DEMO": "0"} if is_plain else {})}
    with output.open("ab") as handle:
        popen = subprocess.Popen(
            [sys.executable, str(BASE_DIR / "manage.py"), "up"],
            env=environment(**{**variables, **(env or {})}),
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            cwd=BASE_DIR,
            start_new_session=True,
        )
    return RunningStack(folder=DataFolder(path.resolve()), port=port, popen=popen, output=output)
