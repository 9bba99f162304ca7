"""From a visitor's words to the operator's screen: 500 visitors, 50 operators, 50 messages a second for a minute."""

import asyncio
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import environ
import websockets

from config.runtime.ports import free_port
from tests.running import WELCOME, RunningStack, start_up
from tests.talking import Operator, Visitor

VISITORS = int(os.environ.get("BENCH_VISITORS", "500"))
OPERATORS = int(os.environ.get("BENCH_OPERATORS", "50"))
PER_SECOND = int(os.environ.get("BENCH_PER_SECOND", "50"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
AT_ONCE = 25  # sockets opened at a time


def run() -> Iterator[tuple[str, str]]:
    """Load the system, then a bare echo with the same sockets and messages, on one web process each."""
    place = Path(tempfile.mkdtemp(prefix="otklik-bench-"))
    place.chmod(0o711)
    running = start_up(place / "data", env={"SOCKETS_PER_ADDRESS": "100000"})
    try:
        running.wait_for(WELCOME, seconds=600)
        time.sleep(15)
        ours = asyncio.run(_load(running))
        for what, count in ours.counts.items():
            yield what, str(count)
        floor = asyncio.run(_echo(running))
        for name, share in (("p50", 0.5), ("p95", 0.95)):
            path, below = (_quantile(times, share) * 1000 for times in (ours.times, floor))
            yield f"sent to operator's socket, {name}", f"{path:7.1f} ms"
            yield f"bare echo, {name}", f"{below:7.1f} ms"
            yield f"ratio, {name} (at most 3)", f"{path / below:7.2f}"
    finally:
        running.remove()
        shutil.rmtree(place, ignore_errors=True)


def _quantile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


class _Result:
    def __init__(self, times: list[float], counts: dict[str, int]) -> None:
        self.times, self.counts = times, counts


async def _load(running: RunningStack) -> _Result:
    """Let every visitor write in turn; the first ones are looked at by an operator each."""
    people, tokens = await asyncio.to_thread(_people, running)
    visitors = [Visitor(running.base_url, running.demo["assistant"], token) for token in tokens]
    operators = [Operator(running.base_url, running.demo["tenant"], cookie) for cookie in people]
    async with contextlib.AsyncExitStack() as sockets:
        await _enter(sockets, visitors)
        await asyncio.gather(*(visitor.is_ready.wait() for visitor in visitors))
        for group in _groups(visitors):
            await asyncio.gather(*(_call_person(visitor) for visitor in group))
        await _enter(sockets, operators)
        for visitor, operator in zip(visitors, operators, strict=False):
            await operator.look_at(visitor.dialog)
            await operator.ask("take", dialog=visitor.dialog)
        sent = await _speak(visitors)
        await asyncio.sleep(5)
    times = [operator.came[text] - sent[text] for operator in operators for text in operator.came if text in sent]
    watched = [text for visitor in visitors[: len(operators)] for text in visitor.said if text in sent]
    return _Result(
        times,
        {
            "messages sent": len(sent),
            "lost or out of order on visitors' screens": sum(_faults(visitor, visitor.screen) for visitor in visitors),
            "of those an operator watched": len(watched),
            "lost or out of order on operators' screens": sum(
                _faults(visitor, operator.screen) for visitor, operator in zip(visitors, operators, strict=False)
            ),
            "sockets that broke": sum(client.connections - 1 for client in (*visitors, *operators)),
        },
    )


def _faults(visitor: Visitor, screen: list[dict]) -> int:
    """Count the visitor's messages that are not where they belong on a screen, or are there twice."""
    shown = [message["text"] for message in screen if message["sender"] == "customer"]
    if shown == visitor.said:
        return 0
    return max(1, len(set(visitor.said) ^ set(shown)) + len(shown) - len(set(shown)))


async def _enter(sockets: contextlib.AsyncExitStack, clients: list) -> None:
    for group in _groups(clients):
        for client in group:
            await sockets.enter_async_context(client)
        await asyncio.gather(*(client.is_ready.wait() for client in group))


def _groups(items: list) -> Iterator[list]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


async def _call_person(visitor: Visitor) -> None:
    """Bring the conversation to where a person is asked for, so that no model takes part in the figures."""
    await visitor.send("ask_person", id="person")
    while not (visitor.screen and visitor.dialog):
        await asyncio.sleep(0.5)
        await visitor.greet()  # ``ready`` names the dialog


async def _speak(visitors: list[Visitor]) -> dict[str, float]:
    """Send PER_SECOND messages a second, evenly, and return when each left."""
    sent: dict[str, float] = {}
    began = time.perf_counter()
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        text = f"{number} {uuid4().hex}"
        sent[text] = time.perf_counter()
        await visitors[number % len(visitors)].say(text)
    return sent


def _people(running: RunningStack) -> tuple[list[str], list[str]]:
    """Hire operators and return their session cookies, and the tokens of visitors from as many addresses."""
    for file in (running.folder.path / "secrets.env", running.folder.addresses):
        environ.Env.read_env(file, overwrite=True)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.enums import Role
    from accounts.models import Membership, Tenant, User
    from assistants.models import Assistant
    from dialogs.services import visiting

    assistant = Assistant.objects.get(uuid=running.demo["assistant"])
    tenant = Tenant.objects.get(uuid=running.demo["tenant"])
    cookies = []
    for _ in range(OPERATORS):
        person = User.objects.create_user(email=f"{uuid4().hex}@example.org", password=None)
        User.objects.filter(pk=person.pk).update(is_approved=True)
        Membership.objects.create(tenant=tenant, user=person, role=Role.OPERATOR)
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        cookies.append(f"sessionid={session.session_key}")
    return cookies, [visiting.issue_token(assistant) for _ in range(VISITORS)]


async def _echo(running: RunningStack) -> list[float]:
    """Put the same load on the bare application and return the same times."""
    port = free_port()
    server = subprocess.Popen(  # noqa: ASYNC220 -- before the load
        [sys.executable, "-m", "daphne", "--bind", "127.0.0.1", "--port", str(port), "tests.bench.echo:application"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with contextlib.AsyncExitStack() as sockets:
            await _listening(port)
            visitors = [await _join(sockets, port, number) for number in range(VISITORS)]
            came: dict[str, float] = {}
            watchers = [await _join(sockets, port, number) for number in range(OPERATORS)]
            readers = [asyncio.create_task(_read(socket, came)) for socket in watchers]
            readers += [asyncio.create_task(_read(socket, {})) for socket in visitors]
            sent: dict[str, float] = {}
            began = time.perf_counter()
            for number in range(PER_SECOND * SECONDS):
                await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
                text = f"{number} {uuid4().hex}"
                sent[text] = time.perf_counter()
                await visitors[number % VISITORS].send(json.dumps({"command": "post", "id": text, "text": text}))
            await asyncio.sleep(2)
            for reader in readers:
                reader.cancel()
            return [came[text] - sent[text] for text in came]
    finally:
        server.terminate()
        server.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.1)


async def _join(sockets: contextlib.AsyncExitStack, port: int, dialog: int) -> websockets.ClientConnection:
    address = f"ws://127.0.0.1:{port}/{dialog}/"
    return await sockets.enter_async_context(websockets.connect(address, max_size=None, ping_interval=None))


async def _read(socket: websockets.ClientConnection, came: dict[str, float]) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        async for text in socket:
            came[json.loads(text)["text"]] = time.perf_counter()
