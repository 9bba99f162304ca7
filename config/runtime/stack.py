"""Which processes make up the system, with which addresses."""

import importlib.util
import json
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from config.runtime.folders import BASE_DIR, DataFolder
from config.runtime.ports import LOOPBACK, free_port
from config.runtime.postgres import Cluster
from config.runtime.processes import STACK_MARK, Command
from config.runtime.redis import Redis

LARGEST_FRAME: Final = str(128 * 1024)  # what the console may send; beyond it Daphne itself hangs up
NOISE: Final = re.compile(r'"GET /(healthz|readyz|metrics|static/\S*)" [23]|\[info +\].*\[daphne\.')
ROOT_IS_FINE: Final = "ignore:You're running the worker with superuser"  # in a container, and for a look
WB_URLS: Final = (
    "WB_FEEDBACKS_URL", "WB_CHAT_URL", "WB_CONTENT_URL", "WB_PRICES_URL", "WB_COMMON_URL", "WB_RETURNS_URL",
)  # fmt: skip
SANDBOX_REVIEWS: Final = "6000"  # enough to look at; WB_SANDBOX_REVIEWS=60000 to work hard
# name -> queues, threads. Answers wait on the network, so many fit in one process.
WORKERS: Final[Mapping[str, tuple[str, int]]] = {
    "answers": ("answers", 16),
    "default": ("default", 4),
    "embedding": ("embedding", 2),
    "sync": ("sync,webhooks", 4),
}


@dataclass(kw_only=True)
class Stack:
    """The parts of one running system; a part that lives elsewhere is none."""

    folder: DataFolder
    port: int
    host: str = LOOPBACK
    sockets: Path
    secrets: Mapping[str, str]
    postgres: Cluster | None = None
    redis: Redis | None = None
    model_port: int | None = None
    sandbox_port: int | None = None
    outside: dict[str, str] = field(default_factory=dict)

    @classmethod
    def plan(cls, *, folder: DataFolder, port: int, host: str, sockets: Path, secrets: Mapping[str, str]) -> "Stack":
        """Decide what to start: what the environment does not point elsewhere."""
        stack = cls(folder=folder, port=port, host=host, sockets=sockets, secrets=secrets)
        if not os.environ.get("DATABASE_URL"):
            stack.postgres = Cluster(folder, sockets=sockets)
        if not os.environ.get("REDIS_URL"):
            stack.redis = Redis(folder)
        if needs_model_server():
            stack.model_port = free_port()
        if needs_sandbox():
            stack.sandbox_port = free_port()
        return stack

    @property
    def addresses(self) -> dict[str, str]:
        """Return what other commands in this checkout need to find the running system."""
        found = {"PORT": str(self.port), "BASE_URL": os.environ.get("BASE_URL") or f"http://{LOOPBACK}:{self.port}"}
        if self.postgres:
            found["DATABASE_URL"] = self.postgres.url()
        if self.redis:
            found["REDIS_URL"] = self.redis.url
        if self.model_port:
            found["EMBEDDED_MODEL_URL"] = model_url(self.model_port)
        if self.sandbox_port:
            found |= dict.fromkeys(WB_URLS, f"http://{LOOPBACK}:{self.sandbox_port}") | {"WB_SANDBOX": "1"}
        return {**found, "OTKLIK_SOCKETS": str(self.sockets), "OTKLIK_PID": str(os.getpid())}

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of our Python processes."""
        return {
            **os.environ,
            **self.secrets,
            **self.addresses,
            "OTKLIK_DATA": str(self.folder.path),
            STACK_MARK: str(self.folder.path),
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings"),
            "LOG_FORMAT": "console",
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",  # glibc would keep an arena per thread
            "CELERY_SKIP_CHECKS": "1",  # `up` has run them; each worker would import every page again
        }

    def preparation(self) -> Command:
        """Return the process that migrates, collects static files and loads the demo shop."""
        command = self._python("prepare", "-m", "config.runtime.preparation", once=True)
        unlimited = {"DATABASE_STATEMENT_TIMEOUT_MS": "0"}  # a migration may take its time
        return replace(command, env={**command.env, **unlimited})

    def model(self) -> Command:
        """Return the embedded model server."""
        return model_command(self.model_port or free_port(), env=self.environment)

    def sandbox(self) -> Command:
        """Return the sandbox Wildberries; what sellers write to it stays in the data folder."""
        port, state = str(self.sandbox_port), str(self.folder.path / "wildberries.jsonl")
        reviews = os.environ.get("WB_SANDBOX_REVIEWS") or SANDBOX_REVIEWS
        return self._python("sandbox", "-m", "config.wbsandbox", "--port", port, "--state", state, "--reviews", reviews)

    def web(self) -> Command:
        """Return the web server: pages, API and sockets."""
        return self._python(
            "web",
            *("-m", "daphne", "--bind", self.host, "--port", str(self.port), "--no-server-name"),
            *("--websocket-max-message-size", LARGEST_FRAME, "--websocket-max-frame-size", LARGEST_FRAME),
            *("--application-close-timeout", "5", "config.asgi:application"),
            stop=signal.SIGTERM,
            shows=lambda line: not NOISE.search(line),
        )

    def worker(self, name: str) -> Command:
        """Return one Celery worker on a pool of threads."""
        queues, threads = WORKERS[name]
        return self._python(
            name,
            *("-W", ROOT_IS_FINE, "-m", "celery", "--app", "config", "--quiet", "worker", "--pool", "threads"),
            *("--concurrency", str(threads), "--queues", queues, "--hostname", f"{name}@%h", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ready_text=" ready.",
        )

    def beat(self) -> Command:
        """Return the scheduler; only one may run."""
        return self._python(
            "beat", "-m", "celery", "--app", "config", "--quiet", "beat", "--loglevel", "WARNING", "--pidfile="
        )

    def is_green(self) -> bool:
        """Say whether ``/readyz`` answers 200."""
        host = LOOPBACK if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 -- compared, not bound
        return _get(self.port, "/readyz", host=host, called=urlsplit(self.addresses["BASE_URL"]).netloc)

    def logins(self) -> Sequence[Mapping[str, str]]:
        """Return the demo logins that the preparation wrote down."""
        try:
            found: Sequence[Mapping[str, str]] = json.loads(self.folder.demo.read_text(encoding="utf-8"))["logins"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return found

    def demo_chat(self) -> str:
        """Return the address of the demo shop's chat page, if there is one."""
        try:
            assistant = json.loads(self.folder.demo.read_text(encoding="utf-8"))["assistant"]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return f"{self.addresses['BASE_URL']}/widget/{assistant}/demo/"

    def _python(self, name: str, *arguments: str, **rest: object) -> Command:
        argv = [sys.executable, *arguments]
        return Command(name=name, argv=argv, env=self.environment, cwd=BASE_DIR, **rest)  # type: ignore[arg-type]  # as the caller says


def needs_model_server() -> bool:
    """Say whether no model is configured and the embedded one is at hand."""
    configured = any(os.environ.get(name) for name in ("LLM_BASE_URL", "LLM_API_KEY", "EMBEDDED_MODEL_URL"))
    return not configured and importlib.util.find_spec("config.modelserver") is not None


def needs_sandbox() -> bool:
    """Say whether no address of Wildberries is given."""
    return not any(os.environ.get(name) for name in WB_URLS)


def sandbox_answers(port: int) -> bool:
    """Say whether the sandbox Wildberries is up."""
    return _get(port, "/ping")


def model_url(port: int) -> str:
    """Return the embedded model server's address as the OpenAI client wants it."""
    return f"http://{LOOPBACK}:{port}/v1"


def model_command(port: int, *, env: Mapping[str, str]) -> Command:
    """Return the command line of the embedded model server."""
    return Command(
        name="model",
        argv=[sys.executable, "-m", "config.modelserver", "--port", str(port)],
        env={**env, "PYTHONUNBUFFERED": "1"},
        cwd=BASE_DIR,
    )


def model_answers(port: int) -> bool:
    """Say whether the embedded model server is up."""
    return _get(port, "/healthz")


def _get(port: int, path: str, *, host: str = LOOPBACK, called: str = "") -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": called or host})
        return connection.getresponse().status == 200  # noqa: PLR2004 -- HTTP's OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
