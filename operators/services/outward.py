"""What changes on a ticket goes to its copies in outside help desks, each piece once."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import override

from accounts.enums import Direction, IntegrationStatus, SyncStatus, SyncType
from accounts.errors import CredentialsUnreadable
from accounts.models import Integration
from accounts.services import credentials_of, finish_sync, mark, start_sync
from config.db import new_uuid, release_connection
from config.errors import ProviderError
from dialogs.enums import Sender
from operators import tasks
from operators.enums import ChangeKind, MailStatus, TicketStatus
from operators.mirrors import Busy, Denied, Desk, Silent, desk_of
from operators.models import RefChange, Ticket, TicketExternalRef, TicketMessage

LEASE: Final = timedelta(seconds=90)
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_ATTEMPTS: Final = 10
BATCH: Final = 100
ACCOUNT: Final = "account"


def refs_of(ticket: Ticket) -> QuerySet[TicketExternalRef]:
    """Return the copies that can be told of changes."""
    rows = TicketExternalRef.objects.filter(ticket=ticket, integration__credentials_encrypted__isnull=False)
    return rows.exclude(integration__status=IntegrationStatus.DISCONNECTED)


def follow_message(message: TicketMessage, *, at: datetime) -> None:
    """Have what was said told to the copies, but not to the one it came from; the caller owns the transaction."""
    if message.sender == Sender.SYSTEM:
        return
    for ref in refs_of(message.ticket):
        if message.metadata.get("ref") != ref.pk:
            _queue(ref, kind=ChangeKind.COMMENT, key=f"message:{message.pk}", message=message, next_attempt_at=at)


def follow_move(ticket: Ticket, *, at: datetime) -> None:
    """Have a new status told to the copies; while both sides differ, a person chooses first."""
    for ref in refs_of(ticket).exclude(agreed_status=ticket.status):
        if not ref.conflict_status:
            tell_status(ref, TicketStatus(ticket.status), at=at)


def tell_status(ref: TicketExternalRef, status: TicketStatus, *, at: datetime) -> None:
    """Have a status told; of several that wait only the last one is."""
    waiting = RefChange.objects.filter(ref=ref, kind=ChangeKind.STATUS, status=MailStatus.PENDING)
    if not waiting.update(wanted=status, next_attempt_at=at):
        key = f"status:{new_uuid().hex}"
        _queue(ref, kind=ChangeKind.STATUS, key=key, wanted=status, next_attempt_at=at)


def _queue(ref: TicketExternalRef, *, key: str, **fields: object) -> None:
    if ref.integration_id is None:
        return
    change, is_new = RefChange.objects.get_or_create(
        tenant_id=ref.tenant_id,
        integration_id=ref.integration_id,
        key=f"{key}:{ref.pk}",
        defaults={"ref": ref, "direction": Direction.OUTBOUND, **fields},
    )
    if is_new:
        transaction.on_commit(partial(tasks.push_change.delay, change_id=change.pk), robust=True)


def try_again(change: RefChange, *, at: datetime) -> None:
    """Send a change once more that failed; a comment is looked for first."""
    failed = RefChange.objects.stuck().filter(pk=change.pk)
    if failed.update(status=MailStatus.PENDING, next_attempt_at=at, error=""):
        transaction.on_commit(partial(tasks.push_change.delay, change_id=change.pk), robust=True)


def push(change_id: int, *, at: datetime) -> bool:
    """Carry one change as far as it gets, if it is due and nobody else does; say whether there was anything to do."""
    change = _claim(change_id, at=at)
    if change is None or change.ref is None:
        return False
    log = start_sync(change.integration, sync_type=SyncType.TICKETS, direction=Direction.OUTBOUND, at=at)
    release_connection()
    try:
        _carry(change, change.ref, at=at)
    except (ProviderError, CredentialsUnreadable) as error:
        _fail(change, error, at=at)
        with override(change.integration.tenant.language_code):
            change.error = str(error)
            finish_sync(log, status=SyncStatus.FAILED, at=at, failed=1, message=change.trouble)
    else:
        _write(change, status=MailStatus.SENT, error="", external_id=change.external_id)
        finish_sync(log, status=SyncStatus.SUCCESS, at=at, synced=1)
        if change.integration.status != IntegrationStatus.CONNECTED:
            mark(change.integration, status=IntegrationStatus.CONNECTED)
    return True


def sweep(*, at: datetime) -> int:
    """Queue what is due and lost; return how much."""
    keys = list(RefChange.objects.due(at=at).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        tasks.push_change.delay(change_id=key)
    return len(keys)


@transaction.atomic
def _claim(change_id: int, *, at: datetime) -> RefChange | None:
    due = RefChange.objects.due(at=at).select_related("integration__tenant", "ref__ticket", "message__author")
    change = due.select_for_update(of=("self",), skip_locked=True).filter(pk=change_id).first()
    if change:
        change.status, change.locked_until, change.attempts = MailStatus.SENDING, at + LEASE, change.attempts + 1
        change.save(update_fields=["status", "locked_until", "attempts"])
    return change


def _carry(change: RefChange, ref: TicketExternalRef, *, at: datetime) -> None:
    """Do it; a comment that may be there already is looked for, and a status set twice is set once."""
    desk = desk_of(change.integration.platform_id, credentials_of(change.integration))
    _know_account(change.integration, desk)
    if change.kind == ChangeKind.STATUS:
        status = TicketStatus(change.wanted)
        name = desk.move(ref.external_id, status)
        agreed = TicketExternalRef.objects.filter(pk=ref.pk, conflict_status="")
        agreed.update(remote_status=name[:100], agreed_status=status)
        return
    known = desk.find_comment(ref.external_id, change.mark) if change.attempts > 1 else None
    change.external_id = (known if known is not None else desk.comment(ref.external_id, _words(change)))[:64]


def _know_account(integration: Integration, desk: Desk) -> None:
    """Remember which account over there is ours."""
    if not integration.metadata.get(ACCOUNT):
        integration.metadata = {**integration.metadata, ACCOUNT: desk.account()}
        Integration.objects.filter(pk=integration.pk).update(metadata=integration.metadata)


def _words(change: RefChange) -> str:
    message = change.message
    if message is None:
        return change.mark
    with override(change.integration.tenant.language_code):
        who = message.author.get_short_name() if message.author else str(message.get_sender_display())
    return f"{who}: {message.text}\n\n{change.mark}"


def _fail(change: RefChange, error: Exception, *, at: datetime) -> None:
    """Wait and try again what may still work; what the help desk refuses, a person looks at."""
    words = str(error)
    if isinstance(error, Denied):
        mark(change.integration, status=IntegrationStatus.REAUTH_REQUIRED, message=words)
    is_hopeless = not isinstance(error, Busy | Silent) or change.attempts >= MOST_ATTEMPTS
    if is_hopeless:
        _write(change, status=MailStatus.FAILED, error=words)
        return
    seconds = timedelta(seconds=error.seconds) if isinstance(error, Busy) else timedelta(0)
    pause = max(seconds, min(FIRST_PAUSE * 2 ** (change.attempts - 1), LONGEST_PAUSE))
    is_unknown = isinstance(error, Silent) and change.kind == ChangeKind.COMMENT
    status = MailStatus.UNKNOWN if is_unknown else MailStatus.PENDING
    _write(change, status=status, error=words, next_attempt_at=at + pause)


def _write(change: RefChange, **changes: object) -> None:
    """Note the outcome, unless the lease ran out and another worker has the change."""
    mine = RefChange.objects.filter(pk=change.pk, status=MailStatus.SENDING, locked_until=change.locked_until)
    mine.update(locked_until=None, **changes)
