"""Tenants, people, connections and system settings."""

from accounts.models.events import Event, EventStream, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.models.integrations import Integration, Platform, PlatformMetric, SyncLog
from accounts.models.office import Announcement, AnnouncementDismissal, Impersonation, ImpersonationStep
from accounts.models.people import ApiKey, ApiKeyPrincipal, User, person_behind
from accounts.models.system import IdempotencyKey, StartPageEvent, SystemSetting
from accounts.models.tenancy import (
    Invitation,
    Membership,
    Owned,
    OwnedQuerySet,
    Tenant,
    TenantQuerySet,
    tenants_of,
)

__all__ = [
    "Announcement",
    "AnnouncementDismissal",
    "ApiKey",
    "ApiKeyPrincipal",
    "Event",
    "EventStream",
    "IdempotencyKey",
    "Impersonation",
    "ImpersonationStep",
    "Integration",
    "Invitation",
    "Membership",
    "Owned",
    "OwnedQuerySet",
    "Platform",
    "PlatformMetric",
    "StartPageEvent",
    "SyncLog",
    "SystemSetting",
    "Tenant",
    "TenantQuerySet",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "person_behind",
    "tenants_of",
]
