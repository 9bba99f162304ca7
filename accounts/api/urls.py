"""API resources of accounts, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from accounts.api import tokens, views, webhooks

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("tenants", views.TenantViewSet, "tenant"),
    ("members", views.MemberViewSet, "member"),
    ("invitations", views.InvitationViewSet, "invitation"),
    ("api-keys", views.ApiKeyViewSet, "api-key"),
    ("platforms", views.PlatformViewSet, "platform"),
    ("integrations", views.IntegrationViewSet, "integration"),
    ("sync-logs", views.SyncLogViewSet, "sync-log"),
    ("webhook-endpoints", webhooks.WebhookEndpointViewSet, "webhook-endpoint"),
    ("webhook-deliveries", webhooks.WebhookDeliveryViewSet, "webhook-delivery"),
    ("events", webhooks.EventViewSet, "event"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token/", tokens.TokenView.as_view(), name="token"),
    path("auth/token/refresh/", tokens.RefreshView.as_view(), name="token-refresh"),
    path("auth/me/", tokens.MeView.as_view(), name="me"),
]
