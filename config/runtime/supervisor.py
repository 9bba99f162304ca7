"""Runs the processes of one stack: shows their logs, restarts what dies, stops all of it."""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, Final

from config.runtime import processes
from config.runtime.console import Console
from config.runtime.folders import DataFolder
from config.runtime.processes import Command, Process
from config.runtime.refusals import StartRefused, StopRequested

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
QUICK_DEATH: Final = 30.0  # seconds; who lives longer is forgiven earlier deaths
MOST_QUICK_DEATHS: Final = 5
LONGEST_PAUSE: Final = 15.0
CHUNK: Final = 65_536


@dataclass
class Restart:
    """A process that died and is due again."""

    command: Command
    due_at: float


class Supervisor:
    """Owns every child process of one stack."""

    def __init__(self, console: Console, folder: DataFolder) -> None:
        self.console = console
        self.folder = folder
        self.running: dict[str, Process] = {}
        self.restarts: list[Restart] = []
        self.quick_deaths: dict[str, int] = {}
        self.stop_signal: signal.Signals | None = None
        self._logs: dict[str, IO[bytes]] = {}
        self._selector = selectors.DefaultSelector()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Turn Ctrl-C, SIGTERM and a lost terminal into an orderly stop."""
        reader, writer = socket.socketpair()
        for end in (reader, writer):
            os.set_blocking(end.fileno(), False)
        self._selector.register(reader, selectors.EVENT_READ)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the loop
        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup keeps its promise
                signal.signal(number, self._remember)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            self._selector.unregister(reader)
            reader.close()
            writer.close()

    def _remember(self, number: int, _: Any) -> None:
        self.stop_signal = signal.Signals(number)

    def start(self, command: Command) -> Process:
        """Start a process and follow its output."""
        process = processes.start(command)
        if process.popen.stdout is None:
            raise ValueError(command.name)
        os.set_blocking(process.popen.stdout.fileno(), False)
        self._selector.register(process.popen.stdout, selectors.EVENT_READ, process)
        if command.name not in self._logs:
            self._logs[command.name] = self.folder.log(command.name)
        self.running[command.name] = process
        return process

    def run_once(self, command: Command, *, seconds: float) -> int:
        """Run a process to its end and return its exit status."""
        process = self.start(command)
        self.wait_until(lambda: not process.is_running, seconds=seconds, what=command.name)
        return process.popen.wait()

    def wait_until(self, condition: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Keep everything going until ``condition`` holds.

        Raises:
            StartRefused: it does not in time.
            StopRequested: somebody asked to stop meanwhile.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise StartRefused(f"{what} did not get ready within {seconds:.0f} s; see {self.folder.logs}.")
            self.turn(timeout=0.05)

    def is_ready(self, name: str) -> bool:
        """Say whether the named process has announced itself."""
        return name in self.running and self.running[name].is_ready

    def run(self) -> None:
        """Supervise until asked to stop."""
        while True:
            due = min((restart.due_at - time.monotonic() for restart in self.restarts), default=60.0)
            self.turn(timeout=max(0.0, due))

    def turn(self, *, timeout: float) -> None:
        """Show what was written, notice who died, restart who is due.

        Raises:
            StopRequested: a signal asked for it.
            StartRefused: a process dies again and again.
        """
        self._read(timeout)
        if self.stop_signal is not None:
            raise StopRequested(self.stop_signal.name)
        for process in [process for process in self.running.values() if not process.is_running]:
            self._bury(process)
        for restart in [restart for restart in self.restarts if restart.due_at <= time.monotonic()]:
            self.restarts.remove(restart)
            if restart.command.before_restart:
                restart.command.before_restart()
            self.start(restart.command)

    def _read(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            process: Process | None = key.data
            try:
                chunk = os.read(key.fd, CHUNK)
            except BlockingIOError:
                continue
            if process is None:
                continue  # the wake-up socket
            if not chunk:
                self._selector.unregister(key.fileobj)
            self._show(process, chunk)

    def _show(self, process: Process, chunk: bytes) -> None:
        self._logs[process.name].write(chunk)
        *lines, process.partial = (process.partial + chunk).split(b"\n")
        if not chunk and process.partial:
            lines, process.partial = [process.partial], b""
        for raw in lines:
            text = raw.decode("utf-8", "replace").rstrip()
            process.is_ready |= bool(process.command.ready_text) and process.command.ready_text in text
            if text and process.command.shows(text):
                self.console.line(process.name, text)

    def _bury(self, process: Process) -> None:
        """Take leave of a process that ended; plan its return if it was needed."""
        self._drain(process)
        del self.running[process.name]
        process.send(signal.SIGKILL, group=True)  # whatever it left behind
        if process.command.once:
            return
        quick = self.quick_deaths.get(process.name, 0) + 1 if process.age < QUICK_DEATH else 1
        self.quick_deaths[process.name] = quick
        if quick >= MOST_QUICK_DEATHS:
            raise StartRefused(f"{process.name} keeps ending ({_cause(process)}); see {self.folder.logs}.")
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (quick - 1))
        self.console.step(f"{process.name} ended ({_cause(process)}); starting it again in {pause:g} s")
        self.restarts.append(Restart(process.command, time.monotonic() + pause))

    def _drain(self, process: Process) -> None:
        """Read the last words of a process that ended."""
        stream = process.popen.stdout
        if stream is None or stream.closed:
            return
        if stream.fileno() in self._selector.get_map():
            self._selector.unregister(stream)
            with suppress(BlockingIOError):
                while chunk := os.read(stream.fileno(), CHUNK):
                    self._show(process, chunk)
            self._show(process, b"")
        stream.close()

    def stop(self, order: Sequence[Iterable[str]]) -> None:
        """Stop everything, one group after the other; a second Ctrl-C makes it quick."""
        self.restarts.clear()
        named = {name for group in order for name in group}
        rest = [name for name in self.running if name not in named]
        self.stop_signal = None
        for group in ([*rest], *order):
            self._stop_group([self.running[name] for name in group if name in self.running])
        for log in self._logs.values():
            log.close()

    def _stop_group(self, group: list[Process]) -> None:
        for process in group:
            process.send(process.command.stop)
        deadlines = {process.name: time.monotonic() + process.command.grace for process in group}
        while group:
            self._read_quietly()
            for process in [process for process in group if not process.is_running]:
                group.remove(process)
                process.send(signal.SIGKILL, group=True)
                with suppress(StopRequested):
                    self._drain(process)
                self.running.pop(process.name, None)
            for process in group:
                if self.stop_signal is not None or time.monotonic() > deadlines[process.name]:
                    process.send(signal.SIGKILL, group=True)

    def _read_quietly(self) -> None:
        with suppress(StopRequested):  # the terminal is gone, which changes nothing now
            self._read(0.05)


def _cause(process: Process) -> str:
    status = process.popen.returncode
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
