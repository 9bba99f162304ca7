"""Starts what the tests stand on, before Django reads its settings.

PostgreSQL, Redis and the model server run for one test session, unless the
environment points elsewhere. Under pytest-xdist only the controller starts
them; the workers inherit the addresses.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from config.runtime import leftovers, processes
from config.runtime.folders import BASE_DIR, DataFolder, short_private_folder, write_environment
from config.runtime.ports import free_port
from config.runtime.postgres import SUPERUSER, UNSAFE_BUT_FAST, Cluster
from config.runtime.processes import STACK_MARK, Command, Process
from config.runtime.redis import Redis
from config.runtime.refusals import StartRefused
from config.runtime.stack import model_answers, model_command, model_url

TEST_SECRETS = {
    "SECRET_KEY": "a-key-that-only-tests-know-0123456789-abcdefghijklmn",
    "ENCRYPTION_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "DATABASE_POOL_SIZE": "0",  # races start more threads than a pool holds, and each waits for the others
}
_ground = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start before pytest-django imports the settings, which read the environment once."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        for name, value in TEST_SECRETS.items():
            os.environ.setdefault(name, value)
        try:
            _ground.enter_context(ground())
        except StartRefused as error:
            raise pytest.UsageError(str(error)) from error
        early_config.add_cleanup(_ground.close)
    return (yield)


@contextmanager
def ground() -> Generator[None]:
    """Start what the environment does not point elsewhere, and stop it afterwards."""
    with ExitStack() as stack:
        folder = stack.enter_context(_own_folder())
        os.environ["OTKLIK_DATA"] = str(folder.path)
        sockets = short_private_folder()
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        write_environment(folder.addresses, {"OTKLIK_SOCKETS": str(sockets)})  # should we be killed
        stack.callback(leftovers.forget, folder)
        if not os.environ.get("REDIS_URL"):
            redis = Redis(folder, is_durable=False)
            stack.enter_context(_running(folder, redis.command(), lambda: redis.is_ready))
            os.environ["REDIS_URL"] = redis.url
        if not os.environ.get("EMBEDDED_MODEL_URL") and (BASE_DIR / "config" / "modelserver").is_dir():
            port = free_port()
            model = model_command(port, env={**os.environ, STACK_MARK: str(folder.path)})
            stack.enter_context(_running(folder, model, lambda: model_answers(port)))
            os.environ["EMBEDDED_MODEL_URL"] = model_url(port)
        if not os.environ.get("DATABASE_URL"):
            cluster = Cluster(folder, sockets=sockets, settings=UNSAFE_BUT_FAST)
            cluster.ensure_exists(sync=False)
            stack.enter_context(_running(folder, cluster.command(), lambda: cluster.is_ready))
            # test databases are made from template0, where only a superuser may create pgvector
            os.environ["DATABASE_URL"] = cluster.url(role=SUPERUSER)
        yield


@contextmanager
def _own_folder() -> Generator[DataFolder]:
    """Take ``.otklik/test``, kept between sessions; a second session at the same time gets a passing one."""
    with ExitStack() as stack:
        folder = DataFolder(BASE_DIR / ".otklik" / "test")
        try:
            folder.open()
            stack.enter_context(folder.locked())
        except StartRefused:
            folder = DataFolder(Path(tempfile.mkdtemp(prefix="otklik-test-")))
            stack.callback(remove, folder)
            folder.path.chmod(0o711)
            folder.open()
            stack.enter_context(folder.locked())
        leftovers.clear(folder)
        yield folder


def remove(folder: DataFolder) -> None:
    """Remove a data folder and what root's database keeps elsewhere for it."""
    shutil.rmtree(folder.postgres.resolve(), ignore_errors=True)
    shutil.rmtree(folder.path, ignore_errors=True)


@contextmanager
def _running(folder: DataFolder, command: Command, is_ready: Callable[[], bool]) -> Generator[Process]:
    with folder.log(command.name) as log:
        process = processes.start(command, output=log)
        try:
            deadline = time.monotonic() + 60
            while not is_ready():
                if not process.is_running or time.monotonic() > deadline:
                    raise StartRefused(f"{command.name} did not start; see {folder.logs}.")
                time.sleep(0.02)
            yield process
        finally:
            process.stop()
