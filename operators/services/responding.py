"""The assistant's first response to a ticket: decided first, posted afterwards.

It is made as an answer in a dialog is: retrieved, paid for, checked again. What
the assistant must not or cannot answer is escalated without a word from it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.utils.timezone import now

from assistants.errors import ModelFailed, NoModelAvailable
from assistants.models import Assistant
from billing import services as billing
from billing.errors import InsufficientFunds
from config.db import new_uuid
from dialogs.enums import HandoffReason, Sender
from dialogs.services.composing import Composed, compose
from dialogs.services.deciding import question_in
from dialogs.services.learning import note_use
from knowledge.search import search
from knowledge.services import gaps
from operators.enums import TicketStatus
from operators.models import Ticket, TicketMessage
from operators.services import tickets

log = structlog.get_logger(__name__)

PASSAGES: Final = 5
LONGEST_QUESTION: Final = 8_000
OVERDUE: Final = timedelta(seconds=30)
TOO_OLD: Final = timedelta(hours=1)
BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Why a person answers."""

    reason: HandoffReason


def respond(ticket_id: int, *, at: datetime) -> TicketMessage | None:
    """Answer an untouched ticket, or escalate it; a repeat does nothing.

    Returns what was said, or nothing: a person comes, was faster, or nobody
    of the tenant's assistants answers tickets.
    """
    ticket = Ticket.objects.select_related("tenant").untouched().filter(pk=ticket_id).first()
    assistant = Assistant.objects.answering_tickets(ticket.tenant).first() if ticket else None
    if ticket is None or assistant is None:
        return None
    made = _make(ticket, assistant)
    with transaction.atomic():
        current = Ticket.objects.untouched().select_for_update(of=("self",)).filter(pk=ticket.pk).first()
        if current and isinstance(made, Escalation):
            tickets.move(current, TicketStatus.ESCALATED, at=at, reason=made.reason.value)
            if made.reason == HandoffReason.LOW_CONFIDENCE:
                gaps.note(current.tenant, assistant=assistant, text=ticket.title, at=at)
        elif current and isinstance(made, Composed):
            return _post(current, made, at=at)
    if isinstance(made, Composed):
        billing.release(made.hold, at=now(), reason="discarded")
    return None


def respond_to_lost(*, at: datetime) -> int:
    """Queue tickets whose first response was lost; return how many."""
    from operators import tasks  # noqa: PLC0415 -- leaf

    window = (at - TOO_OLD, at - OVERDUE)
    answering = Assistant.objects.filter(answers_tickets=True, is_active=True).values("tenant_id")
    lost = Ticket.objects.untouched().filter(created_at__range=window, tenant_id__in=answering)
    keys = list(lost.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in keys:
        tasks.respond_to_ticket.delay(ticket_id=pk)
    return len(keys)


def _make(ticket: Ticket, assistant: Assistant) -> Composed | Escalation:
    text = f"{ticket.title}\n{ticket.description}".strip()[:LONGEST_QUESTION]
    question = question_in(text, language=assistant.language_code)
    if "ask_person" in question.intents:
        return Escalation(reason=HandoffReason.CUSTOMER_ASKED)
    found = search(assistant, question.query, limit=PASSAGES, at=now())
    if not found.is_enough:
        return Escalation(reason=HandoffReason.LOW_CONFIDENCE)
    key = f"ticket:{ticket.uuid}:{new_uuid()}"  # each attempt holds its own price and gives back no other's
    try:
        composed = compose(ticket.tenant, assistant=assistant, question=question, found=found, key=key)
    except InsufficientFunds:
        return Escalation(reason=HandoffReason.NO_MONEY)
    except (ModelFailed, NoModelAvailable) as failure:
        log.warning("first_response_failed", ticket=str(ticket.uuid), error=str(failure))
        return Escalation(reason=HandoffReason.MODEL_FAILED)
    return _judged(composed, run=key)


def _judged(composed: Composed, *, run: str) -> Composed | Escalation:
    """Let only an answer through that stands on a passage: otherwise the model did not know either."""
    if not composed.text:
        return Escalation(reason=HandoffReason.MODEL_FAILED)
    if not composed.receipt(run=run)["sources"]:
        billing.release(composed.hold, at=now(), reason="not_known")
        return Escalation(reason=HandoffReason.LOW_CONFIDENCE)
    return composed


def _post(ticket: Ticket, composed: Composed, *, at: datetime) -> TicketMessage:
    receipt = composed.receipt(run=f"ticket:{ticket.uuid}")
    message = tickets.post(ticket, sender=Sender.ASSISTANT, text=composed.text, at=at, metadata={"receipt": receipt})
    note_use(ticket.tenant_id, receipt, at=at)
    tickets.move(ticket, TicketStatus.PENDING_CUSTOMER, at=at, reason="first_response")
    billing.capture(
        composed.hold,
        at=at,
        related_id=message.pk,
        assistant_id=composed.assistant_id,
        channel="ticket",
        description=ticket.title[:80],
    )
    return message
