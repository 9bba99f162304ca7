"""Addresses of a tenant's own programs: added, changed, given new secrets, switched on and off."""

import secrets as randomness
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import secrets, tasks
from accounts.enums import EventType, SwitchOff, WebhookStatus
from accounts.errors import EndpointOff, EndpointUnusable, TooManyEndpoints
from accounts.models import Tenant, User, WebhookDelivery, WebhookEndpoint
from accounts.services import events
from accounts.services.audit import record
from config.outside import NotPublic, OutsideFailed, checked, public_address

MOST_ENDPOINTS: Final = 20
SECRET_BYTES: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 -- what secrets begin with
FORMER_SIGNS: Final = timedelta(hours=24)
COLUMN: Final = "secret_encrypted"
FORMER_COLUMN: Final = "former_secret_encrypted"
HTTPS_PORT: Final = 443


def usable(url: str) -> str:
    """Return the address as it will be called.

    Raises:
        EndpointUnusable: it is not https, or not on the public internet.
    """
    try:
        url = checked(url.strip())
        parts = urlsplit(url)
        if not settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES:
            if parts.scheme != "https":
                raise EndpointUnusable
            public_address(parts.hostname or "", parts.port or HTTPS_PORT)
    except (OutsideFailed, NotPublic) as error:
        raise EndpointUnusable from error
    return url


@transaction.atomic
def add_endpoint(
    tenant: Tenant,
    *,
    url: str,
    event_types: Sequence[EventType] = (),
    description: str = "",
    created_by: User | None = None,
) -> tuple[WebhookEndpoint, str]:
    """Tell an address what happens from now on; return it with the secret that signs.

    Raises:
        EndpointUnusable: nothing can be sent there.
        TooManyEndpoints: the tenant has enough of them.
    """
    url = usable(url)
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    if WebhookEndpoint.objects.of(tenant).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(limit=MOST_ENDPOINTS)
    endpoint = WebhookEndpoint(
        tenant=tenant, url=url, event_types=list(event_types), description=description, created_by=created_by
    )
    secret = _new_secret(endpoint)
    endpoint.save()
    facts = {"url": url, "events": list(event_types)}
    record("webhook.created", tenant=tenant, by=created_by, target=endpoint, after=facts)
    return endpoint, secret


def change_endpoint(
    endpoint: WebhookEndpoint,
    *,
    url: str | None = None,
    event_types: Sequence[EventType] | None = None,
    description: str | None = None,
) -> WebhookEndpoint:
    """Change where an address lies or what it wants.

    Raises:
        EndpointUnusable: nothing can be sent there.
    """
    if url is not None and url != endpoint.url:
        endpoint.url, endpoint.failing_since = usable(url), None
    if event_types is not None:
        endpoint.event_types = list(event_types)
    if description is not None:
        endpoint.description = description
    endpoint.save(update_fields=["url", "failing_since", "event_types", "description"])
    return endpoint


def rotate_secret(endpoint: WebhookEndpoint, *, at: datetime) -> str:
    """Return a new secret; for a day the former one signs as well."""
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        former = _opened(endpoint, COLUMN)
        if former:
            endpoint.former_secret_encrypted = secrets.encrypt(
                former, context=secrets.context_of(endpoint, FORMER_COLUMN)
            )
            endpoint.former_secret_until = at + FORMER_SIGNS
        secret = _new_secret(endpoint)
        endpoint.save(update_fields=[COLUMN, FORMER_COLUMN, "former_secret_until"])
    return secret


def secrets_of(endpoint: WebhookEndpoint, *, at: datetime) -> list[str]:
    """Return the secrets that sign now, newest first."""
    columns = [COLUMN]
    if endpoint.former_secret_until and at < endpoint.former_secret_until:
        columns.append(FORMER_COLUMN)
    return [secret for secret in (_opened(endpoint, column) for column in columns) if secret]


@transaction.atomic
def switch_on(endpoint: WebhookEndpoint, *, at: datetime) -> None:
    """Send to an address again; what waited for it goes first."""
    changes = {"is_active": True, "switched_off": "", "failing_since": None}
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changes)
    endpoint.is_active, endpoint.switched_off, endpoint.failing_since = True, "", None
    waiting = endpoint.deliveries.filter(status=WebhookStatus.PENDING)
    waiting.update(next_attempt_at=at)


@transaction.atomic
def switch_off(endpoint: WebhookEndpoint, *, why: SwitchOff = SwitchOff.BY_HAND) -> bool:
    """Send nothing more to an address; say whether it was on. Its owner hears of it unless they did it."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True)
    if not rows.update(is_active=False, switched_off=why):
        return False
    endpoint.is_active, endpoint.switched_off = False, why
    if why != SwitchOff.BY_HAND:
        transaction.on_commit(partial(tasks.send_endpoint_off.delay, endpoint_id=endpoint.pk), robust=True)
    return True


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, at: datetime) -> WebhookDelivery:
    """Send an event that means nothing, to see whether it arrives.

    Raises:
        EndpointOff: the address is switched off.
    """
    if not endpoint.is_active:
        raise EndpointOff
    event = events.record(endpoint.tenant_id, EventType.WEBHOOK_TEST, at=at, endpoint=endpoint.uuid)
    known = WebhookDelivery.objects.filter(endpoint=endpoint, event=event).first()
    return known or events.send_soon(event, endpoint_id=endpoint.pk, at=at)


@transaction.atomic
def replay(delivery: WebhookDelivery, *, at: datetime) -> WebhookDelivery:
    """Send an event again under a new delivery id; while that is on its way, return it.

    Raises:
        EndpointOff: the address is switched off.
    """
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=delivery.endpoint_id)
    if not endpoint.is_active:
        raise EndpointOff
    same = WebhookDelivery.objects.filter(endpoint=endpoint, event_id=delivery.event_id, status=WebhookStatus.PENDING)
    waiting = same.filter(Q(is_replay=True) | Q(pk=delivery.pk)).first()
    return waiting or events.send_soon(delivery.event, endpoint_id=endpoint.pk, at=at, is_replay=True)


def _new_secret(endpoint: WebhookEndpoint) -> str:
    secret = f"{SECRET_PREFIX}{randomness.token_urlsafe(SECRET_BYTES)}"
    endpoint.secret_encrypted = secrets.encrypt(secret, context=secrets.context_of(endpoint, COLUMN))
    return secret


def _opened(endpoint: WebhookEndpoint, column: str) -> str:
    token = getattr(endpoint, column)
    return secrets.decrypt(token, context=secrets.context_of(endpoint, column)) if token else ""
