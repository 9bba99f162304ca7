"""The socket that nobody serves: refused instead of an exception in the log."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import re_path


class UnknownSocket(AsyncWebsocketConsumer):
    """Close any address that no application claims."""

    async def connect(self) -> None:
        """Refuse the handshake."""
        await self.close()


refuse_unknown: Any = re_path(r"", UnknownSocket.as_asgi())
