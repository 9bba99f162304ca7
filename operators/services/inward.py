"""What Jira and Zendesk tell about the copies of tickets: taken in once, and ours recognised."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.enums import Direction, IntegrationStatus, SyncStatus, SyncType
from accounts.errors import CredentialsUnreadable
from accounts.models import Integration
from accounts.services import credentials_of, finish_sync, start_sync
from config.errors import DomainError
from dialogs.enums import Sender
from operators.enums import ChangeKind, ExternalSystem, MailStatus, TicketStatus
from operators.errors import NoConflict
from operators.mirrors import events
from operators.mirrors.events import Event
from operators.models import RefChange, Ticket, TicketExternalRef, TicketMessage
from operators.models.tickets import DONE
from operators.services import outward, tickets

SECRET: Final = "webhook_secret"  # noqa: S105 -- the name of a credential
WORKING: Final = frozenset({TicketStatus.OPEN, TicketStatus.IN_PROGRESS, TicketStatus.ESCALATED, TicketStatus.REOPENED})
AT_WORK: Final = frozenset({TicketStatus.IN_PROGRESS, TicketStatus.ESCALATED})
MARK: Final = "[otklik "


def is_theirs(integration: Integration, body: bytes, headers: Mapping[str, str]) -> bool:
    """Say whether the help desk signed ``body`` with the secret of this connection."""
    try:
        secret = credentials_of(integration).get(SECRET, "")
    except CredentialsUnreadable:
        return False
    is_jira = integration.platform_id == ExternalSystem.JIRA
    return bool(secret) and (events.is_jiras if is_jira else events.is_zendesks)(secret, body, headers)


def take(
    integration: Integration, raw: bytes, body: dict[str, Any], headers: Mapping[str, str], *, at: datetime
) -> MailStatus | None:
    """Take in what a help desk signed, once; return what became of it, or None when it is a replay from long ago."""
    is_jira = integration.platform_id == ExternalSystem.JIRA
    moment = events.jira_moment(body) if is_jira else events.zendesk_moment(headers)
    window = events.JIRA_WINDOW if is_jira else events.ZENDESK_WINDOW
    if not events.is_fresh(moment, at=at, window=window):
        return None
    event = events.jira(body) if is_jira else events.zendesk(body)
    if event is None:
        return MailStatus.IGNORED
    with transaction.atomic():
        return _take_once(integration, event, raw, body, at=at)


def _take_once(integration: Integration, event: Event, raw: bytes, body: dict[str, Any], *, at: datetime) -> MailStatus:
    """Note the event under what names it, and carry it out if it is new."""
    refs = TicketExternalRef.objects.filter(tenant_id=integration.tenant_id, integration=integration)
    ref = refs.select_related("ticket__tenant").filter(external_id=event.external_id).first()
    change, is_new = RefChange.objects.get_or_create(
        tenant_id=integration.tenant_id,
        integration=integration,
        key=_key(event, raw, body),
        defaults={
            "ref": ref,
            "direction": Direction.INBOUND,
            "kind": event.kind,
            "wanted": event.wanted or "",
            "external_id": event.comment_id,
            "status": MailStatus.IGNORED,
        },
    )
    if not is_new:
        return MailStatus(change.status)
    if ref is None or _is_echo(integration, event):
        return MailStatus.IGNORED
    log = start_sync(integration, sync_type=SyncType.TICKETS, at=at)
    message = _add(ref, event, at=at) if event.kind == ChangeKind.COMMENT else None
    if event.kind == ChangeKind.STATUS:
        follow(ref, event, at=at)
    RefChange.objects.filter(pk=change.pk).update(status=MailStatus.RECEIVED, message=message)
    finish_sync(log, status=SyncStatus.SUCCESS, at=at, synced=1)
    return MailStatus.RECEIVED


def _key(event: Event, raw: bytes, body: dict[str, Any]) -> str:
    """Return what names an event: a comment's own id, Zendesk's id of the event, else the signed bytes themselves."""
    if event.comment_id:
        return f"comment:{event.external_id}:{event.comment_id}"[:128]
    named = body.get("id") if isinstance(body.get("id"), str) else ""
    return f"event:{hashlib.sha256(str(named).encode() if named else raw).hexdigest()}"


def _is_echo(integration: Integration, event: Event) -> bool:
    """Say whether this is what we did ourselves over there."""
    account = integration.metadata.get(outward.ACCOUNT)
    return MARK in event.text or bool(account and event.actor == account)


def _add(ref: TicketExternalRef, event: Event, *, at: datetime) -> TicketMessage | None:
    """Keep a comment as a note for the team: whether the customer gets it, a person decides."""
    if not event.text.strip():
        return None
    facts = {"ref": ref.pk, "external_author": event.author[:255], "system": ref.system}
    return tickets.post(
        ref.ticket, sender=Sender.OPERATOR, text=event.text.strip(), at=at, metadata=facts, is_internal=True
    )


def follow(ref: TicketExternalRef, event: Event, *, at: datetime) -> None:
    """Bring the ticket to the status of its copy; if both changed since they agreed, leave the choice to a person."""
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=ref.ticket_id)
    ref = TicketExternalRef.objects.select_for_update(of=("self",)).get(pk=ref.pk)
    ref.remote_status = event.status
    target = target_of(ticket.status, event.wanted)
    if target is None:
        ref.agreed_status, ref.conflict_status, ref.conflict_at = ticket.status, "", None
        ref.save()
        return
    has_changed_here = bool(ref.agreed_status) and ref.agreed_status != ticket.status
    if has_changed_here or not _moved(ref, ticket, target, at=at):
        ref.conflict_status, ref.conflict_at = event.wanted or target, at
        ref.save()


def _moved(ref: TicketExternalRef, ticket: Ticket, target: TicketStatus, *, at: datetime) -> bool:
    """Move the ticket; it and the copy agree then, so nothing goes back."""
    ref.agreed_status, ref.conflict_status, ref.conflict_at = target, "", None
    try:
        with transaction.atomic():
            ref.save()
            tickets.move(ticket, target, at=at, reason=f"{ref.system}: {ref.remote_status}"[:255])
    except DomainError:
        ref.agreed_status = ticket.status
        return False
    return True


@transaction.atomic
def settle(ref: TicketExternalRef, *, keep_ours: bool, at: datetime) -> None:
    """End a conflict: tell the copy our status, or take over its own.

    Raises:
        NoConflict: there is none any more.
        IllegalMove, ReopenWindowPassed: the ticket does not go there.
    """
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=ref.ticket_id)
    ref = TicketExternalRef.objects.select_for_update(of=("self",)).get(pk=ref.pk)
    if not ref.conflict_status:
        raise NoConflict
    wanted = TicketStatus(ref.conflict_status)
    ref.conflict_status, ref.conflict_at = "", None
    target = target_of(ticket.status, wanted)
    if keep_ours or target is None:
        ref.save()
        outward.tell_status(ref, TicketStatus(ticket.status), at=at)
        return
    ref.agreed_status = target
    ref.save()
    waiting = RefChange.objects.filter(ref=ref, kind=ChangeKind.STATUS, status=MailStatus.PENDING)
    waiting.update(status=MailStatus.FAILED, error="settled")
    tickets.move(ticket, target, at=at, reason=f"{ref.system}: {ref.remote_status}"[:255])


def target_of(ours: str, wanted: TicketStatus | None) -> TicketStatus | None:
    """Return where the ticket has to go to mean the same as its copy, or None when it does."""
    if wanted is None or ours == wanted:
        return None
    if wanted in {TicketStatus.RESOLVED, TicketStatus.CLOSED}:
        return None if ours in DONE else TicketStatus.RESOLVED
    if ours in DONE:
        return TicketStatus.REOPENED
    if wanted == TicketStatus.OPEN:
        return None if ours in WORKING else TicketStatus.IN_PROGRESS
    return None if wanted == TicketStatus.IN_PROGRESS and ours in AT_WORK else wanted


def integration_of(platform_id: str, uuid: Any) -> Integration | None:
    """Return the connected help desk behind an address."""
    rows = Integration.objects.filter(platform_id=platform_id, uuid=uuid, credentials_encrypted__isnull=False)
    return rows.exclude(status=IntegrationStatus.DISCONNECTED).select_related("tenant").first()


def as_json(body: bytes) -> dict[str, Any] | None:
    """Return the object in ``body``, if there is one."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
