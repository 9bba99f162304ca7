"""Past dialogs of the demo shop, with what each answer cost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Tenant, User
from assistants.models import Assistant
from billing import services as billing
from billing.enums import ServiceType
from config.demo.material import articles, load
from config.demo.people import colleague
from dialogs import intents
from dialogs.enums import DeliveryStatus, DialogStatus, HandoffReason, HandoffStatus, Rater, RatingType, Sender
from dialogs.models import Contact, ContactIdentity, Dialog, DialogMessage, DialogRating, MessageRating
from dialogs.services import learning
from operators.enums import RequestState
from operators.models import HandoffRequest

REASONS = {
    "asked_for_person": HandoffReason.CUSTOMER_ASKED,
    "low_confidence": HandoffReason.LOW_CONFIDENCE,
    "policy": HandoffReason.POLICY,
    "complaint": HandoffReason.POLICY,
}


@dataclass(frozen=True, slots=True)
class Past:
    """One dialog of the content files with its contact and its moment."""

    row: dict[str, Any]
    contact: Contact
    started_at: datetime


def load_history(
    tenant: Tenant,
    assistant: Assistant,
    *,
    at: datetime,
    who: Callable[[str], User] = colleague,
    most: int | None = None,
) -> int:
    """Create customers and their past dialogs, the newest ``most`` of them; return how many dialogs.

    ``who`` says which person the content files mean by a key.
    """
    contacts = {row["key"]: _contact(tenant, row) for row in load("customers")}
    titles = {article.slug: article.title for article in articles()}
    pasts = [Past(row, contacts[row["customer"]], at - timedelta(days=row["days_ago"])) for row in load("dialogs")]
    pasts = sorted(pasts, key=lambda past: past.started_at)[-most if most else 0 :]
    for number, past in enumerate(pasts, start=1):
        dialog = _dialog(tenant, assistant, past, number, who)
        _messages(dialog, past, titles, who)
        _handoff(dialog, past, who)
        _teach(dialog, past)
    return len(pasts)


def _contact(tenant: Tenant, row: dict[str, Any]) -> Contact:
    contact = Contact.objects.create(
        tenant=tenant,
        first_name=row["first_name"],
        last_name=row["last_name"],
        language_code="ru",
        metadata={"city": row["city"]},
    )
    ContactIdentity.objects.create(
        tenant=tenant,
        contact=contact,
        platform=row["platform"],
        external_id=f"demo-{row['key']}",
        username=row.get("username", ""),
    )
    return contact


def _dialog(tenant: Tenant, assistant: Assistant, past: Past, number: int, who: Callable[[str], User]) -> Dialog:
    handoff = past.row["handoff"]
    is_closed = past.row["status"] == "closed"
    length = timedelta(seconds=sum(message["after_seconds"] for message in past.row["messages"]))
    state = HandoffStatus.NONE
    if handoff:
        state = HandoffStatus.RESOLVED if is_closed else HandoffStatus.ACTIVE
    return Dialog.objects.create(
        tenant=tenant,
        assistant=assistant,
        contact=past.contact,
        platform=past.row["platform"],
        session_id=f"demo-{number}",
        chat_id=f"demo-{number}" if past.row["platform"] == "telegram" else "",
        status=DialogStatus(past.row["status"]),
        handoff_status=state,
        assigned_operator=who(handoff["operator"]) if handoff and not is_closed else None,
        messages_count=len(past.row["messages"]),
        last_seq=len(past.row["messages"]),
        created_at=past.started_at,
        last_message_at=past.started_at + length,
        closed_at=past.started_at + length if is_closed else None,
    )


def _messages(dialog: Dialog, past: Past, titles: dict[str, str], who: Callable[[str], User]) -> None:
    moment = past.started_at
    first_reply: float | None = None
    for seq, row in enumerate(past.row["messages"], start=1):
        moment += timedelta(seconds=row["after_seconds"])
        sender = Sender(row["sender"])
        reading = intents.read(row["text"]) if sender == Sender.CUSTOMER else None
        handoff = past.row["handoff"]
        message = DialogMessage.objects.create(
            tenant_id=dialog.tenant_id,
            dialog=dialog,
            seq=seq,
            sender=sender,
            author=who(handoff["operator"]) if sender == Sender.OPERATOR and handoff else None,
            text=row["text"],
            intent=reading.intent if reading else "",
            confidence=round(reading.confidence, 2) if reading else None,
            receipt=_receipt(row, titles) if sender == Sender.ASSISTANT else None,
            delivery_status=DeliveryStatus.READ,
            created_at=moment,
        )
        if sender == Sender.ASSISTANT:
            _pay(dialog, message, row, at=moment)
            first_reply = first_reply or (moment - past.started_at).total_seconds()
        if thumb := row.get("thumb"):
            MessageRating.objects.create(message=message, dialog=dialog, rating=thumb, created_at=moment)
            learning.note_rating(message, rating=thumb, rating_type=RatingType.THUMBS, rated_by=Rater.USER, at=moment)
    customer_wrote = dialog.messages.filter(sender=Sender.CUSTOMER).order_by("-seq").first()
    Dialog.objects.filter(pk=dialog.pk).update(
        first_response_time=first_reply,
        last_customer_message_at=customer_wrote.created_at if customer_wrote else None,
    )
    if past.row["rating"]:
        DialogRating.objects.create(
            dialog=dialog,
            rating=past.row["rating"],
            comment=past.row.get("rating_comment", ""),
            rated_by=Rater.USER,
            created_at=moment,
        )


def _teach(dialog: Dialog, past: Past) -> None:
    """Let the shop learn from what the assistant did not know: a question in the inbox, an answer to review."""
    if not past.row["handoff"] or past.row["handoff"]["reason"] != "low_confidence":
        return
    for message in dialog.messages.filter(sender=Sender.OPERATOR).order_by("seq"):
        if entry := learning.propose_from(message.pk):
            learning.note_gap(dialog, question=entry.question, seq=message.seq, at=message.created_at)
            break


def _receipt(row: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    sources: list[dict[str, Any]] = [
        {"chunk": None, "document": None, "title": titles[slug], "quote": "", "score": None, "ranks": {}}
        for slug in row.get("sources", [])
    ]
    return {"run": None, "price": "1.500000", "currency": "RUB", "sources": sources, "left_out": [], "is_demo": True}


def _pay(dialog: Dialog, message: DialogMessage, row: dict[str, Any], *, at: datetime) -> None:
    billing.charge(
        dialog.tenant,
        service=ServiceType.AI_MESSAGE,
        key=f"demo:{message.uuid}",
        at=at,
        related_id=message.pk,
        assistant_id=dialog.assistant_id,
        channel=dialog.platform,
        description=row["text"][:80],
    )


def _handoff(dialog: Dialog, past: Past, who: Callable[[str], User]) -> None:
    handoff = past.row["handoff"]
    if not handoff:
        return
    is_closed = dialog.closed_at is not None
    HandoffRequest.objects.create(
        tenant_id=dialog.tenant_id,
        dialog=dialog,
        state=RequestState.RESOLVED if is_closed else RequestState.ACTIVE,
        reason=REASONS[handoff["reason"]],
        operator=who(handoff["operator"]),
        note=handoff["note"],
        requested_at=past.started_at,
        started_at=past.started_at + timedelta(seconds=40),
        resolved_at=dialog.closed_at,
    )
