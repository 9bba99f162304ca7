"""One child process: on a leash, so that it never outlives its supervisor."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

STACK_MARK: Final = "OTKLIK_STACK"  # in the environment of every child: which data folder it belongs to
PR_SET_PDEATHSIG: Final = 1
_libc: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def everything(line: str) -> bool:
    """Show every line of a log."""
    return True


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, and how it wants to be treated."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    stop: signal.Signals = signal.SIGTERM
    orphan: signal.Signals = signal.SIGKILL  # sent by the kernel when the supervisor dies
    grace: float = 10.0  # seconds between asking and killing
    owner: tuple[int, int] | None = None  # user and group, when not ours
    cwd: Path | None = None
    shows: Callable[[str], bool] = everything  # which lines reach the terminal; the log file has all
    once: bool = False  # ends by itself; its end is not an accident
    ready_text: str = ""  # a line that says the process has started
    before_restart: Callable[[], None] | None = None


@dataclass(kw_only=True)
class Process:
    """A running command."""

    command: Command
    popen: subprocess.Popen[bytes]
    started_at: float = field(default_factory=time.monotonic)
    is_ready: bool = False
    partial: bytes = b""

    @property
    def name(self) -> str:
        """Return the command's name."""
        return self.command.name

    @property
    def is_running(self) -> bool:
        """Say whether it still runs, reaping it if not."""
        return self.popen.poll() is None

    @property
    def age(self) -> float:
        """Return seconds since the start."""
        return time.monotonic() - self.started_at

    def send(self, number: signal.Signals, *, group: bool = False) -> None:
        """Signal the process, or it and everything it started."""
        with suppress(ProcessLookupError, PermissionError):
            if group:
                os.killpg(self.popen.pid, number)
            elif self.is_running:
                self.popen.send_signal(number)

    def stop(self) -> None:
        """Ask, wait, insist; for callers without a supervisor."""
        self.send(self.command.stop)
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(self.command.grace)
        self.send(signal.SIGKILL, group=True)
        self.popen.wait()


def start(command: Command, *, output: int | IO[bytes] = subprocess.PIPE) -> Process:
    """Start a command in a group of its own; with its standard input closed."""
    owner: dict[str, Any] = {}
    if command.owner:
        owner = {"user": command.owner[0], "group": command.owner[1], "extra_groups": []}
    popen = subprocess.Popen(  # noqa: S603 -- our own commands
        command.argv,
        env=dict(command.env),
        cwd=command.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_leash(command.orphan),  # noqa: PLW1509 -- one prctl call, and no thread runs here
        **owner,
    )
    return Process(command=command, popen=popen)


def _leash(number: signal.Signals) -> Callable[[], None] | None:
    """Return what the child does before it becomes the command: die when its parent dies."""
    if _libc is None:
        return None  # only Linux has it; elsewhere the next start finds what was left
    parent = os.getpid()

    def leash() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return leash
