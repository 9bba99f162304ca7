"""Tickets that nobody needs any more: solved ones close by themselves, and those whose customer never answers."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db.models import Exists, OuterRef, Q

from config.errors import DomainError
from operators.enums import TicketStatus
from operators.models import Ticket, TicketMessage
from operators.services import tickets

CLOSED_AFTER: Final = timedelta(days=7)
GIVEN_UP_AFTER: Final = timedelta(days=14)
BATCH: Final = 200
log = structlog.get_logger(__name__)


def close_quiet(*, at: datetime) -> int:
    """Close tickets solved a week ago and those the customer has not answered for two; return how many.

    Whoever moves one of them, or writes to it, in this very moment wins.
    """
    solved = Q(status=TicketStatus.RESOLVED, resolved_at__lte=at - CLOSED_AFTER)
    silent = Q(status=TicketStatus.PENDING_CUSTOMER, updated_at__lte=at - GIVEN_UP_AFTER)
    count = 0
    spoken = TicketMessage.objects.filter(ticket=OuterRef("pk"), created_at__gt=at - GIVEN_UP_AFTER)
    for ticket in Ticket.objects.filter(solved | (silent & ~Exists(spoken))).order_by("pk")[:BATCH]:
        reason = "solved long ago" if ticket.status == TicketStatus.RESOLVED else "customer silent"
        try:
            tickets.move(ticket, TicketStatus.CLOSED, at=at, reason=reason)
        except DomainError as moved:
            log.info("ticket_not_closed", ticket=str(ticket.uuid), reason=str(moved))
        else:
            count += 1
    return count
