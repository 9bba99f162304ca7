"""One effect per ``Idempotency-Key``: the first request acts, its repeats hear the same answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import secrets
from accounts.errors import KeyReused, StillRunning
from accounts.models import IdempotencyKey, Tenant

KEPT_FOR: Final = timedelta(hours=24)
LEASE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The answer that the first request got."""

    status: int
    content_type: str
    body: bytes


def begin(
    tenant: Tenant, *, principal: str, route: str, key: str, body_hash: str, at: datetime
) -> IdempotencyKey | Replay:
    """Claim a key for one request, or return the answer of the request that had it.

    Raises:
        StillRunning: the first request has not finished.
        KeyReused: the first request had another body.
    """
    name = {"tenant": tenant, "principal": principal, "route": route, "key": key}
    stale = Q(created_at__lte=at - KEPT_FOR) | Q(status=None, created_at__lte=at - LEASE)
    IdempotencyKey.objects.filter(stale, **name).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(**name, body_hash=body_hash, created_at=at)
    except IntegrityError:
        claimed = IdempotencyKey.objects.filter(**name).first()
    if claimed is None:
        raise StillRunning
    if claimed.body_hash != body_hash:
        raise KeyReused
    if claimed.status is None:
        raise StillRunning
    return _replay(claimed)


def finish(claim: IdempotencyKey, *, status: int, content_type: str, body: bytes) -> None:
    """Keep the answer, encrypted: it may hold personal data or a new API key."""
    token = secrets.encrypt(body, context=secrets.context_of(claim, "body_encrypted"))
    IdempotencyKey.objects.filter(pk=claim.pk, status=None).update(
        status=status, content_type=content_type, body_encrypted=token
    )


def forget(claim: IdempotencyKey) -> None:
    """Give the key back: nothing happened, so the request may be tried again."""
    IdempotencyKey.objects.filter(pk=claim.pk, status=None).delete()


def purge_idempotency_keys(*, at: datetime) -> int:
    """Delete keys nobody can replay any more."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lte=at - KEPT_FOR).delete()
    return deleted


def _replay(claimed: IdempotencyKey) -> Replay:
    body = secrets.decrypt(claimed.body_encrypted or b"", context=secrets.context_of(claimed, "body_encrypted"))
    return Replay(status=claimed.status or 0, content_type=claimed.content_type, body=body.encode())
