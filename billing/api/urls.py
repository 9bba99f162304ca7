"""API resources of billing, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.viewsets import ViewSetMixin

routes: list[tuple[str, type[ViewSetMixin], str]] = []
urlpatterns: list[URLPattern | URLResolver] = []
