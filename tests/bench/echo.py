"""The floor of tests.bench.sockets: a bare Channels application that passes frames to a group and does nothing else."""

import os

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

if not settings.configured:
    settings.configure(
        SECRET_KEY="nothing here is signed",
        CHANNEL_LAYERS={
            "default": {
                "BACKEND": "channels_redis.core.RedisChannelLayer",
                "CONFIG": {
                    "hosts": [{"address": f"{os.environ['REDIS_URL']}/9", "socket_timeout": None}],
                    "capacity": 2000,
                },
            }
        },
    )


class Echo(AsyncJsonWebsocketConsumer):
    """Join the dialog that the address names; whatever is said there goes to everybody in it."""

    async def connect(self) -> None:
        self.group = f"dialog.{self.scope['url_route']['kwargs']['dialog']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content, **kwargs) -> None:
        await self.channel_layer.group_send(self.group, {"type": "passed", "content": content})

    async def passed(self, event) -> None:
        await self.send_json(event["content"])


application = ProtocolTypeRouter({"websocket": URLRouter([path("<int:dialog>/", Echo.as_asgi())])})
