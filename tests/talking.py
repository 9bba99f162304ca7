"""Clients that speak the sockets' protocols as docs/widget.md and docs/console.md say, and come back when cut off."""

import asyncio
import itertools
import json
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import websockets
from websockets.exceptions import WebSocketException

LOST = (OSError, TimeoutError, WebSocketException)


class Client(ABC):
    """One socket that is opened again whenever it breaks; ``obey`` gets every frame."""

    def __init__(self, address: str, *, origin: str, cookie: str = "") -> None:
        self.address, self.origin = address, origin
        self.headers = {"Cookie": cookie} if cookie else {}
        self.connections = 0
        self.is_ready = asyncio.Event()
        self._socket: websockets.ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self):
        self._task = asyncio.create_task(self._stay())
        return self

    async def __aexit__(self, *problem: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def send(self, command: str, **fields: Any) -> None:
        """Send a frame, or lose it: whoever needs it sends it again."""
        if self._socket:
            with suppress(*LOST):
                await self._socket.send(json.dumps({"command": command, **fields}))

    @abstractmethod
    async def greet(self) -> None:
        """Say who one is, and what one has seen."""

    @abstractmethod
    async def obey(self, frame: dict[str, Any]) -> None:
        """Take in what the server says."""

    async def _stay(self) -> None:
        while True:
            with suppress(*LOST):
                async with websockets.connect(
                    self.address, origin=self.origin, additional_headers=self.headers, open_timeout=10, max_size=None
                ) as socket:
                    self._socket = socket
                    self.connections += 1
                    await self.greet()
                    async for text in socket:
                        await self.obey(json.loads(text))
            self._socket = None
            self.is_ready.clear()
            await asyncio.sleep(0.3)


class Visitor(Client):
    """A customer's frame: says words once, shows messages by their number."""

    def __init__(self, base_url: str, assistant: str, token: str) -> None:
        super().__init__(f"ws{base_url.removeprefix('http')}/ws/widget/{assistant}/", origin=base_url)
        self.token = token
        self.screen: list[dict[str, Any]] = []
        self.unconfirmed: dict[str, str] = {}
        self.said: list[str] = []
        self.dialog = ""

    @property
    def last_seq(self) -> int:
        return self.screen[-1]["seq"] if self.screen else 0

    async def say(self, text: str) -> None:
        """Write to the seller; repeated after a reconnect until it is confirmed."""
        client_id = uuid4().hex
        self.said.append(text)
        self.unconfirmed[client_id] = text
        await self.send("post", id=client_id, client_id=client_id, text=text)

    async def greet(self) -> None:
        await self.send("hello", token=self.token, after_seq=self.last_seq)

    async def obey(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "ready":
            self.dialog = frame["dialog"] or self.dialog
            for message in frame["messages"]:
                await self._show(message)
            self.is_ready.set()
            for client_id, text in list(self.unconfirmed.items()):
                await self.send("post", id=client_id, client_id=client_id, text=text)
        elif kind == "message":
            await self._show(frame)
        elif kind == "ok" and frame["id"] in self.unconfirmed:
            del self.unconfirmed[frame["id"]]
            await self._show(frame["message"])
        elif kind == "heartbeat" and frame["last_seq"] > self.last_seq:
            await self.send("catch_up", after_seq=self.last_seq)

    async def _show(self, message: dict[str, Any]) -> None:
        if message["seq"] == self.last_seq + 1:
            self.screen.append(message)
        elif message["seq"] > self.last_seq:
            await self.send("catch_up", after_seq=self.last_seq)


class Operator(Client):
    """An operator's page with one conversation open."""

    def __init__(self, base_url: str, tenant: str, cookie: str) -> None:
        super().__init__(f"ws{base_url.removeprefix('http')}/ws/console/", origin=base_url, cookie=cookie)
        self.tenant = tenant
        self.dialog = ""
        self.screen: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.came: dict[str, float] = {}  # text -> when it was here
        self.answers: dict[str, asyncio.Future[dict[str, Any]]] = {}

    @property
    def last_seq(self) -> int:
        return self.screen[-1]["seq"] if self.screen else 0

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command until it is answered; only for commands that may come twice."""
        for number in itertools.count():
            reference = f"{command}-{number}-{uuid4().hex}"
            self.answers[reference] = asyncio.get_running_loop().create_future()
            await asyncio.wait_for(self.is_ready.wait(), 60)
            await self.send(command, id=reference, **fields)
            with suppress(TimeoutError):
                return await asyncio.wait_for(self.answers[reference], 5)
        raise AssertionError

    async def look_at(self, dialog: str) -> None:
        """Open a conversation and follow it."""
        self.dialog, self.screen = dialog, []
        self._show((await self.ask("open", dialog=dialog, after_seq=0))["messages"])

    async def greet(self) -> None:
        await self.send("hello", tenant=self.tenant, language="ru")

    async def obey(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "ready":
            self.is_ready.set()
            if self.dialog:
                await self.send("open", id="again", dialog=self.dialog, after_seq=self.last_seq)
        elif (kind == "messages" and frame["dialog"] == self.dialog) or (kind == "ok" and frame["id"] == "again"):
            self._show(frame["messages"])
        elif kind == "ok" and frame["id"] in self.answers:
            self.answers.pop(frame["id"]).set_result(frame)
        elif kind == "error":
            self.errors.append(frame)
        elif kind == "heartbeat":
            await self.send("heartbeat")

    def _show(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if message["seq"] > self.last_seq:
                self.screen.append(message)
                self.came[message["text"]] = time.perf_counter()


def admitted(http: httpx.Client, assistant: str) -> str:
    """Fetch a ticket as our own page and return the token of a new visitor."""
    page = {"Origin": str(http.base_url).rstrip("/")}
    ticket = http.post(f"/widget/{assistant}/ticket/", headers=page).raise_for_status().json()["ticket"]
    return http.post(f"/widget/{assistant}/session/", json={"ticket": ticket}).raise_for_status().json()["token"]


@dataclass
class Shop:
    """The demo shop of a running stack, as its people and visitors reach it."""

    base_url: str
    demo: dict[str, Any]
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base_url, timeout=30)

    def visitor(self) -> Visitor:
        """Return a new visitor of the demo page."""
        return Visitor(self.base_url, self.demo["assistant"], admitted(self.http, self.demo["assistant"]))

    def operator(self, role: str = "operator") -> Operator:
        """Log a person of the demo shop in."""
        person = next(row for row in self.demo["logins"] if row["role"] == role)
        with httpx.Client(base_url=self.base_url, timeout=30) as browser:
            browser.get("/accounts/login/")
            form = {"login": person["email"], "password": person["password"]}
            answer = browser.post(
                "/accounts/login/",
                data={**form, "csrfmiddlewaretoken": browser.cookies["csrftoken"]},
                headers={"Referer": self.base_url},
            )
            assert answer.status_code == 302, answer.text
            cookie = f"sessionid={browser.cookies['sessionid']}"
        return Operator(self.base_url, self.demo["tenant"], cookie)
