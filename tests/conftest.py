"""Fixtures that every test may use."""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import RunningStack, start_up

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session")
def running_stack() -> Generator[RunningStack]:
    """The whole system, started by ``manage.py up`` with the demo shop in it.

    Each pytest-xdist worker has its own.
    """
    path = Path(tempfile.mkdtemp(prefix="otklik-up-"))
    path.chmod(0o711)
    running = start_up(path / "data")
    try:
        running.wait_for("Stop: Ctrl-C", seconds=300)
        yield running
    finally:
        running.remove()
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless; a missing one is a failure in CI and a skip elsewhere.

    It lives as long as the module: while Playwright runs, this thread counts as
    inside an event loop, which asynchronous tests could not bear.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        words = "No Chromium on PATH, so browser tests do not run: apt-get install chromium"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh window in Russian, with its own cookies."""
    context = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()
