"""Operators, handoffs and tickets."""

from operators.models.changes import RefChange, RefChangeQuerySet
from operators.models.filters import SavedFilter
from operators.models.handoffs import HandoffAudit, HandoffRequest, HandoffRequestQuerySet
from operators.models.mails import TicketMail, TicketMailQuerySet
from operators.models.mirrors import TicketMirror, TicketMirrorQuerySet
from operators.models.notes import DialogNote
from operators.models.presence import CannedReply, OperatorPresence
from operators.models.promises import BusinessCalendar, SlaClock, SlaClockQuerySet, SlaPolicy
from operators.models.tickets import (
    REOPEN_WINDOW,
    Ticket,
    TicketAudit,
    TicketExternalRef,
    TicketMessage,
    TicketQuerySet,
)

__all__ = [
    "REOPEN_WINDOW",
    "BusinessCalendar",
    "CannedReply",
    "DialogNote",
    "HandoffAudit",
    "HandoffRequest",
    "HandoffRequestQuerySet",
    "OperatorPresence",
    "RefChange",
    "RefChangeQuerySet",
    "SavedFilter",
    "SlaClock",
    "SlaClockQuerySet",
    "SlaPolicy",
    "Ticket",
    "TicketAudit",
    "TicketExternalRef",
    "TicketMail",
    "TicketMailQuerySet",
    "TicketMessage",
    "TicketMirror",
    "TicketMirrorQuerySet",
    "TicketQuerySet",
]
