"""What an earlier run left behind when it was killed: found by its mark, and ended."""

import os
import shutil
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from config.runtime.folders import DataFolder, read_environment
from config.runtime.processes import STACK_MARK

PATIENCE: Final = 10.0
SERVERS: Final = {"postgres", "redis-server", "valkey-server"}


def clear(folder: DataFolder) -> int:
    """End every process of an earlier run of ``folder`` and drop its stale files; return how many.

    Call it only under the folder's lock: then nothing that carries the mark
    can belong to a stack that still runs.
    """
    strays = strays_of(folder)
    _end(strays)
    forget(folder)
    _drop_stale_pid_file(folder.postgres)
    return len(strays)


def forget(folder: DataFolder) -> None:
    """Drop the addresses of a run that is over, and its folder for sockets."""
    sockets = read_environment(folder.addresses).get("OTKLIK_SOCKETS", "")
    if sockets and Path(sockets).name.startswith("otklik-"):
        shutil.rmtree(sockets, ignore_errors=True)
    folder.addresses.unlink(missing_ok=True)


def _marked(path: Path) -> list[psutil.Process]:
    """Return processes that carry the mark of this data folder; never us or who started us."""
    us = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid not in us and process.environ().get(STACK_MARK) == str(path):
                found.append(process)
    return found


def _servers_in(folder: DataFolder) -> list[psutil.Process]:
    """Return PostgreSQL's and Redis's processes of this folder; they overwrite the memory that holds their mark."""
    places = {str(folder.redis), *(str(path) for path in folder.postgres.resolve().glob("[0-9]*"))}
    found = []
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error, OSError):
            if process.info["name"] in SERVERS and process.cwd() in places:
                found.append(process)
    return found


def _end(strays: Iterable[psutil.Process]) -> None:
    """Ask PostgreSQL to stop in order and kill the rest."""
    strays = list(strays)
    for process in strays:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGKILL)
    _, alive = psutil.wait_procs(strays, timeout=PATIENCE)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=PATIENCE)


def _drop_stale_pid_file(place: Path) -> None:
    """Drop a pid file whose number now belongs to another program, which PostgreSQL would not dare."""
    for path in place.glob("[0-9]*/postmaster.pid"):
        with suppress(OSError, ValueError, IndexError):
            pid = int(path.read_text().splitlines()[0])
            if not psutil.pid_exists(pid) or psutil.Process(pid).name() != "postgres":
                path.unlink()


def strays_of(folder: DataFolder) -> list[psutil.Process]:
    """Return what still runs for ``folder``; the tests ask this after a stop."""
    return list({*_marked(folder.path), *_servers_in(folder)})
