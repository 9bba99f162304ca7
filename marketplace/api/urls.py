"""API resources of marketplace, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.viewsets import ViewSetMixin

from marketplace.api import chats, extension, replies, routines, views

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("stores", views.StoreViewSet, "store"),
    ("products", views.ProductViewSet, "product"),
    ("product-rules", routines.ProductRuleViewSet, "product-rule"),
    ("sequence-templates", routines.SequenceTemplateViewSet, "sequence-template"),
    ("reviews", replies.ReviewViewSet, "review"),
    ("complaints", views.ComplaintViewSet, "complaint"),
    ("extension/uploads", extension.ExtensionUploadViewSet, "extension-upload"),
    ("extension/complaints", extension.ExtensionComplaintViewSet, "extension-complaint"),
    ("chats", chats.ChatViewSet, "chat"),
    ("questions", replies.QuestionViewSet, "question"),
    ("outgoing-replies", replies.OutgoingViewSet, "outgoing-reply"),
]
urlpatterns: list[URLPattern | URLResolver] = []
