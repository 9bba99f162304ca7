"""Events on their way to the tenants' programs: signed, tried again, written down.

A delivery is sent at least once. Its row is leased before the request and
closed after it; when a worker dies in between, the lease runs out and the same
delivery, with the same id, is sent again.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Final

import structlog
from django.db import models, transaction
from django.db.models.functions import Coalesce

from accounts import secrets, tasks
from accounts.enums import SwitchOff, WebhookStatus
from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.services.endpoints import secrets_of, switch_off
from config.db import release_connection
from config.outside import Outside, OutsideFailed

log = structlog.get_logger(__name__)

BACKOFF: Final = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MOST_ATTEMPTS: Final = len(BACKOFF) + 1
PATIENCE: Final = timedelta(days=3)
TURN: Final = timedelta(seconds=15)
LEASE: Final = timedelta(seconds=60)
SECONDS: Final = 10.0
EXCERPT: Final = 1_000
MAX_ANSWER: Final = 64 * 1024
GONE: Final = 410
BATCH: Final = 200
UNREADABLE: Final = "secret_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address said, or why it said nothing."""

    status: int | None = None
    body: str = ""
    trouble: str = ""
    seconds: float = 0.0


def signature(secret: str, *, timestamp: int, body: bytes) -> str:
    """Return HMAC-SHA256 of ``timestamp.body`` in hexadecimal."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def deliver(delivery_id: int, *, at: datetime) -> bool:
    """Make one attempt, if one is due and nobody else makes it; say whether one was made."""
    claimed = _claim(delivery_id, at=at)
    if claimed is None:
        return False
    release_connection()
    answer = _ask(claimed.delivery, at=at)
    _write(claimed, answer, at=at + timedelta(seconds=answer.seconds))
    return True


def sweep_webhooks(*, at: datetime) -> int:
    """Queue deliveries that are due: postponed ones, and those whose worker or queue was lost."""
    with transaction.atomic():
        due = WebhookDelivery.objects.due(at=at).select_for_update(of=("self",), skip_locked=True)
        keys = list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        tasks.send_webhook.delay(delivery_id=key)
    return len(keys)


@transaction.atomic
def _claim(delivery_id: int, *, at: datetime) -> WebhookAttempt | None:
    """Lease a due delivery and open its next attempt."""
    due = WebhookDelivery.objects.due(at=at).select_related("endpoint", "event")
    delivery = due.select_for_update(of=("self",), skip_locked=True).filter(pk=delivery_id).first()
    if delivery is None:
        return None
    if delivery.attempt_count >= MOST_ATTEMPTS:  # the worker of the last attempt died
        _close(delivery, WebhookStatus.FAILED, at=at)
        return None
    if delivery.endpoint.failing_since and _is_busy(delivery, at=at):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=at + TURN)
        return None
    delivery.attempt_count += 1
    delivery.locked_until = at + LEASE
    delivery.save(update_fields=["attempt_count", "locked_until"])
    return WebhookAttempt.objects.create(delivery=delivery, number=delivery.attempt_count, started_at=at)


def _is_busy(delivery: WebhookDelivery, *, at: datetime) -> bool:
    """Say whether another delivery is being sent there: an address that fails gets one at a time."""
    others = WebhookDelivery.objects.filter(endpoint_id=delivery.endpoint_id, status=WebhookStatus.PENDING)
    return others.filter(locked_until__gt=at).exists()


def _ask(delivery: WebhookDelivery, *, at: datetime) -> Answer:
    body = json.dumps(delivery.event.as_json(), ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(at.timestamp())
    try:
        keys = secrets_of(delivery.endpoint, at=at)
    except secrets.SecretUnreadable:
        return Answer(trouble=UNREADABLE)
    headers = {
        "Content-Type": "application/json",
        "Otklik-Event": delivery.event.type,
        "Otklik-Delivery": str(delivery.uuid),
        "Otklik-Timestamp": str(timestamp),
        "Otklik-Signature": ",".join(f"v1={signature(key, timestamp=timestamp, body=body)}" for key in keys),
    }
    started = perf_counter()
    try:
        with Outside(user_agent="Otklik-Webhook/1", seconds=SECONDS, max_bytes=MAX_ANSWER) as outside:
            reply = outside.post(delivery.endpoint.url, body, headers=headers)
    except OutsideFailed as failed:
        return Answer(trouble=failed.trouble.value, seconds=perf_counter() - started)
    text = reply.content.decode("utf-8", "replace").replace("\0", "�")[:EXCERPT]
    return Answer(status=reply.status, body=text, seconds=perf_counter() - started)


@transaction.atomic
def _write(attempt: WebhookAttempt, answer: Answer, *, at: datetime) -> None:
    """Keep what the address said, and decide what follows from it."""
    delivery = attempt.delivery
    attempt.finished_at, attempt.milliseconds = at, round(answer.seconds * 1000)
    attempt.response_status, attempt.response_body, attempt.trouble = answer.status, answer.body, answer.trouble
    attempt.save()
    if attempt.is_good:
        _close(delivery, WebhookStatus.DELIVERED, at=at)
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).exclude(failing_since=None).update(failing_since=None)
        return
    log.warning("webhook_failed", delivery=str(delivery.uuid), status=answer.status, trouble=answer.trouble)
    if delivery.attempt_count >= MOST_ATTEMPTS:
        _close(delivery, WebhookStatus.FAILED, at=at)
    else:
        pause = BACKOFF[delivery.attempt_count - 1]
        _still_ours(delivery).update(next_attempt_at=at + pause, locked_until=None)
    _lose_patience(delivery.endpoint_id, answer, at=at)


def _lose_patience(endpoint_id: int, answer: Answer, *, at: datetime) -> None:
    """Note since when the address fails; switch off one that has failed for days or says it is gone."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint_id)
    rows.update(failing_since=Coalesce("failing_since", at))
    endpoint = rows.get()
    if answer.status == GONE:
        switch_off(endpoint, why=SwitchOff.GONE)
    elif endpoint.failing_since and at - endpoint.failing_since >= PATIENCE:
        switch_off(endpoint, why=SwitchOff.FAILING)


def _close(delivery: WebhookDelivery, status: WebhookStatus, *, at: datetime) -> None:
    _still_ours(delivery).update(status=status, finished_at=at, locked_until=None)


def _still_ours(delivery: WebhookDelivery) -> "models.QuerySet[WebhookDelivery]":
    """Return the row, unless the lease ran out and another attempt began."""
    return WebhookDelivery.objects.filter(
        pk=delivery.pk, status=WebhookStatus.PENDING, attempt_count=delivery.attempt_count
    )
