"""API resources of dialogs, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from dialogs.api.bots import BotViewSet
from dialogs.api.contacts import ContactViewSet
from dialogs.api.views import AskView, DialogViewSet

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("dialogs", DialogViewSet, "dialog"),
    ("contacts", ContactViewSet, "contact"),
    ("bots", BotViewSet, "bot"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("assistants/<uuid:uuid>/ask/", AskView.as_view(), name="assistant-ask"),
]
