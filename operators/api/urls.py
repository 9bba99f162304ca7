"""API resources of operators, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.viewsets import ViewSetMixin

from operators.api import views

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("tickets", views.TicketViewSet, "ticket"),
    ("handoffs", views.HandoffViewSet, "handoff"),
    ("canned-replies", views.CannedReplyViewSet, "canned-reply"),
]
urlpatterns: list[URLPattern | URLResolver] = []
