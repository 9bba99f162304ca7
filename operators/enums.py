"""The words of the operators' desk, and which state may follow which."""

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PresenceStatus(TextChoices):
    """Whether an operator can be given conversations."""

    ONLINE = "online", _("Online")
    BUSY = "busy", _("Busy")
    OFFLINE = "offline", _("Offline")


class RequestState(TextChoices):
    """How one cycle of a handoff goes."""

    REQUESTED = "requested", _("Waiting")
    ACTIVE = "active", _("With an operator")
    RESOLVED = "resolved", _("Resolved")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Nobody came")


OPEN_REQUESTS: Final = (RequestState.REQUESTED, RequestState.ACTIVE)
REQUEST_MOVES: Final[Mapping[str, frozenset[str]]] = {
    RequestState.REQUESTED: frozenset({RequestState.ACTIVE, RequestState.CANCELLED, RequestState.EXPIRED}),
    RequestState.ACTIVE: frozenset({RequestState.REQUESTED, RequestState.RESOLVED}),
    RequestState.RESOLVED: frozenset(),
    RequestState.CANCELLED: frozenset(),
    RequestState.EXPIRED: frozenset(),
}


class WaitChoice(TextChoices):
    """What a customer chose whom nobody came to."""

    WAIT = "wait", _("Goes on waiting")
    EMAIL = "email", _("Left an e-mail address")
    TELEGRAM = "telegram", _("Went on in Telegram")


class TicketStatus(TextChoices):
    """Where a ticket is."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING_CUSTOMER = "pending_customer", _("Waiting for the customer")
    ESCALATED = "escalated", _("Escalated")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")


_WORK: Final = {TicketStatus.PENDING_CUSTOMER, TicketStatus.ESCALATED, TicketStatus.RESOLVED}
TICKET_MOVES: Final[Mapping[str, frozenset[str]]] = {
    TicketStatus.OPEN: frozenset({TicketStatus.IN_PROGRESS, *_WORK}),
    TicketStatus.IN_PROGRESS: frozenset(_WORK),
    TicketStatus.PENDING_CUSTOMER: frozenset(
        {TicketStatus.IN_PROGRESS, TicketStatus.ESCALATED, TicketStatus.RESOLVED, TicketStatus.CLOSED}
    ),
    TicketStatus.ESCALATED: frozenset({TicketStatus.IN_PROGRESS, TicketStatus.PENDING_CUSTOMER, TicketStatus.RESOLVED}),
    TicketStatus.RESOLVED: frozenset({TicketStatus.CLOSED, TicketStatus.REOPENED}),
    TicketStatus.CLOSED: frozenset({TicketStatus.REOPENED}),
    TicketStatus.REOPENED: frozenset({TicketStatus.IN_PROGRESS, *_WORK}),
}


class TicketPriority(TextChoices):
    """How soon a ticket wants attention."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class ClockKind(TextChoices):
    """What a ticket is promised."""

    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    RESOLUTION = "resolution", _("Solution")


class TicketSource(TextChoices):
    """Where a ticket came from."""

    WEB = "web", _("Dashboard")
    FORM = "form", _("Web form")
    EMAIL = "email", _("E-mail")
    API = "api", _("API")
    WIDGET = "widget", _("Website")
    TELEGRAM = "telegram", _("Telegram")
    WHATSAPP = "whatsapp", _("WhatsApp")
    WILDBERRIES = "wildberries", _("Wildberries")


class ExternalSystem(TextChoices):
    """Which outside help desk mirrors a ticket."""

    JIRA = "jira", _("Jira")
    ZENDESK = "zendesk", _("Zendesk")


class MirrorStatus(TextChoices):
    """How far the copy of a ticket came on its way to an outside help desk."""

    PENDING = "pending", _("Waits to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Perhaps sent")


class ChangeKind(TextChoices):
    """What of a ticket changed."""

    COMMENT = "comment", _("Comment")
    STATUS = "status", _("Status")


class MailStatus(TextChoices):
    """What became of a letter about a ticket."""

    PENDING = "pending", _("Waits to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Perhaps sent")
    RECEIVED = "received", _("Received")
    IGNORED = "ignored", _("Not taken")


INBOUND_MAIL: Final = (MailStatus.RECEIVED, MailStatus.IGNORED)
