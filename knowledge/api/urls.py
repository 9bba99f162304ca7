"""API resources of knowledge, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from knowledge.api.entries import EntryViewSet
from knowledge.api.gaps import GapViewSet
from knowledge.api.passages import PassageViewSet
from knowledge.api.views import DocumentViewSet, SearchView
from knowledge.api.websites import WebSourceViewSet

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("documents", DocumentViewSet, "document"),
    ("gaps", GapViewSet, "gap"),
    ("knowledge", PassageViewSet, "knowledge"),
    ("knowledge-entries", EntryViewSet, "knowledge-entry"),
    ("web-sources", WebSourceViewSet, "web-source"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("assistants/<uuid:uuid>/search/", SearchView.as_view(), name="assistant-search"),
]
