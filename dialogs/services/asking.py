"""Asking over the API: a customer's message whose sender waits for the answer.

The answer is made by a worker like any other; whoever asked listens to the
dialog's hints and, because hints may be lost, looks at the database as well.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, Self

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils.timezone import now

from dialogs.enums import HandoffStatus, Sender
from dialogs.errors import AnswerLate
from dialogs.events import group_of
from dialogs.models import AnswerRun, Dialog, DialogMessage
from dialogs.services.receiving import receive

LOOK_EVERY_SECONDS: Final = 1.0
POLL_EVERY_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: an answer, or the announcement that a person was called."""

    dialog: Dialog
    message: DialogMessage | None
    handoff: HandoffStatus


class Listener:
    """The hints of one dialog, heard from before anything is said."""

    def __init__(self, dialog: Dialog) -> None:
        self._group = group_of(dialog.pk)
        self._layer = get_channel_layer()
        self._channel = ""

    async def __aenter__(self) -> Self:
        self._channel = await self._layer.new_channel()
        await self._layer.group_add(self._group, self._channel)
        return self

    async def __aexit__(self, *args: object) -> None:
        await self._layer.group_discard(self._group, self._channel)

    async def next(self) -> dict[str, Any] | None:
        """Return the next hint, or None when none came for a while."""
        try:
            hint = await asyncio.wait_for(self._layer.receive(self._channel), LOOK_EVERY_SECONDS)
        except TimeoutError:
            return None
        except RuntimeError:  # without ASGI each request has a loop of its own, and the layer serves one loop
            await asyncio.sleep(POLL_EVERY_SECONDS)
            return None
        event: dict[str, Any] = hint["event"]
        return event


async def ask(dialog: Dialog, *, text: str) -> AsyncIterator[str | Reply]:
    """Say ``text`` in ``dialog``; yield pieces of the answer as they come and the reply at last.

    Raises:
        AnswerLate: nothing came in PATIENCE_SECONDS; the answer will still be saved.
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with Listener(dialog) as listener:
        received = await database_sync_to_async(receive)(dialog, text=text, at=now())
        seq, dialog_id = received.message.seq, received.message.dialog_id
        while time.monotonic() < deadline:
            event = await listener.next() if received.run else None
            if event and event["type"] == "run" and event["state"] == "delta":
                yield event["text"]
            elif event is None or event["type"] in {"run", "state"}:
                reply = await database_sync_to_async(_reply)(dialog_id, seq)
                if reply:
                    yield reply
                    return
    raise AnswerLate(dialog=str(dialog.uuid))


async def answer_to(dialog: Dialog, *, text: str) -> Reply:
    """Say ``text`` in ``dialog`` and return the whole reply.

    Raises:
        AnswerLate, MessageEmpty, MessageTooLong, MessageUnreadable: see ``ask``.
    """
    async for piece in ask(dialog, text=text):
        if isinstance(piece, Reply):
            return piece
    raise AnswerLate(dialog=str(dialog.uuid))


def _reply(dialog_id: int, seq: int) -> Reply | None:
    """Return what was said after number ``seq``, once nobody works on it any more."""
    if AnswerRun.objects.open().filter(dialog_id=dialog_id).exists():
        return None
    dialog = Dialog.objects.get(pk=dialog_id)  # read after the run ended, which is when the handoff is there too
    message = dialog.messages.after(seq).exclude(sender=Sender.CUSTOMER).last()
    return Reply(dialog=dialog, message=message, handoff=HandoffStatus(dialog.handoff_status))
