"""A real model server on loopback that fails on demand, and the door set up to use it alone."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from config.env import BASE_DIR


class ModelServer:
    """What tests say to the server and read from its journal."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.root = url.removesuffix("/v1")

    def fail(
        self, action: str, *, times: int | None = None, match: dict[str, str] | None = None, **options: Any
    ) -> None:
        """Let requests fail from now on."""
        rule = {"action": action, "times": times, "match": match or {}, **options}
        httpx.post(f"{self.root}/__faults", json=[rule]).raise_for_status()

    def heal(self) -> None:
        """Stop failing and forget the journal."""
        httpx.delete(f"{self.root}/__faults")
        httpx.delete(f"{self.root}/__journal")

    def journal(self, key: str | None = None) -> list[dict[str, Any]]:
        """Return what was asked, of one key or of all."""
        entries: list[dict[str, Any]] = httpx.get(f"{self.root}/__journal").json()
        return [entry for entry in entries if key is None or entry["key"] == key]


@pytest.fixture(scope="session")
def _model_server_process() -> Iterator[ModelServer]:
    command = [sys.executable, "-m", "config.modelserver", "--port", "0", "--faults", "--delay-ms", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=BASE_DIR) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        yield ModelServer(url)
        process.terminate()
        process.wait(5)


@pytest.fixture
def model_server(_model_server_process: ModelServer) -> Iterator[ModelServer]:
    """A server without failures and with an empty journal; not yet any route's."""
    _model_server_process.heal()
    yield _model_server_process
    _model_server_process.heal()


@pytest.fixture(autouse=True)
def _no_models(settings: Any) -> None:
    """Leave no way to any model but those that a test sets up."""
    settings.LLM_BASE_URL = settings.LLM_API_KEY = settings.LLM_CHAT_MODEL = settings.LLM_EMBEDDING_MODEL = ""
    settings.EMBEDDED_MODEL_URL = ""


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Serve pages without a collected manifest."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def embedded(model_server: ModelServer, settings: Any) -> ModelServer:
    """The embedded server as the door's last way."""
    settings.EMBEDDED_MODEL_URL = model_server.url
    return model_server
