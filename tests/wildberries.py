"""The sandbox Wildberries in a thread of the tests: failures on demand, a journal, and time that can be skipped."""

import asyncio
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accounts.models import Platform, Tenant
from accounts.services import connections
from config.modelserver.http import serve
from config.wbsandbox.clock import Clock
from config.wbsandbox.faults import Faults
from config.wbsandbox.handlers import route_of
from config.wbsandbox.market import Market, Shop, Size
from config.wbsandbox.server import Sandbox
from config.wbsandbox.tokens import issue
from marketplace.models import Store
from tests.factories.marketplace import StoreFactory

TINY = Size(products=12, reviews=120, questions=20, chats=8)
FAST = 100.0
URLS = (
    "WB_FEEDBACKS_URL", "WB_CHAT_URL", "WB_CONTENT_URL", "WB_PRICES_URL", "WB_COMMON_URL", "WB_RETURNS_URL",
)  # fmt: skip


class RunningWildberries:
    """A sandbox with one shop of its own."""

    def __init__(self, *, size: Size = TINY, speed: float = FAST, sid: str = "") -> None:
        self.sid = sid or str(uuid.uuid4())
        self.clock = Clock()
        self.faults = Faults()
        self.speed = speed
        self.market = Market(self.clock, sizes={self.sid: size})
        self.sandbox = Sandbox(self.market, routes=route_of, speed=speed, faults=self.faults)
        self.url = ""

    @property
    def shop(self) -> Shop:
        """Return the one shop, as the sandbox has it."""
        return self.market.shops[self.sid]

    def token(self, **given: Any) -> str:
        """Return a token of the shop; see ``config.wbsandbox.tokens.issue``."""
        return issue(given.pop("sid", self.sid), **given)

    def connect(self, store: Store | None = None, *, tenant: Tenant | None = None, **token: Any) -> Store:
        """Return a store with a token of the shop."""
        store = store or (StoreFactory(tenant=tenant) if tenant else StoreFactory())
        platform = Platform.objects.get(pk="wildberries")
        store.integration = connections.connect(
            store.tenant, platform=platform, credentials={"api_token": self.token(**token)}, external_account=self.sid
        )
        store.save()
        return store

    def skip(self, seconds: float) -> None:
        """Let time pass at Wildberries."""
        self.clock.skip(seconds)

    def written(self, method: str, path: str) -> list[Any]:
        """Return the JSON bodies of the calls of an address."""
        calls = [entry for entry in self.faults.journal if (entry.method, entry.path) == (method, path)]
        return [json.loads(entry.body) for entry in calls]


@contextmanager
def wildberries(**given: Any) -> Iterator[RunningWildberries]:
    """Serve a sandbox until the block ends."""
    running = RunningWildberries(**given)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(serve(running.sandbox, "127.0.0.1", 0))
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    talks = asyncio.all_tasks() - {asyncio.current_task()}
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


def point_at(settings: Any, running: RunningWildberries) -> None:
    """Let the product talk to a sandbox at its speed."""
    settings.SERVICES = {**settings.SERVICES, **dict.fromkeys(URLS, running.url)}
    settings.WB_SPEED = running.speed
