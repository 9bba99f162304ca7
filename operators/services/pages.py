"""The customer's own page of a ticket: a signed address instead of a login."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.urls import reverse

from accounts.letters import absolute
from operators.models import Ticket

SALT: Final = "otklik.ticket"
LIFETIME: Final = timedelta(days=90)


class PageExpired(Exception):
    """The address is genuine and too old."""


def token_of(ticket: Ticket) -> str:
    """Return what opens the page of ``ticket`` for ninety days."""
    return signing.dumps(ticket.uuid.hex, salt=SALT)


def address_of(ticket: Ticket) -> str:
    """Return the full address of the customer's page."""
    return absolute(reverse("ticket_page", args=[token_of(ticket)]))


def ticket_of(token: str) -> Ticket | None:
    """Return the ticket that ``token`` opens, or nothing when it was made up or its shop is gone.

    Raises:
        PageExpired: it was given out too long ago.
    """
    try:
        name = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.SignatureExpired as error:
        raise PageExpired from error
    except signing.BadSignature:
        return None
    rows = Ticket.objects.select_related("tenant", "dialog").filter(uuid=UUID(str(name)), tenant__is_active=True)
    return rows.first()
