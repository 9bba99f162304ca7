"""What Jira and Zendesk tell: proven to be theirs, and read without trusting its shape."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from operators.enums import ChangeKind, TicketStatus

JIRA_WINDOW: Final = timedelta(hours=24)  # it repeats what was not taken
ZENDESK_WINDOW: Final = timedelta(minutes=10)
AHEAD: Final = timedelta(minutes=5)
LONGEST: Final = 8_000
CATEGORIES: Final = {
    "new": TicketStatus.OPEN,
    "indeterminate": TicketStatus.IN_PROGRESS,
    "done": TicketStatus.RESOLVED,
}
WAITING: Final = ("waiting for customer", "pending", "ожидает клиента", "ожидание клиента", "ожидает ответа клиента")
ZENDESK: Final = {
    "new": TicketStatus.OPEN,
    "open": TicketStatus.OPEN,
    "hold": TicketStatus.IN_PROGRESS,
    "pending": TicketStatus.PENDING_CUSTOMER,
    "solved": TicketStatus.RESOLVED,
    "closed": TicketStatus.CLOSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to the copy of a ticket."""

    kind: ChangeKind
    external_id: str
    actor: str = ""
    status: str = ""
    wanted: TicketStatus | None = None
    comment_id: str = ""
    author: str = ""
    text: str = ""


def is_jiras(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Say whether Jira signed ``body``."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers.get("X-Hub-Signature", "").encode(), f"sha256={expected}".encode())


def is_zendesks(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Say whether Zendesk signed ``body`` together with its moment."""
    moment = headers.get("X-Zendesk-Webhook-Signature-Timestamp", "")
    expected = base64.b64encode(hmac.new(secret.encode(), moment.encode() + body, hashlib.sha256).digest())
    return hmac.compare_digest(headers.get("X-Zendesk-Webhook-Signature", "").encode(), expected)


def is_fresh(moment: datetime | None, *, at: datetime, window: timedelta) -> bool:
    """Say whether a signed moment is near enough to be no replay."""
    return moment is not None and at - window <= moment <= at + AHEAD


def jira_moment(body: Mapping[str, Any]) -> datetime | None:
    """Return when Jira says it happened: the number is part of what is signed."""
    stamp = body.get("timestamp")
    try:
        return datetime.fromtimestamp(stamp / 1000, UTC) if isinstance(stamp, int) else None
    except (OverflowError, OSError, ValueError):
        return None


def zendesk_moment(headers: Mapping[str, str]) -> datetime | None:
    """Return the moment of the signature."""
    try:
        moment = datetime.fromisoformat(headers.get("X-Zendesk-Webhook-Signature-Timestamp", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def jira(body: Mapping[str, Any]) -> Event | None:
    """Return what Jira tells, if it concerns us."""
    issue, comment = _part(body, "issue"), _part(body, "comment")
    key, name = _text(issue, "key"), _text(body, "webhookEvent")
    if not key:
        return None
    if name == "comment_created" and comment:
        author = _part(comment, "author")
        return Event(
            kind=ChangeKind.COMMENT,
            external_id=key,
            actor=_text(author, "accountId"),
            author=_text(author, "displayName"),
            comment_id=_text(comment, "id")[:64],
            text=_words(comment.get("body"))[:LONGEST],
        )
    items = _part(body, "changelog").get("items")
    is_moved = any(isinstance(each, dict) and each.get("field") == "status" for each in items or [])
    if name != "jira:issue_updated" or not is_moved:
        return None
    status = _part(_part(issue, "fields"), "status")
    return Event(
        kind=ChangeKind.STATUS,
        external_id=key,
        actor=_text(_part(body, "user"), "accountId"),
        status=_text(status, "name")[:100],
        wanted=jira_status(status),
    )


def jira_status(status: Mapping[str, Any]) -> TicketStatus | None:
    """Return what a status of Jira means here: its name may say that the customer is awaited, else its kind tells."""
    if _text(status, "name").strip().lower() in WAITING:
        return TicketStatus.PENDING_CUSTOMER
    return CATEGORIES.get(_text(_part(status, "statusCategory"), "key"))


def zendesk(body: Mapping[str, Any]) -> Event | None:
    """Return what Zendesk tells, if it concerns us."""
    detail, event = _part(body, "detail"), _part(body, "event")
    number, name = _text(detail, "id"), _text(body, "type").rpartition(":")[2]
    if not number:
        return None
    if name == "ticket.comment_added":
        comment = _part(event, "comment")
        author = _part(comment, "author")
        return Event(
            kind=ChangeKind.COMMENT,
            external_id=number,
            actor=_text(author, "id") or _text(detail, "actor_id"),
            author=_text(author, "name"),
            comment_id=_text(comment, "id")[:64],
            text=_text(comment, "body")[:LONGEST],
        )
    if name != "ticket.status_changed":
        return None
    status = (_text(event, "current") or _text(detail, "status")).lower()
    actor = _text(detail, "actor_id")
    return Event(
        kind=ChangeKind.STATUS, external_id=number, actor=actor, status=status[:100], wanted=ZENDESK.get(status)
    )


def _part(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = content.get(name)
    return value if isinstance(value, dict) else {}


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _words(body: Any) -> str:
    """Return the words of a comment: text, or a document in Atlassian's format."""
    if isinstance(body, str):
        return _text({"body": body}, "body")
    if not isinstance(body, dict):
        return ""
    if body.get("type") == "text":
        return _text(body, "text")
    inner = "".join(_words(each) for each in body.get("content") or [] if isinstance(each, dict))
    return f"{inner}\n" if body.get("type") in {"paragraph", "hardBreak", "heading", "listItem"} else inner
