"""Zendesk Support. A ticket carries our id as ``external_id``; creation repeats under one Idempotency-Key."""

import re
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings

from operators.enums import TicketPriority
from operators.mirrors.desk import Denied, Desk, Refused, Remote, Silent
from operators.models import Ticket

SUBDOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
PRIORITY: Final = {TicketPriority.MEDIUM: "normal"}  # the others are called alike
LONGEST_SUBJECT: Final = 150


class Zendesk(Desk):
    """One account."""

    USER_SUFFIX = "/token"

    def address(self) -> str:
        """Return the account's address; in development it may be any."""
        given = self.credentials.get("subdomain", "").strip().lower()
        if settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES and "://" in given:
            return given
        name = given.removeprefix("https://").rstrip("/").removesuffix(".zendesk.com")
        if not SUBDOMAIN.fullmatch(name):
            raise Refused("subdomain")
        return f"https://{name}.zendesk.com"

    def greet(self) -> str:
        """Ask who the token is; strangers are answered too, as nobody."""
        user = self.ask("/api/v2/users/me.json").get("user")
        if not isinstance(user, dict) or not user.get("id"):
            raise Denied("nobody")
        return self.base.partition("://")[2]

    def create(self, ticket: Ticket, *, key: str) -> Remote:
        """Make a ticket whose first comment stays among agents."""
        facts = {
            "subject": " ".join(ticket.title.split())[:LONGEST_SUBJECT],
            "comment": {"body": ticket.description or ticket.title, "public": False},
            "priority": PRIORITY.get(TicketPriority(ticket.priority), ticket.priority),
            "external_id": reference(ticket),
            "tags": ["otklik"],
        }
        return self._remote(self.ask("/api/v2/tickets.json", {"ticket": facts}, Idempotency_Key=key).get("ticket"))

    def find(self, ticket: Ticket) -> Remote | None:
        """List the tickets with our id."""
        query = urlencode({"external_id": reference(ticket)})
        rows = self.ask(f"/api/v2/tickets.json?{query}").get("tickets")
        return self._remote(rows[0]) if isinstance(rows, list) and rows else None

    def _remote(self, row: Any) -> Remote:
        number = row.get("id") if isinstance(row, dict) else None
        if not isinstance(number, int):
            raise Silent("no id")
        url = f"{self.base}/agent/tickets/{number}"
        return Remote(external_id=str(number), url=url, status=str(row.get("status", "")))


def reference(ticket: Ticket) -> str:
    """Return the id under which Zendesk knows the ticket."""
    return f"otklik-{ticket.uuid}"
