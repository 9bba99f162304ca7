"""Tenants connect outside systems; what those do is recorded."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import secrets
from accounts.enums import AggregationPeriod, Direction, IntegrationStatus, MetricType, SyncStatus, SyncType
from accounts.errors import CredentialsMissing, CredentialsUnreadable
from accounts.models import Integration, Platform, PlatformMetric, SyncLog, Tenant
from accounts.services import metering
from accounts.services.audit import record

COLUMN = "credentials_encrypted"
PERIODS = {
    AggregationPeriod.MINUTE: timedelta(minutes=1),
    AggregationPeriod.HOUR: timedelta(hours=1),
    AggregationPeriod.DAY: timedelta(days=1),
}


@transaction.atomic
def connect(
    tenant: Tenant,
    *,
    platform: Platform,
    credentials: Mapping[str, str],
    external_account: str = "",
    name: str = "",
    settings: Mapping[str, Any] | None = None,
    status: IntegrationStatus = IntegrationStatus.CONNECTED,
    by: Any = None,
) -> Integration:
    """Connect an account on a platform, or give a connected one new credentials.

    Raises:
        CredentialsMissing: the platform asks for more.
    """
    missing = [key for key in platform.required_credentials if not credentials.get(key)]
    if missing:
        raise CredentialsMissing(platform=platform.display_name, missing=", ".join(missing))
    integration, _ = Integration.objects.get_or_create(
        tenant=tenant, platform=platform, external_account=external_account
    )
    integration = Integration.objects.select_for_update().get(pk=integration.pk)
    integration.name = name or integration.name
    if settings is not None:
        integration.settings = dict(settings)
    integration.credentials_encrypted = secrets.encrypt(
        json.dumps(dict(credentials), ensure_ascii=False), context=secrets.context_of(integration, COLUMN)
    )
    integration.encryption_key_id = secrets.key_id()
    integration.status, integration.status_message = status, ""
    integration.save()
    facts = {"platform": platform.pk, "account": external_account, "credentials": "new"}
    record("integration.connected", tenant=tenant, by=by, target=integration, after=facts)
    return integration


def credentials_of(integration: Integration) -> dict[str, str]:
    """Return the decrypted credentials; never keep, cache or log them.

    Raises:
        CredentialsUnreadable: the encryption key is gone.
    """
    if integration.credentials_encrypted is None:
        return {}
    try:
        text = secrets.decrypt(integration.credentials_encrypted, context=secrets.context_of(integration, COLUMN))
    except secrets.SecretUnreadable as error:
        raise CredentialsUnreadable from error
    credentials: dict[str, str] = json.loads(text)
    return credentials


def masked_credentials(integration: Integration) -> dict[str, str]:
    """Return what people may see of the credentials."""
    try:
        return {key: secrets.masked(value) for key, value in credentials_of(integration).items()}
    except CredentialsUnreadable:
        return {}


@transaction.atomic
def disconnect(integration: Integration, *, by: Any = None) -> None:
    """End a connection and erase its credentials; its history stays."""
    integration.credentials_encrypted, integration.encryption_key_id = None, ""
    integration.status, integration.status_message = IntegrationStatus.DISCONNECTED, ""
    integration.next_sync_at = None
    integration.save()
    record("integration.disconnected", tenant=integration.tenant_id, by=by, target=integration)


def mark(integration: Integration, *, status: IntegrationStatus, message: str = "") -> None:
    """Note how a connection is doing, in words for its owner."""
    Integration.objects.filter(pk=integration.pk).update(status=status, status_message=message)
    integration.status, integration.status_message = status, message


def start_sync(
    integration: Integration, *, sync_type: SyncType, at: datetime, direction: Direction = Direction.INBOUND
) -> SyncLog:
    """Open the record of a synchronisation."""
    return SyncLog.objects.create(
        integration=integration, sync_type=sync_type, direction=direction, status=SyncStatus.RUNNING, started_at=at
    )


@transaction.atomic
def finish_sync(
    log: SyncLog,
    *,
    status: SyncStatus,
    at: datetime,
    synced: int = 0,
    failed: int = 0,
    errors: list[Any] | None = None,
    message: str = "",
) -> bool:
    """Close the record of a running synchronisation, once, and plan the next one."""
    closed = SyncLog.objects.filter(pk=log.pk, status=SyncStatus.RUNNING).update(
        status=status,
        records_synced=synced,
        records_failed=failed,
        errors=errors or [],
        error_message=message,
        completed_at=at,
    )
    if not closed:
        return False
    _measure(log, status=status, synced=synced, at=at)
    next_at = at + timedelta(minutes=log.integration.sync_interval_minutes)
    times = {"next_sync_at": next_at} | ({"last_sync_at": at} if status != SyncStatus.FAILED else {})
    Integration.objects.filter(pk=log.integration_id).update(**times)
    return True


def _measure(log: SyncLog, *, status: SyncStatus, synced: int, at: datetime) -> None:
    """Count what a run did, for the charts of the connection."""
    is_inbound = log.direction == Direction.INBOUND
    moved = MetricType.MESSAGES_RECEIVED if is_inbound else MetricType.MESSAGES_SENT
    if synced:
        metering.count(log.integration, moved, synced, at=at)
    if status == SyncStatus.FAILED:
        metering.count(log.integration, MetricType.ERRORS, 1, at=at)
    if log.started_at and at >= log.started_at:
        seconds = (at - log.started_at).total_seconds()
        metering.count(log.integration, MetricType.SYNC_DURATION, seconds, at=at)


def record_metric(
    platform: Platform,
    *,
    metric_type: MetricType,
    value: Decimal,
    at: datetime,
    integration: Integration | None = None,
    period: AggregationPeriod = AggregationPeriod.HOUR,
    unit: str = "",
) -> PlatformMetric:
    """Write the number of one period; the same period again replaces it."""
    start = at.replace(second=0, microsecond=0)
    if period != AggregationPeriod.MINUTE:
        start = start.replace(minute=0)
    if period == AggregationPeriod.DAY:
        start = start.replace(hour=0)
    metric, _ = PlatformMetric.objects.update_or_create(
        integration=integration,
        platform=platform,
        metric_type=metric_type,
        aggregation_period=period,
        period_start=start,
        defaults={
            "tenant_id": integration.tenant_id if integration else None,
            "metric_value": value,
            "metric_unit": unit,
            "recorded_at": at,
            "period_end": start + PERIODS[period],
        },
    )
    return metric
