"""Sockets of dialogs."""

from django.urls import path

from dialogs.consumers import WidgetConsumer

sockets = [path("ws/widget/<uuid:uuid>/", WidgetConsumer.as_asgi())]
