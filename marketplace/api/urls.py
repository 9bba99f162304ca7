"""API resources of marketplace, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.viewsets import ViewSetMixin

from marketplace.api import chats, replies, views

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("stores", views.StoreViewSet, "store"),
    ("products", views.ProductViewSet, "product"),
    ("reviews", replies.ReviewViewSet, "review"),
    ("complaints", views.ComplaintViewSet, "complaint"),
    ("chats", chats.ChatViewSet, "chat"),
    ("questions", replies.QuestionViewSet, "question"),
    ("outgoing-replies", replies.OutgoingViewSet, "outgoing-reply"),
]
urlpatterns: list[URLPattern | URLResolver] = []
