"""Who may begin a visit: a page of an allowed website fetches a ticket, the chat inside it redeems the ticket once."""

from collections.abc import Collection
from typing import Final
from uuid import uuid4

from django.core import signing
from django.core.cache import cache

from assistants.models import Assistant
from dialogs import origins
from dialogs.errors import OriginRefused, TicketRefused

SALT: Final = "otklik.widget.ticket"
TICKET_SECONDS: Final = 60


def issue_ticket(assistant: Assistant, *, origin: str, ours: Collection[str]) -> str:
    """Return a ticket for one visit from a page of ``origin``.

    Args:
        assistant: Whose widget the page shows.
        origin: What the page's browser said, ``Origin`` of its request.
        ours: Our own origins, whose trial page and chat always may.

    Raises:
        OriginRefused: the seller named other websites.
    """
    if origin not in ours and not origins.may_show(assistant, origin):
        raise OriginRefused(origin=origin[:255])
    return signing.dumps({"a": str(assistant.uuid), "o": origin, "n": uuid4().hex}, salt=SALT)


def redeem_ticket(assistant: Assistant, ticket: str, *, ours: Collection[str]) -> str:
    """Use a ticket up and return the origin it was given to.

    That it was used is remembered in Redis for as long as it lives. Without
    Redis it could be used twice within its minute, on an allowed website still.

    Raises:
        TicketRefused: it is forged, expired, another assistant's or used; or the website is allowed no more.
    """
    try:
        claims = signing.loads(ticket, salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as error:
        raise TicketRefused from error
    origin = str(claims["o"])
    is_valid = claims["a"] == str(assistant.uuid) and (origin in ours or origins.may_show(assistant, origin))
    if not is_valid or not cache.add(f"widget-ticket:{claims['n']}", 1, timeout=TICKET_SECONDS + 1):
        raise TicketRefused
    return origin
