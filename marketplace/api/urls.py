"""API resources of marketplace, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from marketplace.api import bulk, chats, complaints, extension, reminders, replies, reputation, rules

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("stores", rules.StoreViewSet, "store"),
    ("products", rules.ProductViewSet, "product"),
    ("reviews", replies.ReviewViewSet, "review"),
    ("saved-filters", bulk.SavedFilterViewSet, "saved-filter"),
    ("bulk-jobs", bulk.BulkJobViewSet, "bulk-job"),
    ("complaints", complaints.ComplaintViewSet, "complaint"),
    ("extension/uploads", extension.ExtensionUploadViewSet, "extension-upload"),
    ("extension/complaints", extension.ExtensionComplaintViewSet, "extension-complaint"),
    ("reminder-templates", reminders.TemplateViewSet, "reminder-template"),
    ("reminders", reminders.ReminderViewSet, "reminder"),
    ("chats", chats.ChatViewSet, "chat"),
    ("questions", replies.QuestionViewSet, "question"),
    ("outgoing-replies", replies.OutgoingViewSet, "outgoing-reply"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("reputation/", reputation.ReputationView.as_view(), name="api-reputation"),
]
