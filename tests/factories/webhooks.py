"""Addresses of tenants' programs, and events on their way there."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from accounts import secrets
from accounts.enums import EventType
from accounts.models import Event, Tenant, WebhookDelivery, WebhookEndpoint
from accounts.services import events
from tests.factories.accounts import TenantFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "whsec_the-secret-of-a-test"


def an_endpoint(tenant: Tenant | None = None, *, url: str = "https://example.com/hook", **fields: Any) -> Any:
    """Return an address whose secret is SECRET."""
    endpoint = WebhookEndpoint(tenant=tenant or TenantFactory(), url=url, **fields)
    endpoint.secret_encrypted = secrets.encrypt(SECRET, context=secrets.context_of(endpoint, "secret_encrypted"))
    endpoint.save()
    return endpoint


def an_event(tenant: Tenant, event_type: EventType = EventType.TICKET_CREATED, **data: Any) -> Event:
    """Return an event with its number."""
    with transaction.atomic():
        event = events.record(tenant.pk, event_type, at=NOW, **data)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    event.refresh_from_db()
    return event


def a_delivery(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Return an event's delivery to an address."""
    return WebhookDelivery.objects.get(endpoint=endpoint, event=an_event(endpoint.tenant, number=7))
