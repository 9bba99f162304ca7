"""Jira Cloud, REST API 3. It knows no idempotency key: a label names the ticket, and is searched for before a retry."""

import json
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from operators.enums import TicketStatus
from operators.mirrors.desk import Busy, Desk, Refused, Remote, Silent
from operators.mirrors.events import jira_status
from operators.models import Ticket

PREFERRED: Final = ("task", "задача", "support", "service request")
LONGEST_SUMMARY: Final = 255
_OPEN, _WORK, _DONE = TicketStatus.OPEN.value, TicketStatus.IN_PROGRESS.value, TicketStatus.RESOLVED.value
KINDS: Final = {  # the kinds of status that fit, the best first
    TicketStatus.OPEN: (_OPEN, _WORK),
    TicketStatus.REOPENED: (_OPEN, _WORK),
    TicketStatus.IN_PROGRESS: (_WORK, _OPEN),
    TicketStatus.ESCALATED: (_WORK, _OPEN),
    TicketStatus.PENDING_CUSTOMER: (TicketStatus.PENDING_CUSTOMER.value, _WORK),
    TicketStatus.RESOLVED: (_DONE,),
    TicketStatus.CLOSED: (_DONE,),
}


class Jira(Desk):
    """One project of one site."""

    def address(self) -> str:
        """Return the site."""
        return self.credentials.get("base_url", "").strip()

    @property
    def project(self) -> str:
        """Return the key of the project that gets the issues."""
        return self.credentials.get("project", "").strip().upper()

    def greet(self) -> str:
        """Ask who the token is and whether the project is there."""
        self.ask("/rest/api/3/myself")
        found = self.ask(f"/rest/api/3/project/{quote(self.project, safe='')}")
        return f"{urlsplit(self.base).netloc} · {found.get('key', self.project)}"

    def create(self, ticket: Ticket, *, key: str) -> Remote:
        """Make an issue under a label that names the ticket."""
        try:
            kind = self._issue_type()
        except Silent as error:  # only asked so far
            raise Busy(str(error)) from error
        fields = {
            "project": {"key": self.project},
            "issuetype": {"id": kind},
            "summary": " ".join(ticket.title.split())[:LONGEST_SUMMARY],
            "description": document(ticket.description),
            "labels": ["otklik", label(ticket)],
        }
        made = self.ask("/rest/api/3/issue", {"fields": fields})
        return self._remote(made)

    def find(self, ticket: Ticket) -> Remote | None:
        """Search for the label."""
        query = urlencode({"jql": f'labels = "{label(ticket)}"', "fields": "status", "maxResults": 1})
        issues = self.ask(f"/rest/api/3/search/jql?{query}").get("issues")
        return self._remote(issues[0]) if isinstance(issues, list) and issues else None

    def account(self) -> str:
        """Ask who the token is."""
        return str(self.ask("/rest/api/3/myself").get("accountId", ""))

    def comment(self, external_id: str, text: str) -> str:
        """Add a comment."""
        return str(self.ask(f"{_issue(external_id)}/comment", {"body": document(text)}).get("id", ""))

    def find_comment(self, external_id: str, mark: str) -> str | None:
        """Look through the latest comments."""
        found = self.ask(f"{_issue(external_id)}/comment?orderBy=-created&maxResults=100").get("comments")
        rows = [row for row in found or [] if isinstance(row, dict)]
        return next((str(row.get("id", "")) for row in rows if mark in json.dumps(row.get("body"))), None)

    def move(self, external_id: str, status: TicketStatus) -> str:
        """Take the first transition that leads to such a status, unless the issue has one."""
        here = self.ask(f"{_issue(external_id)}?fields=status").get("fields", {}).get("status") or {}
        wanted = KINDS[status]
        if _kind(here) == wanted[0]:
            return str(here.get("name", ""))
        rows = self.ask(f"{_issue(external_id)}/transitions").get("transitions") or []
        ways = {_kind(row.get("to") or {}): row for row in reversed(rows) if isinstance(row, dict)}
        way = next((ways[kind] for kind in wanted if kind in ways), None)
        if way is None:
            if _kind(here) in wanted:
                return str(here.get("name", ""))
            raise Refused("no_transition")
        self.ask(f"{_issue(external_id)}/transitions", {"transition": {"id": way.get("id")}})
        return str((way.get("to") or {}).get("name", ""))

    def _issue_type(self) -> str:
        found = self.ask(f"/rest/api/3/issue/createmeta/{quote(self.project, safe='')}/issuetypes").get("issueTypes")
        kinds = [kind for kind in found or [] if isinstance(kind, dict) and not kind.get("subtask")]
        if not kinds:
            raise Refused(f"{self.project}: no issue types")
        named = {str(kind.get("name", "")).lower(): kind for kind in reversed(kinds)}
        chosen = next((named[name] for name in PREFERRED if name in named), kinds[0])
        return str(chosen.get("id"))

    def _remote(self, issue: dict[str, Any]) -> Remote:
        key = issue.get("key")
        if not isinstance(key, str) or not key:
            raise Silent("no key")
        status = ((issue.get("fields") or {}).get("status") or {}).get("name", "")
        return Remote(external_id=key, url=f"{self.base}/browse/{quote(key)}", status=str(status))


def _issue(key: str) -> str:
    return f"/rest/api/3/issue/{quote(key, safe='')}"


def _kind(status: dict[str, Any]) -> str:
    meant = jira_status(status)
    return meant.value if meant else ""


def label(ticket: Ticket) -> str:
    """Return the label that only this ticket's issue has."""
    return f"otklik-{ticket.uuid}"


def document(text: str) -> dict[str, Any]:
    """Return plain text as a document in Atlassian's format: blank lines part paragraphs."""
    paragraphs = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return {"type": "doc", "version": 1, "content": [_paragraph(part) for part in paragraphs]}


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in text.split("\n"):
        content += [{"type": "hardBreak"}] if content else []
        content += [{"type": "text", "text": line}] if line else []
    return {"type": "paragraph", "content": content}
