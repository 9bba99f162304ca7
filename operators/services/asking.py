"""What customers do with their tickets by themselves."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Tenant
from dialogs.enums import Sender
from dialogs.services import posting
from operators.enums import TicketSource
from operators.models import Ticket, TicketMessage
from operators.services import mailing, tickets


@transaction.atomic
def ask(tenant: Tenant, *, title: str, text: str, email: str, name: str, key: str, at: datetime) -> Ticket:
    """Open a ticket from the web form and confirm it by mail; the same ``key`` again returns the first one."""
    if known := Ticket.objects.filter(tenant=tenant, key=key).first():
        return known
    opened = tickets.open_ticket(
        tenant,
        title=" ".join(title.split()),
        description=text,
        source=TicketSource.FORM,
        customer_email=email,
        customer_name=name,
        key=key,
        at=at,
    )
    if not opened.mails.exists():
        mailing.acknowledge(opened, at=at)
    return opened


def add(ticket: Ticket, *, text: str, at: datetime) -> Ticket:
    """Keep what the customer adds; return the ticket where it is kept: a follow-up of one closed long ago.

    Raises:
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
    """
    text = posting.readable(text)
    return tickets.post(ticket, sender=Sender.CUSTOMER, text=text, at=at, metadata={"by": "page"}).ticket


def said_to_customer(ticket: Ticket) -> QuerySet[TicketMessage]:
    """Return what the customer may read, oldest first."""
    said = ticket.messages.filter(is_internal=False).exclude(sender=Sender.SYSTEM)
    return said.select_related("author").order_by("pk")
