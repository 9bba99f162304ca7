"""Writing down what happened, for programs that listen or ask."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import connection, transaction

from accounts import tasks
from accounts.enums import EventType, WebhookStatus
from accounts.models import Event, WebhookDelivery, WebhookEndpoint

KEPT: Final = timedelta(days=30)
BATCH: Final = 5_000


class OutsideTransaction(RuntimeError):
    """An event has to become true together with its fact."""


def record(tenant_id: int, event_type: EventType, *, at: datetime, **data: Any) -> Event:
    """Write a fact and its deliveries down, in the transaction that makes the fact true.

    Raises:
        OutsideTransaction: there is none.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(event_type)
    event = Event.objects.create(tenant_id=tenant_id, type=event_type, data=data, created_at=at)
    endpoints = WebhookEndpoint.objects.filter(tenant=tenant_id).wanting(event_type)
    for endpoint_id in endpoints.values_list("pk", flat=True):
        send_soon(event, endpoint_id=endpoint_id, at=at)
    return event


def send_soon(event: Event, *, endpoint_id: int, at: datetime, is_replay: bool = False) -> WebhookDelivery:
    """Put an event on its way to one address; the caller owns the transaction."""
    delivery = WebhookDelivery.objects.create(
        tenant_id=event.tenant_id, endpoint_id=endpoint_id, event=event, is_replay=is_replay, next_attempt_at=at
    )
    transaction.on_commit(partial(tasks.send_webhook.delay, delivery_id=delivery.pk), robust=True)
    return delivery


def purge_events(*, at: datetime) -> int:
    """Forget old events that are on their way nowhere, with the log of their deliveries; return how many."""
    on_their_way = WebhookDelivery.objects.filter(status=WebhookStatus.PENDING).values("event_id")
    old = Event.objects.filter(created_at__lt=at - KEPT).exclude(pk__in=on_their_way)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    Event.objects.filter(pk__in=keys).delete()
    return len(keys)
