"""How long ``manage.py up`` takes until ``/readyz`` is green, and what the idle stack weighs."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.running import WELCOME, RunningStack, start_up

SETTLING = 15  # seconds until the work of the start is over


def run() -> Iterator[tuple[str, str]]:
    """Start twice in a folder of its own and weigh the second run."""
    place = Path(tempfile.mkdtemp(prefix="otklik-bench-"))
    place.chmod(0o711)
    try:
        with _timed(place) as (seconds, _):
            yield "first start to green /readyz, demo shop and all", f"{seconds:.1f} s"
        with _timed(place) as (seconds, running):
            yield "second start to green /readyz (under 10 s)", f"{seconds:.1f} s"
            running.wait_for(WELCOME)
            time.sleep(SETTLING)
            yield from weigh(running)
    finally:
        running.remove()
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _timed(place: Path) -> Iterator[tuple[float, RunningStack]]:
    began = time.monotonic()
    running = start_up(place / "data")
    running.wait_for_green(seconds=600)
    yield time.monotonic() - began, running
    running.wait_for(WELCOME)
    running.stop()


def weigh(running: RunningStack) -> Iterator[tuple[str, str]]:
    """Add up the memory of all processes; PSS counts a shared page once, RSS as often as it is shared."""
    rows: dict[str, list[float]] = {}
    for process in [psutil.Process(running.popen.pid), *running.processes()]:
        with suppress(psutil.Error):
            memory = process.memory_full_info()
            row = rows.setdefault(_name(process), [0, 0, 0])
            row[0] += memory.rss / 2**20
            row[1] += memory.pss / 2**20
            row[2] += 1
    for name, (rss, pss, count) in sorted(rows.items(), key=lambda item: -item[1][0]):
        yield f"{name} ({count:.0f})", f"{rss:6.0f} MiB resident, {pss:6.0f} MiB proportional"
    rss, pss = (sum(row[column] for row in rows.values()) for column in (0, 1))
    yield "whole idle stack (under 1228 MiB)", f"{rss:6.0f} MiB resident, {pss:6.0f} MiB proportional"


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    if process.name() == "postgres":
        return "postgres"
    for name in ("daphne", "config.modelserver", "beat"):
        if name in words:
            return name
    if "--queues" in words:
        return f"worker {words[words.index('--queues') + 1]}"
    return "supervisor" if "up" in words else process.name()
