"""What an attempt teaches about its key, kept in the database for every process."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from accounts.enums import IntegrationStatus
from accounts.models import Integration, Tenant
from accounts.services.connections import mark
from assistants.door.failures import Failure, Kind
from assistants.door.routes import Route
from assistants.enums import ParkedReason
from assistants.models import AiRoute, AiTokenPool, KeyQuerySet
from assistants.models.pool import MAX_ERRORS
from assistants.signals import key_parked


def claim(route: Route, *, at: datetime) -> bool:
    """Take one call on a key, counted atomically; of a broken key's rivals only one gets to try it.

    The block is durable, so a model is never called inside a transaction.
    """
    with transaction.atomic(durable=True):
        if route.token_id is not None:
            return bool(AiTokenPool.objects.filter(pk=route.token_id).claim(at=at))
        if not route.is_broken:
            return True
        broken = AiRoute.objects.filter(key=route.key, error_count__gte=MAX_ERRORS)
        return not broken.exists() or bool(broken.healthy(at=at).update(**broken.probe(at=at)))


def learn(route: Route, failure: Failure | None, *, tenant: Tenant, message: str, at: datetime) -> None:
    """Write down how the attempt went; called inside the transaction that records it."""
    keys = _keys(route, create=failure is not None)
    if failure is None:
        keys.record_success(at=at)
    elif failure.kind == Kind.RATE_LIMITED:
        keys.cool_down(until=at + timedelta(seconds=failure.rest_seconds))
    elif failure.kind == Kind.PARKED:
        _park(route, keys, failure.reason or ParkedReason.UNAUTHORISED, tenant=tenant, message=message, at=at)
    elif failure.kind in (Kind.UNAVAILABLE, Kind.NONSENSE):
        keys.record_failure(message=message, at=at)


def _keys(route: Route, *, create: bool) -> KeyQuerySet[AiTokenPool] | KeyQuerySet[AiRoute]:
    if route.token_id is not None:
        return AiTokenPool.objects.filter(pk=route.token_id)
    if create:
        AiRoute.objects.bulk_create([AiRoute(key=route.key)], ignore_conflicts=True)
    return AiRoute.objects.filter(key=route.key)


def _park(
    route: Route,
    keys: KeyQuerySet[AiTokenPool] | KeyQuerySet[AiRoute],
    reason: ParkedReason,
    *,
    tenant: Tenant,
    message: str,
    at: datetime,
) -> None:
    """Park a key; the one who did it tells staff, or the tenant whose key it is."""
    if not keys.park(reason, message=message, at=at):
        return
    if route.integration_id is not None:
        integration = Integration.objects.get(pk=route.integration_id)
        mark(integration, status=IntegrationStatus.REAUTH_REQUIRED, message=str(reason.label))
    tell = partial(
        key_parked.send_robust,
        sender=AiTokenPool if route.token_id else AiRoute,
        key_name=route.name,
        provider=str(route.provider),
        reason=reason,
        tenant_id=tenant.pk if route.integration_id is not None else None,
    )
    transaction.on_commit(tell)
