"""The ASGI entry point: pages and API over HTTP, widget and console over sockets."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402 -- after django.setup()

from config.routing import sockets  # noqa: E402 -- after django.setup()
from config.traffic import CountedSockets  # noqa: E402 -- after django.setup()

application = ProtocolTypeRouter({"http": http, "websocket": CountedSockets(sockets)})
