"""Operators, handoffs and tickets."""

from operators.models.handoffs import HandoffAudit, HandoffRequest, HandoffRequestQuerySet
from operators.models.mirrors import TicketMirror, TicketMirrorQuerySet
from operators.models.notes import DialogNote
from operators.models.presence import CannedReply, OperatorPresence
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
    "CannedReply",
    "DialogNote",
    "HandoffAudit",
    "HandoffRequest",
    "HandoffRequestQuerySet",
    "OperatorPresence",
    "Ticket",
    "TicketAudit",
    "TicketExternalRef",
    "TicketMessage",
    "TicketMirror",
    "TicketMirrorQuerySet",
    "TicketQuerySet",
]
