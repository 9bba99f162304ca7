"""Two tickets about one thing become one, and two again if that was a mistake."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from dialogs.enums import Sender
from operators.enums import TicketStatus
from operators.errors import CannotMerge, CannotUnmerge
from operators.models import Ticket, TicketMessage
from operators.services import promises, tickets

UNDO_WINDOW: Final = timedelta(days=7)
FROM: Final = "merged_from"
OPENING: Final = "merged_opening"
BEFORE: Final = "status_before_merge"


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, at: datetime, by: User | None = None) -> Ticket:
    """Close ``ticket`` and go on in ``into`` with everything that was said; return that one.

    Raises:
        CannotMerge: they are one ticket, belong to two shops, or one of them was merged before.
    """
    first, second = _locked(ticket, into)
    ticket, into = (first, second) if first.pk == ticket.pk else (second, first)
    if ticket.pk == into.pk or ticket.tenant_id != into.tenant_id or ticket.merged_into_id or into.merged_into_id:
        raise CannotMerge(number=ticket.number, into=into.number)
    _carry_over(ticket, into)
    ticket.metadata = {**ticket.metadata, BEFORE: ticket.status}
    before, ticket.status = ticket.status, TicketStatus.CLOSED
    ticket.merged_into, ticket.merged_at, ticket.closed_at = into, at, ticket.closed_at or at
    ticket.save(update_fields=["status", "merged_into", "merged_at", "closed_at", "metadata"])
    tickets.record(ticket, before=before, by=by, at=at, reason=f"merged: {into.number}")
    promises.follow_move(ticket, at=at)
    if not into.customer_email and ticket.customer_email:
        into.customer_email, into.customer_name = ticket.customer_email, ticket.customer_name
        into.save(update_fields=["customer_email", "customer_name"])
    return into


@transaction.atomic
def unmerge(ticket: Ticket, *, at: datetime, by: User | None = None) -> Ticket:
    """Take a ticket out again as it was; what was said after the merge stays where it was said.

    Raises:
        CannotUnmerge: it was not merged, or longer ago than ``UNDO_WINDOW``.
    """
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("merged_into", "tenant").get(pk=ticket.pk)
    into = ticket.merged_into
    if into is None or ticket.merged_at is None or at > ticket.merged_at + UNDO_WINDOW:
        raise CannotUnmerge(number=ticket.number)
    moved = TicketMessage.objects.filter(ticket=into, **{f"metadata__{FROM}": ticket.pk})
    moved.filter(**{f"metadata__{OPENING}": True}).delete()
    moved.update(ticket=ticket)
    before, ticket.status = ticket.status, str(ticket.metadata.get(BEFORE, TicketStatus.OPEN))
    ticket.merged_into = ticket.merged_at = None
    if ticket.status != TicketStatus.CLOSED:
        ticket.closed_at = None
    ticket.save(update_fields=["status", "merged_into", "merged_at", "closed_at"])
    tickets.record(ticket, before=before, by=by, at=at, reason=f"unmerged: {into.number}")
    promises.take_up(ticket, at=at)
    return ticket


def _carry_over(ticket: Ticket, into: Ticket) -> None:
    """Move the messages, each marked with where it came from; the description becomes the first of them."""
    for message in TicketMessage.objects.filter(ticket=ticket).order_by("pk"):
        message.metadata = {**message.metadata, FROM: ticket.pk}
        message.ticket = into
        message.save(update_fields=["ticket", "metadata"])
    facts: dict[str, Any] = {FROM: ticket.pk, OPENING: True, "attachments": ticket.metadata.get("attachments", [])}
    TicketMessage.objects.create(
        tenant_id=ticket.tenant_id,
        ticket=into,
        sender=Sender.CUSTOMER,
        text=f"#{ticket.number} {ticket.title}\n\n{ticket.description}".strip(),
        metadata=facts,
        created_at=ticket.created_at,
    )


def _locked(*pair: Ticket) -> tuple[Ticket, Ticket]:
    """Lock both rows in the order of their keys."""
    keys = sorted({ticket.pk for ticket in pair})
    rows = list(Ticket.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    return rows[0], rows[-1]
