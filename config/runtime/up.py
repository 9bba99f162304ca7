"""``manage.py up``: start everything, show it, and leave nothing running."""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from config.runtime import leftovers, preparation
from config.runtime.console import Console
from config.runtime.folders import data_folder, short_private_folder, write_environment
from config.runtime.ports import LOOPBACK, chosen_port, require_free
from config.runtime.refusals import StartRefused, StopRequested
from config.runtime.secrets import ensure_secrets
from config.runtime.stack import WORKERS, Stack, model_answers, sandbox_answers
from config.runtime.supervisor import Supervisor

STOP_ORDER: Final[Sequence[Sequence[str]]] = (
    ("prepare", "web", "beat", *WORKERS),
    ("model", "sandbox"),
    ("redis",),
    ("postgres",),
)


def up() -> int:
    """Run the system until asked to stop; return the exit status."""
    console = Console()
    try:
        folder = data_folder()
        folder.open()
        with folder.locked():
            _run(Supervisor(console, folder))
    except StartRefused as error:
        console.problem(str(error))
        return 1
    except StopRequested:
        return 0
    finally:
        _let_go_of_output()
    return 0


def _let_go_of_output() -> None:
    """Keep the exit status when the terminal is gone: the interpreter would complain that it cannot flush."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(supervisor: Supervisor) -> None:
    folder, console = supervisor.folder, supervisor.console
    port = chosen_port(os.environ.get("PORT") or "8000")
    host = os.environ.get("OTKLIK_LISTEN") or LOOPBACK
    if killed := leftovers.clear(folder):
        console.step(f"An earlier run had not ended in order; {killed} of its processes are gone now.")
    require_free(port, host=host)
    sockets = short_private_folder()
    try:
        stack = Stack.plan(folder=folder, port=port, host=host, sockets=sockets, secrets=ensure_secrets(folder))
        with supervisor.listening():
            try:
                _start(stack, supervisor)
                supervisor.run()
            finally:
                _stop(supervisor)
    finally:
        leftovers.clear(folder)  # finds also what left its parent's group
        shutil.rmtree(sockets, ignore_errors=True)


def _start(stack: Stack, supervisor: Supervisor) -> None:
    _start_ground(stack, supervisor)
    write_environment(stack.folder.addresses, stack.addresses)
    if preparation.is_needed(stack.folder, owns_database=stack.postgres is not None):
        supervisor.console.step("Preparing the database, static files and the demo shop…")
        if supervisor.run_once(stack.preparation(), seconds=900):
            raise StartRefused(f"The preparation failed; its words are above and in {stack.folder.logs}.")
    supervisor.start(stack.web())
    first, *others = WORKERS  # answers come first: two cores are soon busy with imports
    supervisor.start(stack.worker(first))
    supervisor.wait_until(stack.is_green, seconds=120, what="The web server")
    supervisor.console.step("The web server is ready.")
    for name in others:
        supervisor.start(stack.worker(name))
    supervisor.start(stack.beat())
    supervisor.wait_until(lambda: all(map(supervisor.is_ready, WORKERS)), seconds=120, what="A worker")
    supervisor.console.step("The workers are ready.")
    _welcome(stack, supervisor.console)


def _start_ground(stack: Stack, supervisor: Supervisor) -> None:
    """Start what the Python processes stand on, all at once."""
    console = supervisor.console
    if stack.redis:
        supervisor.start(stack.redis.command())
    if stack.model_port:
        supervisor.start(stack.model())
    if stack.sandbox_port:
        supervisor.start(stack.sandbox())
    if stack.postgres:
        if stack.postgres.ensure_exists():
            console.step("A new PostgreSQL cluster is made.")
        supervisor.start(stack.postgres.command())
        supervisor.wait_until(lambda: bool(stack.postgres and stack.postgres.is_ready), seconds=120, what="PostgreSQL")
        console.step("PostgreSQL is ready.")
    if stack.redis:
        _wait_for_redis(stack, supervisor)
        console.step("Redis is ready.")
    if stack.model_port:
        port = stack.model_port
        supervisor.wait_until(lambda: model_answers(port), seconds=60, what="The model server")
        console.step("The embedded model server is ready (no model is configured).")
    if sandbox := stack.sandbox_port:
        supervisor.wait_until(lambda: sandbox_answers(sandbox), seconds=60, what="The sandbox Wildberries")
        console.step("The sandbox Wildberries is ready (no WB_… address is set).")


def _wait_for_redis(stack: Stack, supervisor: Supervisor) -> None:
    """Wait for Redis; start it empty if it cannot read its own file."""
    redis = stack.redis
    if redis is None:
        return
    started = time.monotonic()
    is_aside = False

    def is_ready() -> bool:
        nonlocal is_aside
        if supervisor.quick_deaths.get("redis") and not is_aside:
            redis.set_aside()
            is_aside = True
        return redis.is_ready

    supervisor.wait_until(is_ready, seconds=60, what="Redis")
    if is_aside:
        supervisor.console.step(f"Redis began empty after {time.monotonic() - started:.0f} s; nothing is lost by that.")


def _stop(supervisor: Supervisor) -> None:
    with suppress(StopRequested):  # the terminal may be gone
        supervisor.console.step("Stopping…")
    supervisor.stop(STOP_ORDER)
    with suppress(StopRequested):
        supervisor.console.step("Everything has stopped; the data stays.")


def _welcome(stack: Stack, console: Console) -> None:
    base = stack.addresses["BASE_URL"]
    lines = ["", "  Otklik runs", "", f"  Dashboard        {base}/", f"  Operator console {base}/console/"]
    lines += [f"  Admin            {base}/admin/", f"  API docs         {base}/api/docs/"]
    if chat := stack.demo_chat():
        lines.append(f"  Demo shop's chat {chat}")
    lines += [f"  {login['role']:<16} {login['email']}  {login['password']}" for login in stack.logins()]
    if stack.model_port:
        lines += [
            "",
            "  No model is configured, so the embedded one answers by quoting; set LLM_BASE_URL or LLM_API_KEY.",
        ]
    lines += ["", f"  Data: {stack.folder.path}    Stop: Ctrl-C", ""]
    for line in lines:
        console.say(line)
