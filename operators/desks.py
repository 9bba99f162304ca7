"""The ear of one process on a shop's conversations.

Fifty operators' pages that each listened and read for themselves would hear
every hint and read every changed row fifty times. So one listener per process
and shop hears it once, reads the rows once a second and language, and hands
the same text to all pages. What it holds are hints: a page that missed some
reads its lists anew.
"""

import asyncio
import json
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Final, Protocol

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from accounts.models import Tenant
from dialogs.events import tenant_group
from operators import reports

GATHER_SECONDS: Final = 0.05
PAUSE_SECONDS: Final = 1.0  # between two looks at the lists; the open conversation does not wait for them
LISTEN_AGAIN_SECONDS: Final = 600  # group membership ends after a day
RETRY_SECONDS: Final = 1.0
log = structlog.get_logger(__name__)


class Page(Protocol):
    """An operator's page that shows lists."""

    language: str

    async def show_rows(self, frame: str) -> None:
        """Pass an encoded ``rows`` event on."""

    async def show_noted(self, event: dict[str, Any]) -> None:
        """Take notice of a colleague's note on a conversation."""

    async def show_personal(self, event: dict[str, Any]) -> None:
        """Take what is meant for single operators."""

    async def show_watching(self, event: dict[str, Any]) -> None:
        """Take notice of a colleague who looks at a conversation, or writes in it."""

    async def show_counts(self) -> None:
        """Read and send what only this operator's page shows: how long the queues are, how much they hold."""


class Desk:
    """One shop's open pages in this process, and what changed since they were last told."""

    open_desks: ClassVar[dict[tuple[int, int], "Desk"]] = {}

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.pages: set[Page] = set()
        self._changed: set[int] = set()
        self._has_moved = False  # whether somebody is in charge who was not, or a conversation is new or over
        self._heard = asyncio.Event()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._tell())]
        self.is_listening = asyncio.Event()

    @classmethod
    async def join(cls, page: Page, tenant: Tenant) -> "Desk":
        """Show ``page`` what changes in the conversations of ``tenant`` from now on."""
        key = (id(asyncio.get_running_loop()), tenant.pk)
        desk = cls.open_desks.get(key) or cls.open_desks.setdefault(key, cls(tenant))
        desk.pages.add(page)
        with suppress(TimeoutError):  # without Redis the page works, and learns of changes when it is back
            await asyncio.wait_for(desk.is_listening.wait(), RETRY_SECONDS)
        return desk

    def leave(self, page: Page) -> None:
        """Forget ``page``; the last one ends the listening."""
        self.pages.discard(page)
        if not self.pages:
            for key in [key for key, desk in self.open_desks.items() if desk is self]:
                del self.open_desks[key]
            for task in self._tasks:
                task.cancel()

    async def _listen(self) -> None:
        """Collect hints, for as long as there are pages."""
        layer = get_channel_layer()
        while True:
            channel = await layer.new_channel()
            group = tenant_group(self.tenant.pk)
            try:
                await layer.group_add(group, channel)
                self.is_listening.set()
                async with asyncio.timeout(LISTEN_AGAIN_SECONDS):
                    while True:
                        await self._hear((await layer.receive(channel))["event"])
            except TimeoutError:
                await layer.group_discard(group, channel)
            except asyncio.CancelledError:
                with suppress(Exception):
                    await asyncio.shield(layer.group_discard(group, channel))
                raise
            except Exception as error:  # noqa: BLE001 -- Redis went away; the pages' own sockets end with it
                log.warning("desk_deaf", tenant=self.tenant.pk, error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, event: dict[str, Any]) -> None:
        if event["type"] in {"noted", "personal", "watching"}:
            for page in list(self.pages):
                with suppress(Exception):  # closed meanwhile
                    await getattr(page, f"show_{event['type']}")(event)
        elif event["type"] == "changed":
            self._changed.add(event["dialog"])
            self._has_moved |= event["has_moved"]
            self._heard.set()

    async def _tell(self) -> None:
        """Tell all pages of the conversations that changed within a moment, once; then within each second."""
        while True:
            await self._heard.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._heard.clear()
            keys, self._changed = self._changed, set()
            has_moved, self._has_moved = self._has_moved, False
            try:
                await self._show(keys, has_moved=has_moved)
            except Exception as error:  # noqa: BLE001 -- the database hiccuped; the next hint brings the rows
                log.warning("desk_silent", tenant=self.tenant.pk, error=repr(error))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _show(self, keys: set[int], *, has_moved: bool) -> None:
        for language in {page.language for page in self.pages}:
            frame = await database_sync_to_async(partial(_frame, self.tenant, keys, language))()
            for page in [page for page in self.pages if page.language == language]:
                with suppress(Exception):  # closed meanwhile
                    await page.show_rows(frame)
                    if has_moved:
                        await page.show_counts()


def _frame(tenant: Tenant, keys: set[int], language: str) -> str:
    with translation.override(language):
        event = {"type": "rows", "rows": reports.rows_by_key(tenant, keys)}
        return json.dumps(event, cls=DjangoJSONEncoder, ensure_ascii=False)
