"""Copies of tickets in Jira and Zendesk: made once, however often the answer is lost.

A copy is a row with a lease. What may have been made without our hearing of it
is ``unknown``: it is read back, and never made again except by a person.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy, override

from accounts.enums import Direction, IntegrationStatus, SyncStatus, SyncType
from accounts.errors import CredentialsUnreadable
from accounts.letters import absolute
from accounts.models import Integration, SyncLog, User
from accounts.services import credentials_of, finish_sync, mark, start_sync
from config.db import release_connection
from config.errors import ProviderError
from operators import tasks
from operators.enums import MirrorStatus
from operators.errors import DeskUnusable, NotConnected
from operators.mirrors import DESKS, Busy, Denied, Refused, Remote, Silent, desk_of
from operators.models import Ticket, TicketExternalRef, TicketMirror
from operators.models.mirrors import trouble_in_words

LEASE: Final = timedelta(seconds=90)
READ_BACK: Final = timedelta(seconds=60)  # Jira's search lags behind what was made
READINGS: Final = 3
MOST_ATTEMPTS: Final = 8
LONGEST: Final = timedelta(hours=6)
BATCH: Final = 100
NOT_FOUND: Final = "not_found"


def desks_of(tenant_id: int) -> list[Integration]:
    """Return the tenant's connected help desks."""
    rows = Integration.objects.filter(tenant_id=tenant_id, platform_id__in=[str(name) for name in DESKS])
    return list(rows.exclude(status=IntegrationStatus.DISCONNECTED).select_related("platform").order_by("pk"))


def greet(platform_id: str, credentials: Mapping[str, str]) -> str:
    """Ask a help desk whose the credentials are.

    Raises:
        DeskUnusable: it does not take them, or does not answer.
    """
    try:
        return desk_of(platform_id, credentials).greet()[:255]
    except ProviderError as error:
        raise DeskUnusable(reason=trouble_in_words(str(error))) from error


def greeting_of(platform_id: str) -> Callable[[Mapping[str, str]], str]:
    """Return ``greet`` for one platform."""
    return partial(greet, platform_id)


def facts_of(integration: Integration) -> list[tuple[Any, str]]:
    """Return where the help desk has to tell what happens there."""
    address = absolute(reverse(f"{integration.platform_id}_webhook", args=[integration.uuid]))
    return [(gettext_lazy("Address for webhooks"), address)]


@transaction.atomic
def request(ticket: Ticket, *, integration: Integration, at: datetime, by: User | None = None) -> TicketMirror:
    """Wish for a copy; a wish that failed or is unknown is tried again, looking for the copy first.

    Raises:
        NotConnected: the connection is another's, or gone.
    """
    if integration.tenant_id != ticket.tenant_id or integration.status == IntegrationStatus.DISCONNECTED:
        raise NotConnected
    mirror, is_new = TicketMirror.objects.get_or_create(
        tenant_id=ticket.tenant_id,
        ticket=ticket,
        integration=integration,
        defaults={"next_attempt_at": at, "requested_by": by},
    )
    if not is_new:
        again = TicketMirror.objects.filter(pk=mirror.pk, status=MirrorStatus.FAILED)
        again.update(status=MirrorStatus.PENDING, next_attempt_at=at, readings=0, error="")
        mirror.refresh_from_db()
    transaction.on_commit(partial(tasks.push_mirror.delay, mirror_id=mirror.pk), robust=True)
    return mirror


def push(mirror_id: int, *, at: datetime) -> bool:
    """Carry one wish as far as it gets, if it is due and nobody else does; say whether there was anything to do."""
    claimed = _claim(mirror_id, at=at)
    if claimed is None:
        return False
    mirror, is_unknown = claimed
    log = start_sync(mirror.integration, sync_type=SyncType.TICKETS, direction=Direction.OUTBOUND, at=at)
    release_connection()
    try:
        remote = _carry(mirror, is_unknown=is_unknown)
    except CredentialsUnreadable as error:
        _fail(mirror, log, str(error), at=at)
    except Denied as error:
        mark(mirror.integration, status=IntegrationStatus.REAUTH_REQUIRED, message=_spoken(mirror, str(error)))
        _fail(mirror, log, str(error), at=at)
    except Refused as error:
        _fail(mirror, log, str(error), at=at)
    except Busy as error:
        _wait(mirror, log, str(error), status=MirrorStatus.PENDING, seconds=error.seconds, at=at)
    except Silent as error:
        _wait(mirror, log, str(error), status=MirrorStatus.UNKNOWN, seconds=0, at=at)
    else:
        if remote:
            _keep(mirror, log, remote, at=at)
        else:
            _miss(mirror, log, at=at)
    return True


def sweep_mirrors(*, at: datetime) -> int:
    """Queue what is due and lost; return how much."""
    keys = list(TicketMirror.objects.due(at=at).order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        tasks.push_mirror.delay(mirror_id=key)
    return len(keys)


@transaction.atomic
def _claim(mirror_id: int, *, at: datetime) -> tuple[TicketMirror, bool] | None:
    """Lease a wish; say with it whether a copy may exist without our knowledge."""
    due = TicketMirror.objects.due(at=at).select_related("integration__tenant", "ticket")
    mirror = due.select_for_update(of=("self",), skip_locked=True).filter(pk=mirror_id).first()
    if mirror is None:
        return None
    is_unknown = mirror.status != MirrorStatus.PENDING
    mirror.status, mirror.locked_until = MirrorStatus.SENDING, at + LEASE
    mirror.save(update_fields=["status", "locked_until"])
    return mirror, is_unknown


def _carry(mirror: TicketMirror, *, is_unknown: bool) -> Remote | None:
    """Find the copy or make it; what may exist is only looked for."""
    desk = desk_of(mirror.integration.platform_id, credentials_of(mirror.integration))
    if mirror.attempts and (found := desk.find(mirror.ticket)):
        return found
    if mirror.attempts and is_unknown:
        return None
    mirror.attempts += 1
    TicketMirror.objects.filter(pk=mirror.pk).update(attempts=mirror.attempts)
    release_connection()
    return desk.create(mirror.ticket, key=str(mirror.uuid))


@transaction.atomic
def _keep(mirror: TicketMirror, log: SyncLog, remote: Remote, *, at: datetime) -> None:
    TicketExternalRef.objects.get_or_create(
        tenant_id=mirror.tenant_id,
        system=mirror.integration.platform_id,
        integration=mirror.integration,
        external_id=remote.external_id,
        defaults={
            "ticket": mirror.ticket,
            "external_url": remote.url,
            "remote_status": remote.status[:100],
            "agreed_status": mirror.ticket.status,
        },
    )
    _write(mirror, status=MirrorStatus.SENT, error="")
    finish_sync(log, status=SyncStatus.SUCCESS, at=at, synced=1)
    if mirror.integration.status != IntegrationStatus.CONNECTED:
        mark(mirror.integration, status=IntegrationStatus.CONNECTED)


def _miss(mirror: TicketMirror, log: SyncLog, *, at: datetime) -> None:
    """Look again later; in the end a person decides whether to send once more."""
    readings = mirror.readings + 1
    status = MirrorStatus.FAILED if readings >= READINGS else MirrorStatus.UNKNOWN
    _write(mirror, status=status, error=NOT_FOUND, readings=readings, next_attempt_at=at + READ_BACK * 2**readings)
    finish_sync(log, status=SyncStatus.PARTIAL, at=at, failed=1, message=_spoken(mirror, NOT_FOUND))


def _wait(mirror: TicketMirror, log: SyncLog, words: str, *, status: MirrorStatus, seconds: int, at: datetime) -> None:
    """Put off; what was only being looked for, or was never sent, keeps being so."""
    pause = max(timedelta(seconds=seconds), min(READ_BACK * 2 ** min(mirror.attempts, 10), LONGEST))
    if status == MirrorStatus.PENDING and mirror.attempts >= MOST_ATTEMPTS:
        _fail(mirror, log, words, at=at)
        return
    if not mirror.attempts:  # nothing was sent yet: there is nothing unknown
        status = MirrorStatus.PENDING
    _write(mirror, status=status, error=words, next_attempt_at=at + pause)
    spoken = _spoken(mirror, words)
    is_limited = words == "HTTP 429"
    how = IntegrationStatus.RATE_LIMITED if is_limited else IntegrationStatus.ERROR
    mark(mirror.integration, status=how, message=spoken)
    finish_sync(log, status=SyncStatus.FAILED, at=at, failed=1, message=spoken)


def _fail(mirror: TicketMirror, log: SyncLog, words: str, *, at: datetime) -> None:
    _write(mirror, status=MirrorStatus.FAILED, error=words)
    finish_sync(log, status=SyncStatus.FAILED, at=at, failed=1, message=_spoken(mirror, words))


def _spoken(mirror: TicketMirror, words: str) -> str:
    """Return what went wrong in the shop's language, for what is written down."""
    with override(mirror.integration.tenant.language_code):
        return trouble_in_words(words)


def _write(mirror: TicketMirror, **changes: object) -> None:
    """Note the outcome, unless the lease ran out and another worker has the wish."""
    mine = TicketMirror.objects.filter(pk=mirror.pk, status=MirrorStatus.SENDING, locked_until=mirror.locked_until)
    mine.update(locked_until=None, **changes)
