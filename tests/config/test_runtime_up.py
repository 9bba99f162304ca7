"""The real ``manage.py up``: ready, stopped, killed, crowded, and nothing left behind."""

import os
import pty
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from config.runtime.folders import BASE_DIR, read_environment
from config.runtime.ports import free_port
from tests.running import WELCOME, RunningStack, environment, start_up

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def place():
    """A folder whose data folder is used by one test after the other: the first start is the slow one."""
    with tempfile.TemporaryDirectory(prefix="otklik-up-") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path


@pytest.fixture
def start(place):
    """Start stacks and remove what is left of them."""
    started: list[RunningStack] = []

    def start(name="data", **options) -> RunningStack:
        started.append(start_up(place / name, is_plain=True, **options))
        return started[-1]

    yield start
    for running in started:
        if running.folder.path.name == "data":
            running.stop(signal.SIGTERM)
        else:
            running.remove()


def sessions_of(running):
    return [p for p in running.processes() if p.pid != running.popen.pid]


def test_it_gets_ready_and_ctrl_c_leaves_nothing_running(start):
    running = start()
    running.wait_for(WELCOME, seconds=180)
    addresses = read_environment(running.folder.addresses)
    shell = "from django.db import connection as c; c.ensure_connection(); print(c.settings_dict['HOST'])"

    seen = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", shell],
        env=environment(OTKLIK_DATA=str(running.folder.path)),
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    status = running.stop(signal.SIGINT)

    assert seen == addresses["OTKLIK_SOCKETS"]
    assert status == 0
    assert running.processes() == []
    assert not Path(addresses["OTKLIK_SOCKETS"]).exists()
    assert not running.folder.addresses.exists()
    assert "Everything has stopped" in running.text


def test_the_second_start_is_green_in_seconds_and_a_killed_worker_returns(start):
    began = time.monotonic()
    running = start()
    running.wait_for_green()
    seconds = time.monotonic() - began
    running.wait_for(WELCOME)

    worker = running.find("celery", "--queues", "answers")
    worker.kill()
    running.wait_for("answers ended (signal SIGKILL); starting it again")
    deadline = time.monotonic() + 30
    while running.text.count("answers@") < 2 or not running.is_green():
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert "Preparing" not in running.text.rsplit("Otklik runs", 2)[-2]
    assert seconds < 30  # under 10 s on an idle machine: tests/bench/startup.py
    assert running.stop(signal.SIGTERM) == 0
    assert running.processes() == []


def test_killing_everything_at_once_does_not_hurt_the_next_start(start):
    running = start()
    running.wait_for(WELCOME)
    for process in [psutil.Process(running.popen.pid), *running.processes()]:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    running.popen.wait()
    stale = subprocess.run(
        [sys.executable, "-c", "from config.env import env; print(env.str('DATABASE_URL', default='none'))"],
        env=environment(OTKLIK_DATA=str(running.folder.path)),
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    again = start()
    again.wait_for_green()

    assert running.folder.addresses.exists()
    assert stale == "none"
    assert again.stop() == 0


def test_a_killed_supervisor_takes_its_processes_with_it(start):
    running = start()
    running.wait_for(WELCOME)
    children = sessions_of(running)

    running.popen.kill()
    running.popen.wait()

    _, alive = psutil.wait_procs(children, timeout=15)
    assert len(children) >= 8
    assert alive == []


def test_a_vanished_terminal_stops_everything(start, place):
    running = start()
    running.stop()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(BASE_DIR)
        variables = environment(OTKLIK_DATA=str(place / "data"), PORT=str(free_port()), OTKLIK_DEMO="0")
        os.execve(sys.executable, [sys.executable, "manage.py", "up"], variables)
    said = b""
    while WELCOME.encode() not in said:
        said += os.read(terminal, 65536)

    os.close(terminal)

    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert running.processes() == []


def test_two_stacks_run_side_by_side_even_below_a_very_long_path(start):
    long = "/".join(["a-folder-with-quite-a-long-name-" + "x" * 60] * 3)

    with ThreadPoolExecutor() as pool:
        first, second = pool.map(start, ["data", f"{long}/data-too"])
        list(pool.map(lambda running: running.wait_for(WELCOME, seconds=200), [first, second]))

    assert (first.is_green(), second.is_green()) == (True, True)
    assert {p.pid for p in first.processes()} & {p.pid for p in second.processes()} == set()
    assert first.stop() == 0
    assert second.is_green()


def test_a_second_start_in_the_same_folder_is_refused_and_harms_nothing(start):
    running = start()
    running.wait_for_green()

    rival = start()

    assert rival.popen.wait(timeout=30) == 1
    assert f"is in use by process {running.popen.pid}" in rival.text
    assert running.is_green()


def test_a_taken_port_is_one_sentence_and_no_traceback(start):
    with socket.create_server(("127.0.0.1", 0)) as server:
        running = start(port=server.getsockname()[1])

        assert running.popen.wait(timeout=30) == 1

    assert running.text.startswith(f"✗ Port {running.port} is taken by ")
    assert running.text.count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"OTKLIK_MIN_FREE_MB": "999999999"}, "The disk is full"),
        ({"OTKLIK_DATA": "/proc/otklik"}, "cannot be written"),
        ({"PORT": "eighty"}, "PORT must be a number"),
    ],
)
def test_a_machine_that_cannot_run_it_gets_one_sentence(start, variables, words):
    running = start("other", env=variables)

    assert running.popen.wait(timeout=30) == 1
    assert words in running.text
    assert running.text.count("\n") == 1


def test_a_database_that_cannot_be_reached_is_one_sentence(start):
    running = start("other", env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})

    assert running.popen.wait(timeout=60) == 1
    assert "The database cannot be used" in running.text
    assert "Traceback" not in running.text
    assert running.processes() == []
