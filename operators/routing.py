"""Sockets of operators."""

from channels.auth import AuthMiddlewareStack
from django.urls import path

from operators.consumers import ConsoleConsumer

sockets = [path("ws/console/", AuthMiddlewareStack(ConsoleConsumer.as_asgi()))]
