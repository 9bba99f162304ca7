"""What a person does with a ticket: answers, notes, gives it to somebody, says how urgent it is."""

from datetime import datetime

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.services import role_of
from dialogs.enums import Sender
from dialogs.services import posting
from operators.enums import TICKET_MOVES, TicketPriority, TicketStatus
from operators.errors import NotAnOperator
from operators.models import Ticket, TicketMessage
from operators.services import promises, tickets

HANDLERS = frozenset({Role.OPERATOR, Role.ADMIN})


@transaction.atomic
def reply(ticket: Ticket, *, text: str, by: User, at: datetime, waits: bool = False) -> TicketMessage:
    """Answer the customer, in the conversation the ticket came from while that is open.

    Args:
        ticket: What is answered.
        text: What is said.
        by: Who says it.
        at: When.
        waits: Whether the customer is to answer; the ticket then waits for them.

    Raises:
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
    """
    text = posting.readable(text)
    metadata = {}
    if ticket.dialog and ticket.dialog.is_open:
        said = posting.post(ticket.dialog, author=by, text=text, at=at)
        metadata["dialog_message"] = str(said.uuid)
    message = tickets.post(ticket, sender=Sender.OPERATOR, text=text, at=at, author=by, metadata=metadata)
    if waits and TicketStatus.PENDING_CUSTOMER in TICKET_MOVES[ticket.status]:
        tickets.move(ticket, TicketStatus.PENDING_CUSTOMER, at=at, by=by)
    return message


def note(ticket: Ticket, *, text: str, by: User | None, at: datetime) -> TicketMessage:
    """Write something down for the team; the customer never sees it.

    Raises:
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
    """
    text = posting.readable(text)
    return tickets.post(ticket, sender=Sender.OPERATOR, text=text, at=at, author=by, is_internal=True)


@transaction.atomic
def assign(ticket: Ticket, *, to: User | None, at: datetime, by: User | None = None) -> Ticket:
    """Give a ticket to a person, or to nobody.

    Raises:
        NotAnOperator: the person does not answer customers of this tenant.
    """
    if to is not None and role_of(to, ticket.tenant) not in HANDLERS:
        raise NotAnOperator(person=str(to))
    locked = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if locked.assigned_to_id == (to.pk if to else None):
        return locked
    locked.assigned_to = to
    locked.save(update_fields=["assigned_to"])
    reason = f"assigned: {to}" if to else "assigned: —"
    tickets.record(locked, before=locked.status, by=by, at=at, reason=reason[:255])
    return locked


@transaction.atomic
def prioritise(ticket: Ticket, *, priority: TicketPriority, at: datetime, by: User | None = None) -> Ticket:
    """Say how soon a ticket wants attention."""
    locked = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if locked.priority == priority:
        return locked
    reason = f"priority: {locked.priority} → {priority.value}"
    locked.priority = priority
    locked.save(update_fields=["priority"])
    tickets.record(locked, before=locked.status, by=by, at=at, reason=reason)
    promises.follow_priority(locked, at=at)
    return locked
