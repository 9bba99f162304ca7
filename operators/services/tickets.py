"""Requests that outlive a conversation."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction

from accounts.enums import EventType
from accounts.models import Tenant, User
from accounts.services import events
from dialogs.enums import Sender
from dialogs.models import Dialog
from operators import tasks
from operators.enums import TicketPriority, TicketSource, TicketStatus
from operators.models import REOPEN_WINDOW, Ticket, TicketAudit, TicketMessage
from operators.models.tickets import DONE
from operators.services import mailing, outward, promises

ANSWERING: Final = frozenset({Sender.OPERATOR, Sender.ASSISTANT})


@transaction.atomic
def open_ticket(
    tenant: Tenant,
    *,
    title: str,
    at: datetime,
    description: str = "",
    priority: TicketPriority = TicketPriority.MEDIUM,
    source: TicketSource = TicketSource.WEB,
    dialog: Dialog | None = None,
    assigned_to: User | None = None,
    by: User | None = None,
    key: str | None = None,
    **fields: Any,
) -> Ticket:
    """Open a ticket; its number in the tenant comes from the database.

    A ``key`` names what it is opened for: the same key again returns the first ticket as it is.
    """
    row: dict[str, Any] = {
        "title": title,
        "description": description,
        "priority": priority,
        "source": source,
        "dialog": dialog,
        "assigned_to": assigned_to,
        "created_by": by,
        "created_at": at,
        **fields,
    }
    ticket, is_new = _kept(tenant, key=key, row=row)
    if not is_new:
        return ticket
    ticket.refresh_from_db(fields=["number"])
    record(ticket, before="", by=by, at=at)
    promises.begin(ticket, at=at)
    if dialog is None and assigned_to is None:
        transaction.on_commit(partial(tasks.respond_to_ticket.delay, ticket_id=ticket.pk))
    return ticket


def _kept(tenant: Tenant, *, key: str | None, row: dict[str, Any]) -> tuple[Ticket, bool]:
    if key is None:
        return Ticket.objects.create(tenant=tenant, **row), True
    return Ticket.objects.get_or_create(tenant=tenant, key=key, defaults=row)


@transaction.atomic
def move(ticket: Ticket, status: TicketStatus, *, at: datetime, by: User | None = None, reason: str = "") -> Ticket:
    """Move a ticket to ``status`` and keep who did it.

    Raises:
        IllegalMove: it does not go there from here, or somebody moved it first.
        ReopenWindowPassed: it was closed too long ago to be reopened.
    """
    before = ticket.move_to(status, at=at)
    record(ticket, before=before, by=by, at=at, reason=reason)
    promises.follow_move(ticket, at=at)
    outward.follow_move(ticket, at=at)
    return ticket


def reopen(ticket: Ticket, *, at: datetime, by: User | None = None, reason: str = "") -> Ticket:
    """Take a finished ticket up again: itself inside the window, a linked follow-up afterwards.

    Raises:
        IllegalMove: the ticket is not finished.
    """
    if ticket.closed_at is None or at <= ticket.closed_at + REOPEN_WINDOW:
        return move(ticket, TicketStatus.REOPENED, at=at, by=by, reason=reason)
    return open_ticket(
        ticket.tenant,
        title=ticket.title,
        description=ticket.description,
        priority=TicketPriority(ticket.priority),
        source=TicketSource(ticket.source),
        dialog=ticket.dialog,
        follows=ticket,
        customer_email=ticket.customer_email,
        customer_name=ticket.customer_name,
        by=by,
        at=at,
    )


@transaction.atomic
def post(
    ticket: Ticket,
    *,
    sender: Sender,
    text: str,
    at: datetime,
    author: User | None = None,
    metadata: dict[str, Any] | None = None,
    is_internal: bool = False,
) -> TicketMessage:
    """Add what was said; a customer's word puts a ticket that waited for it, or was thought solved, back to work.

    Words and moves of one ticket come one after the other, under its lock: what
    the customer writes while somebody moves the ticket is never lost. What they
    write long after it was closed opens a follow-up and is kept there.
    """
    ticket = _where_it_goes_on(ticket)
    ticket.status, ticket.closed_at = (
        Ticket.objects.select_for_update(of=("self",)).values_list("status", "closed_at").get(pk=ticket.pk)
    )
    if sender == Sender.CUSTOMER and ticket.status in DONE:
        ticket = reopen(ticket, at=at, reason="customer replied")
    message = TicketMessage.objects.create(
        tenant_id=ticket.tenant_id,
        ticket=ticket,
        sender=sender,
        text=text,
        author=author,
        created_at=at,
        metadata=metadata or {},
        is_internal=is_internal,
    )
    if sender == Sender.CUSTOMER and ticket.status == TicketStatus.PENDING_CUSTOMER:
        move(ticket, TicketStatus.IN_PROGRESS, at=at, reason="customer replied")
    outward.follow_message(message, at=at)
    if not is_internal:
        promises.follow_words(ticket, sender=sender, at=at)
        if sender in ANSWERING:
            mailing.write(ticket, text=text, at=at, message=message)
    return message


def _where_it_goes_on(ticket: Ticket) -> Ticket:
    """Return the ticket that ``ticket`` was merged into, or itself; its row is locked."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("merged_into__tenant")
    return rows.get(pk=ticket.pk).merged_into or ticket


def record(ticket: Ticket, *, before: str, at: datetime, by: User | None, reason: str = "") -> None:
    """Keep what was done to a ticket; the caller owns the transaction."""
    TicketAudit.objects.create(
        tenant_id=ticket.tenant_id,
        ticket=ticket,
        from_status=before,
        to_status=ticket.status,
        user=by,
        reason=reason,
        created_at=at,
    )
    facts = {"ticket": ticket.uuid, "number": ticket.number, "title": ticket.title, "status": ticket.status}
    if before and before != ticket.status:
        events.record(ticket.tenant_id, EventType.TICKET_MOVED, at=at, **facts, before=before, reason=reason)
    elif not before:
        origin = {"priority": ticket.priority, "source": ticket.source}
        events.record(ticket.tenant_id, EventType.TICKET_CREATED, at=at, **facts, **origin)
