"""Tenants, people, connections and system settings."""

from accounts.models.events import Event, EventStream, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.models.integrations import Integration, Platform, PlatformMetric, SyncLog
from accounts.models.leaving import DataExport, TenantDeletion
from accounts.models.office import Announcement, AnnouncementDismissal, Impersonation, ImpersonationStep
from accounts.models.people import ApiKey, ApiKeyPrincipal, User, person_behind
from accounts.models.records import AuditEntry, Notification, NotificationPreference
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
    "AuditEntry",
    "DataExport",
    "Event",
    "EventStream",
    "IdempotencyKey",
    "Impersonation",
    "ImpersonationStep",
    "Integration",
    "Invitation",
    "Membership",
    "Notification",
    "NotificationPreference",
    "Owned",
    "OwnedQuerySet",
    "Platform",
    "PlatformMetric",
    "StartPageEvent",
    "SyncLog",
    "SystemSetting",
    "Tenant",
    "TenantDeletion",
    "TenantQuerySet",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "person_behind",
    "tenants_of",
]
