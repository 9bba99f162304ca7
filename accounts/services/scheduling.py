"""The regular work of connections: each is a row with a next run and a lease, so no two workers do it at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from accounts import tasks
from accounts.enums import IntegrationStatus, SyncStatus, SyncType
from accounts.errors import CredentialsRefused, CredentialsUnreadable, NothingToSync
from accounts.models import Integration
from accounts.ports import Outcome, fulfilment_of, polled_platforms
from accounts.services.connections import finish_sync, mark, start_sync
from config.db import release_connection
from config.errors import ProviderError

LEASE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_DOUBLINGS: Final = 10
BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a run failed, and what that makes of the connection."""

    status: IntegrationStatus
    words: str


def plan(integration: Integration, *, at: datetime, every_minutes: int | None = None) -> None:
    """Have a connection's work done as soon as possible, and from then on regularly."""
    every = {"sync_interval_minutes": every_minutes} if every_minutes else {}
    Integration.objects.filter(pk=integration.pk).update(next_sync_at=at, failures=0, **every)
    transaction.on_commit(lambda: tasks.sync_integration.delay(integration_id=integration.pk), robust=True)


def start(integration: Integration, *, at: datetime) -> None:
    """Start the work of a connection anew because a person or a program wants it.

    Raises:
        NothingToSync: it is disconnected, or has no work of its own.
    """
    fulfilment = fulfilment_of(integration.platform_id)
    is_alive = integration.status != IntegrationStatus.DISCONNECTED
    if fulfilment and fulfilment.sync and is_alive:
        fulfilment.sync(integration, at)
    elif fulfilment and fulfilment.poll and is_alive:
        if integration.status == IntegrationStatus.REAUTH_REQUIRED:
            mark(integration, status=IntegrationStatus.PENDING)
        plan(integration, at=at)
    else:
        raise NothingToSync


def sweep(*, at: datetime) -> int:
    """Queue the work that is due; return how much there was."""
    due = Integration.objects.due(at=at).filter(platform__in=polled_platforms())
    keys = list(due.values_list("pk", flat=True)[:BATCH])
    for key in keys:
        tasks.sync_integration.delay(integration_id=key)
    return len(keys)


def run(integration_id: int, *, at: datetime) -> bool:
    """Do one connection's work if it is due and nobody else does; say whether it was done."""
    integration = _claim(integration_id, at=at)
    fulfilment = fulfilment_of(integration.platform_id) if integration else None
    if integration is None or fulfilment is None or fulfilment.poll is None:
        return False
    release_connection()
    try:
        outcome = fulfilment.poll(integration, at)
    except CredentialsRefused as error:
        _fail(integration, Failure(status=IntegrationStatus.REAUTH_REQUIRED, words=str(error)), at=at)
    except CredentialsUnreadable as error:
        _fail(integration, Failure(status=IntegrationStatus.ERROR, words=str(error)), at=at)
    except ProviderError as error:
        _fail(integration, Failure(status=IntegrationStatus.ERROR, words=str(error)), at=at)
    else:
        _succeed(integration, outcome, at=at)
    return True


@transaction.atomic
def _claim(integration_id: int, *, at: datetime) -> Integration | None:
    due = Integration.objects.due(at=at).select_related("platform", "tenant").filter(pk=integration_id)
    integration = due.select_for_update(of=("self",), skip_locked=True).first()
    if integration:
        integration.locked_until = at + LEASE
        integration.save(update_fields=["locked_until"])
    return integration


@transaction.atomic
def _succeed(integration: Integration, outcome: Outcome, *, at: datetime) -> None:
    """Plan the next run; a run that found nothing leaves no line in the history."""
    if outcome.synced or outcome.failed:
        log = start_sync(integration, sync_type=SyncType.INCREMENTAL, at=at)
        status = SyncStatus.PARTIAL if outcome.failed else SyncStatus.SUCCESS
        finish_sync(
            log,
            status=status,
            at=at,
            synced=outcome.synced,
            failed=outcome.failed,
            errors=list(outcome.errors),
            message="; ".join(outcome.errors)[:500],
        )
    pause = timedelta(0) if outcome.is_more else timedelta(minutes=integration.sync_interval_minutes)
    mine = Integration.objects.filter(pk=integration.pk, locked_until=integration.locked_until)
    mine.update(locked_until=None, failures=0, next_sync_at=at + pause, last_sync_at=at)
    if integration.status != IntegrationStatus.CONNECTED:
        mark(integration, status=IntegrationStatus.CONNECTED)


@transaction.atomic
def _fail(integration: Integration, failure: Failure, *, at: datetime) -> None:
    """Put the next run off, longer with each failure; only the first of a row is noted in the history."""
    if integration.failures == 0 or integration.status != failure.status:
        log = start_sync(integration, sync_type=SyncType.INCREMENTAL, at=at)
        finish_sync(log, status=SyncStatus.FAILED, at=at, failed=1, message=failure.words)
    doubled = timedelta(minutes=integration.sync_interval_minutes) * 2 ** min(integration.failures, MOST_DOUBLINGS)
    mine = Integration.objects.filter(pk=integration.pk, locked_until=integration.locked_until)
    mine.update(locked_until=None, failures=F("failures") + 1, next_sync_at=at + min(doubled, LONGEST_PAUSE))
    mark(integration, status=failure.status, message=failure.words)
