"""Zendesk Support. A ticket carries our id as ``external_id``; creation repeats under one Idempotency-Key."""

import re
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings

from operators.enums import TicketPriority, TicketStatus
from operators.mirrors.desk import Denied, Desk, Refused, Remote, Silent
from operators.models import Ticket

SUBDOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
PRIORITY: Final = {TicketPriority.MEDIUM: "normal"}  # the others are called alike
LONGEST_SUBJECT: Final = 150
STATUSES: Final = {
    TicketStatus.PENDING_CUSTOMER: "pending",
    TicketStatus.RESOLVED: "solved",
    TicketStatus.CLOSED: "solved",  # Zendesk closes by itself; a closed one could not be reopened
}


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

    def account(self) -> str:
        """Ask who the token is."""
        user = self.ask("/api/v2/users/me.json").get("user")
        return str(user.get("id", "")) if isinstance(user, dict) else ""

    def comment(self, external_id: str, text: str) -> str:
        """Add a comment that stays among agents; its id is not told."""
        facts = {"ticket": {"comment": {"body": text, "public": False}}}
        self.ask(f"/api/v2/tickets/{quote(external_id, safe='')}.json", facts, is_put=True)
        return ""

    def find_comment(self, external_id: str, mark: str) -> str | None:
        """Look through the latest comments."""
        path = f"/api/v2/tickets/{quote(external_id, safe='')}/comments.json?sort_order=desc&per_page=100"
        rows = [row for row in self.ask(path).get("comments") or [] if isinstance(row, dict)]
        return next((str(row.get("id", "")) for row in rows if mark in str(row.get("body", ""))), None)

    def move(self, external_id: str, status: TicketStatus) -> str:
        """Set the status."""
        wanted = STATUSES.get(status, "open")
        self.ask(f"/api/v2/tickets/{quote(external_id, safe='')}.json", {"ticket": {"status": wanted}}, is_put=True)
        return wanted

    def _remote(self, row: Any) -> Remote:
        number = row.get("id") if isinstance(row, dict) else None
        if not isinstance(number, int):
            raise Silent("no id")
        url = f"{self.base}/agent/tickets/{number}"
        return Remote(external_id=str(number), url=url, status=str(row.get("status", "")))


def reference(ticket: Ticket) -> str:
    """Return the id under which Zendesk knows the ticket."""
    return f"otklik-{ticket.uuid}"
