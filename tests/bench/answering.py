"""From a visitor's words to the first piece of the answer on their socket, against a hand-written floor."""

import asyncio
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import environ
import httpx
import psycopg
import websockets

from tests.running import WELCOME, RunningStack, start_up
from tests.talking import admitted

QUESTION = "Сколько хранится заказ в пункте выдачи СДЭК?"
ROUNDS = 40
AT_ONCE = 20


def run() -> Iterator[tuple[str, str]]:
    """Measure the whole path and the floor in turns, then twenty askers at once."""
    place = Path(tempfile.mkdtemp(prefix="otklik-bench-"))
    place.chmod(0o711)
    running = start_up(place / "data", env={"WIDGET_QUIET_SECONDS": "0"})
    try:
        running.wait_for(WELCOME, seconds=600)
        time.sleep(15)
        yield from _compare(running)
        yield from _crowd(running)
    finally:
        running.remove()
        shutil.rmtree(place, ignore_errors=True)


def _compare(running: RunningStack) -> Iterator[tuple[str, str]]:
    floor = _Floor(running)
    paths, floors, models = [], [], []
    for number in range(ROUNDS + 5):
        path, (below, model) = asyncio.run(_visit(running, _token(running))), floor.answer()
        if number >= 5:  # the first ones warm up caches and prepared statements
            paths.append(path)
            floors.append(below)
            models.append(model)
    path, below, model = (statistics.median(values) * 1000 for values in (paths, floors, models))
    yield "whole path, words sent to first piece, p50", f"{path:6.1f} ms"
    yield "floor: psycopg INSERT, same search, same model server, p50", f"{below:6.1f} ms"
    yield "the model's own time to its first piece, p50", f"{model:6.1f} ms"
    yield "whole path / floor", f"{path / below:6.2f}"
    yield "overhead less the model's time: path / floor (at most 2)", f"{(path - model) / (below - model):6.2f}"


def _token(running: RunningStack) -> str:
    """Return a new visitor's token."""
    with httpx.Client(base_url=running.base_url) as http:
        return admitted(http, running.demo["assistant"])


async def _visit(running: RunningStack, token: str) -> float:
    """Return the seconds from a visitor's frame to the first delta of its answer."""
    address = f"ws://127.0.0.1:{running.port}/ws/widget/{running.demo['assistant']}/"
    async with websockets.connect(address, origin=running.base_url) as socket:
        await socket.send(json.dumps({"command": "hello", "token": token}))
        await socket.recv()
        await socket.send(json.dumps({"command": "post", "client_id": "warm", "text": "Здравствуйте"}))
        await _until(socket, "ended")
        began = time.perf_counter()
        await socket.send(json.dumps({"command": "post", "client_id": "asked", "text": QUESTION}))
        await _until(socket, "delta")
        took = time.perf_counter() - began
        await _until(socket, "ended")  # nothing of this answer may burden what is measured next
        return took


async def _until(socket: websockets.ClientConnection, state: str) -> None:
    while True:
        event = json.loads(await socket.recv())
        if event["type"] == "run" and event["state"] == state:
            return


class _Floor:
    """What nobody can do with less: one INSERT, one search statement's work, one streamed call."""

    def __init__(self, running: RunningStack) -> None:
        for file in (running.folder.path / "secrets.env", running.folder.addresses):
            environ.Env.read_env(file, overwrite=True)
        self.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self.client = httpx.Client(base_url=os.environ["EMBEDDED_MODEL_URL"].removesuffix("/v1"))
        self.connection.execute(
            "CREATE UNLOGGED TABLE IF NOT EXISTS bench_messages (id bigserial PRIMARY KEY, uuid uuid UNIQUE,"
            " seq bigint, sender text, text text, created_at timestamptz DEFAULT now())"
        )
        self.prompt, self.search = _recorded(running)

    def answer(self) -> tuple[float, float]:
        """Return the seconds to the first piece, and how many of them the model took."""
        began = time.perf_counter()
        self.connection.execute(
            "INSERT INTO bench_messages (uuid, seq, sender, text) VALUES (%s, 1, 'customer', %s)", (uuid4(), QUESTION)
        )
        self.search()
        asked = time.perf_counter()
        with self.client.stream("POST", "/v1/chat/completions", json=self.prompt) as response:
            for line in response.iter_lines():
                if line.startswith("data: ") and '"content"' in line and '"content": ""' not in line:
                    break
        ended = time.perf_counter()
        return ended - began, ended - asked


def _recorded(running: RunningStack):
    """Return the prompt of the question and a function that repeats its search in this process."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.utils.timezone import now

    from assistants.models import Assistant
    from dialogs import prompts
    from dialogs.enums import Sender
    from dialogs.models import DialogMessage
    from knowledge.search import search

    assistant = Assistant.objects.get(uuid=running.demo["assistant"])
    found = search(assistant, QUESTION, at=now())
    history = [DialogMessage(sender=Sender.CUSTOMER, text=QUESTION)]
    messages = prompts.build(assistant, passages=found.passages, history=history, language="ru")
    body = {
        "model": "otklik-quote-1",
        "stream": True,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
    }
    return body, lambda: search(assistant, QUESTION, at=now())


def _crowd(running: RunningStack) -> Iterator[tuple[str, str]]:
    """Ask twenty questions at once over the API and count what came back."""
    demo = running.demo
    address = f"{running.base_url}/api/v1/assistants/{demo['assistant']}/ask/"

    async def one(client: httpx.AsyncClient, number: int) -> tuple[float, str]:
        began = time.perf_counter()
        body = {"text": f"{QUESTION} Заказ {number}", "session_id": f"bench-{uuid4().hex}"}
        response = await client.post(address, json=body, headers={"Authorization": f"Api-Key {demo['api_key']}"})
        response.raise_for_status()
        return time.perf_counter() - began, response.json()["dialog"]

    async def all_at_once() -> list[tuple[float, str]]:
        async with httpx.AsyncClient(timeout=90) as client:
            return await asyncio.gather(*(one(client, number) for number in range(AT_ONCE)))

    began = time.perf_counter()
    answers = asyncio.run(all_at_once())
    took = time.perf_counter() - began
    seconds = sorted(duration for duration, _ in answers)
    yield f"{AT_ONCE} asks at once: answers, different dialogs", f"{len(answers)}, {len({d for _, d in answers})}"
    yield "their p50 and slowest", f"{seconds[len(seconds) // 2]:.2f} s, {seconds[-1]:.2f} s (all in {took:.2f} s)"
