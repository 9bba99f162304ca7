"""Where the search of the whole shop looks among tickets."""

from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from accounts.ports import Hit, Searched
from operators.forms import TicketFilter
from operators.models import Ticket


def find(tenant: Tenant, words: str, most: int) -> list[Hit]:
    """Return the tickets with this number, or with these words in their subject or description, last changed first."""
    found = TicketFilter({"q": words}, tenant=tenant).apply(Ticket.objects.of(tenant), at=now())
    return [
        Hit(
            title=f"#{ticket.number} {ticket.title}",
            note=str(ticket.get_status_display()),
            url=reverse("ticket", args=[ticket.uuid]),
        )
        for ticket in found.order_by("-updated_at", "-pk")[:most]
    ]


SEARCHED: Final = Searched(
    label=_("Tickets"),
    icon="ticket",
    find=find,
    all_url=lambda words: f"{reverse('tickets')}?{urlencode({'q': words})}",
)
