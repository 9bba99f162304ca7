"""API resources of operators, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.viewsets import ViewSetMixin

from operators.api import views
from operators.api.canned import CannedReplyViewSet

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("tickets", views.TicketViewSet, "ticket"),
    ("handoffs", views.HandoffViewSet, "handoff"),
    ("canned-replies", CannedReplyViewSet, "canned-reply"),
]
urlpatterns: list[URLPattern | URLResolver] = []
