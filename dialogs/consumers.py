"""The visitor's live connection (docs/widget.md)."""

import asyncio
import time
from typing import Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.utils.timezone import now
from rest_framework.exceptions import AuthenticationFailed, NotFound

from assistants.models import Assistant
from config import crowds
from config.consumers import NOT_FOUND, TOO_MANY, TOO_SLOW, UNAUTHORISED, CommandConsumer, command
from dialogs.api.serializers import CatchUp, Choose, Hello, Nothing, Post, Rate, RateDialog, SetContext, Shown
from dialogs.events import HANDLER, as_event, group_of
from dialogs.models import Dialog, DialogMessage
from dialogs.services import visiting

HELLO_WITHIN_SECONDS: Final = 10
HEARTBEAT_SECONDS: Final = 15
FOLLOW_AGAIN_BEATS: Final = 40  # group membership ends after a day; this is every ten minutes
FRAMES_PER_SECOND: Final = 5
BURST: Final = 30
SOCKETS_PER_VISITOR: Final = 12  # as many tabs as one keeps open


class WidgetConsumer(CommandConsumer):
    """One visitor's socket: commands in, hints out, the database in between."""

    max_frame_bytes = 32 * 1024
    visitor: visiting.Visitor | None = None
    dialog_id: int | None = None
    _allowance: float = BURST
    _counted_at: float = 0.0
    _background: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept, and give the client ten seconds to say who it is."""
        await self.accept()
        uuid = self.scope["url_route"]["kwargs"]["uuid"]
        self.assistant = await database_sync_to_async(_website_assistant)(uuid)
        if self.assistant is None:
            await self.close(code=NOT_FOUND)
            return
        self._background = asyncio.create_task(self._keep_alive())

    async def disconnect(self, code: int) -> None:
        """Leave the dialog's group, and room for another socket of the visitor."""
        if self._background:
            self._background.cancel()
        if self.visitor:
            await sync_to_async(crowds.leave, thread_sensitive=False)(self.channel_name, self._crowd)
        if self.dialog_id:
            await self.channel_layer.group_discard(group_of(self.dialog_id), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Close on a flood before even reading the frame."""
        clock = time.monotonic()
        self._allowance = min(BURST, self._allowance + (clock - self._counted_at) * FRAMES_PER_SECOND) - 1
        self._counted_at = clock
        if self._allowance < 0:
            await self.close(code=TOO_MANY)
            return
        await super().receive(text_data=text_data, bytes_data=bytes_data, **kwargs)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        """Refuse every command before ``hello``."""
        if self.visitor is None and content.get("command") != "hello":
            await self.close(code=UNAUTHORISED)
            return
        await super().receive_json(content, **kwargs)

    async def dialog_event(self, message: dict[str, Any]) -> None:
        """Pass a hint on to the browser."""
        await self.send_json(message["event"])

    @command(Hello)
    async def hello(self, *, token: str, after_seq: int) -> None:
        """Begin: follow the visitor's conversation and send what the client has not seen."""
        try:
            self.visitor = await database_sync_to_async(visiting.visitor_of)(self.assistant, token)
        except AuthenticationFailed:
            await self.close(code=UNAUTHORISED)
            return
        if not await self._has_place():
            await crowds.turn_away(self.base_send, is_accepted=True)
            return
        dialog = await database_sync_to_async(self._latest)()
        if dialog:
            await self._follow(dialog.pk)
        snapshot = await database_sync_to_async(visiting.snapshot)(dialog, after_seq=after_seq)
        await self.send_json({"type": "ready", **snapshot, "widget_version": self._visitor.assistant.widget_version})

    @command(Post)
    async def post(self, *, client_id: str, text: str, files: list[UUID]) -> dict[str, Any]:
        """Store the visitor's message; listen before the answer can begin."""
        if self.dialog_id is None and (text.strip() or files):
            dialog = await database_sync_to_async(visiting.begin)(self._visitor)
            await self._follow(dialog.pk)
        dialog_id, event = await database_sync_to_async(self._say)(client_id, text, files)
        await self._follow(dialog_id)
        return {"message": event}

    @command(CatchUp)
    async def catch_up(self, *, after_seq: int) -> None:
        """Send every message after ``after_seq``."""
        for event in await database_sync_to_async(self._missed)(after_seq):
            await self.send_json(event)

    @command(Shown)
    def shown(self, **fields: Any) -> None:
        """Record what is on the screen."""
        self._obey("shown", fields)

    @command(Nothing)
    def stop(self) -> dict[str, Any]:
        """End the answer under way."""
        return self._obey("stop", {})

    @command(Nothing)
    def ask_person(self) -> dict[str, Any]:
        """Call a person."""
        if self.dialog_id is None:
            self.dialog_id = visiting.begin(self._visitor).pk
        return self._obey("ask_person", {})

    @command(Choose)
    def choose(self, **fields: Any) -> dict[str, Any]:
        """Do something else than wait for a person who does not come."""
        return self._obey("choose", fields)

    @command(Rate)
    def rate(self, **fields: Any) -> dict[str, Any]:
        """Put a thumb on an answer."""
        return self._obey("rate", fields)

    @command(RateDialog)
    def rate_dialog(self, **fields: Any) -> dict[str, Any]:
        """Give the conversation stars."""
        return self._obey("rate_dialog", fields)

    @command(SetContext)
    def set_context(self, **fields: Any) -> dict[str, Any]:
        """Keep what the seller's page says about the visit."""
        return self._obey("set_context", fields)

    @command(Nothing)
    def end(self) -> dict[str, Any]:
        """End the conversation (``close`` on the wire, see ``commands``)."""
        return self._obey("close", {})

    @command(Nothing)
    async def typing(self) -> None:
        """Tell the operator that the visitor types."""
        if self.dialog_id:
            event = {"type": "typing", "sender": "customer"}
            await self.channel_layer.group_send(group_of(self.dialog_id), {"type": HANDLER, "event": event})

    @command(Nothing)
    async def ping(self) -> None:
        """Answer with a heartbeat."""
        await self._beat()

    @property
    def _visitor(self) -> visiting.Visitor:
        if self.visitor is None:
            raise AuthenticationFailed
        return self.visitor

    def _latest(self) -> Dialog | None:
        return self._visitor.dialog

    def _say(self, client_id: str, text: str, files: list[UUID]) -> tuple[int, dict[str, Any]]:
        message = visiting.say(self._visitor, text=text, client_id=client_id, files=files, at=now()).message
        return message.dialog_id, as_event(message)

    def _missed(self, after_seq: int) -> list[dict[str, Any]]:
        dialog = self._visitor.dialog
        return visiting.messages_after(dialog, after_seq) if dialog else []

    def _obey(self, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        dialog = self._visitor.dialog
        if dialog is None:
            raise NotFound
        try:
            visiting.obey(dialog, name, fields, at=now())
        except DialogMessage.DoesNotExist as error:
            raise NotFound from error
        return {}

    async def _follow(self, dialog_id: int) -> None:
        if dialog_id == self.dialog_id:
            return
        if self.dialog_id:
            await self.channel_layer.group_discard(group_of(self.dialog_id), self.channel_name)
        self.dialog_id = dialog_id
        await self.channel_layer.group_add(group_of(dialog_id), self.channel_name)

    async def _has_place(self) -> bool:
        """Take or renew this socket's place among its visitor's; say whether there was room."""
        enter = sync_to_async(crowds.enter, thread_sensitive=False)
        return await enter(self._crowd, self.channel_name, limit=SOCKETS_PER_VISITOR)

    @property
    def _crowd(self) -> str:
        return f"visitor:{self._visitor.key}"

    async def _keep_alive(self) -> None:
        await asyncio.sleep(HELLO_WITHIN_SECONDS)
        if self.visitor is None:
            await self.close(code=TOO_SLOW)
            return
        beats = 0
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            beats += 1
            await self._beat()
            await self._has_place()
            if self.dialog_id and beats % FOLLOW_AGAIN_BEATS == 0:
                await self.channel_layer.group_add(group_of(self.dialog_id), self.channel_name)

    async def _beat(self) -> None:
        last_seq = 0
        if self.dialog_id:
            last_seq = await Dialog.objects.filter(pk=self.dialog_id).values_list("last_seq", flat=True).aget()
        look = await Assistant.objects.filter(pk=self._visitor.assistant.pk).values_list("widget_version").afirst()
        await self.send_json({"type": "heartbeat", "last_seq": last_seq, "widget_version": look[0] if look else 0})


WidgetConsumer.commands["close"] = WidgetConsumer.commands.pop("end")


def _website_assistant(uuid: UUID) -> Assistant | None:
    return Assistant.objects.on_websites().select_related("tenant").filter(uuid=uuid, tenant__is_active=True).first()
