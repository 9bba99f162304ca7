"""Socket commands: validated like a request, refused like a request."""

import inspect
import json
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.serializers import Serializer

from config import maintenance
from config.errors import DomainError

Handler = TypeVar("Handler", bound=Callable[..., Any])

BAD_REQUEST, UNAUTHORISED, NOT_FOUND, TOO_SLOW, TOO_MANY = 4400, 4401, 4404, 4408, 4429


def command(payload: type[Serializer[Any]]) -> Callable[[Handler], Handler]:
    """Publish a method as a command that takes the fields of ``payload``."""

    def publish(handler: Handler) -> Handler:
        handler.payload = payload  # type: ignore[attr-defined]  # a marker read by CommandConsumer
        return handler

    return publish


class CommandConsumer(AsyncJsonWebsocketConsumer):
    """Dispatch ``{"command": …, "id": …, **fields}`` to the methods marked ``@command``.

    A command runs in one database thread, unless it is a coroutine, and may
    return a dict, which is sent back as ``{"type": "ok", "id": …, **returned}``.
    """

    commands: ClassVar[dict[str, Callable[..., dict[str, Any] | None]]] = {}
    max_frame_bytes: ClassVar[int] = 128 * 1024

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.commands = {
            name: member
            for klass in reversed(cls.__mro__)
            for name, member in vars(klass).items()
            if hasattr(member, "payload")
        }

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        """Accept nobody while the system is worked on, but say so."""
        if await self._is_turned_away(accept=True):
            return
        await self.channel_layer.group_add(maintenance.EVERYBODY, self.channel_name)
        await super().websocket_connect(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """Leave the group of all open sockets."""
        await self.channel_layer.group_discard(maintenance.EVERYBODY, self.channel_name)
        await super().websocket_disconnect(message)

    async def maintenance_changed(self, message: dict[str, Any]) -> None:
        """Hear that the system closes (or, too late for this socket, opens)."""
        await self._is_turned_away()

    async def _is_turned_away(self, *, accept: bool = False) -> bool:
        """Tell the client to come back later, and close; the hint may be lost, so every command asks again."""
        told = await database_sync_to_async(maintenance.notice)()
        if told is None:
            return False
        if accept:
            await self.accept()
        await self.send_json(told.as_event())
        await self.close(code=maintenance.SOCKET_CODE)
        return True

    @classmethod
    async def encode_json(cls, content: object) -> str:
        """Encode with Django's types (dates, decimals, uuids)."""
        return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Refuse binary, oversized or unreadable frames by closing with 4400."""
        if await self._is_turned_away():
            return
        if text_data is None or not self._fits(text_data):
            await self.close(code=BAD_REQUEST)
            return
        try:
            content = json.loads(text_data)
        except (ValueError, RecursionError):
            await self.close(code=BAD_REQUEST)
            return
        if not isinstance(content, dict):
            await self.close(code=BAD_REQUEST)
            return
        await self.receive_json(content)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        """Obey one command and answer it."""
        reference = content.get("id")
        try:
            handler, fields = self._understand(content)
            if inspect.iscoroutinefunction(handler):
                result = await handler(self, **fields)
            else:
                result = await database_sync_to_async(handler)(self, **fields)
        except DomainError as error:
            await self.send_json({**error.as_problem(), "type": "error", "id": reference})
        except APIException as error:
            code = error.default_code if not isinstance(error, ValidationError) else "invalid"
            await self.send_json({"type": "error", "id": reference, "code": code, "detail": error.detail})
        else:
            if result is not None:
                await self.send_json({"type": "ok", "id": reference, **result})

    def _fits(self, text: str) -> bool:
        """Count bytes, but only of what may be too many."""
        return len(text) <= self.max_frame_bytes and len(text.encode(errors="replace")) <= self.max_frame_bytes

    def _understand(self, content: dict[str, Any]) -> tuple[Callable[..., Any], dict[str, Any]]:
        handler = self.commands.get(str(content.get("command", "")))
        if handler is None:
            raise ValidationError({"command": "unknown"})
        payload = handler.payload(data=content)  # type: ignore[attr-defined]  # set by @command
        payload.is_valid(raise_exception=True)
        return handler, payload.validated_data
