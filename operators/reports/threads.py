"""One conversation, and all that stands beside it."""

from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, DecimalField, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse

from dialogs.allowances import allowance_of
from dialogs.enums import RatingType, RunOutcome, RunStatus, Sender
from dialogs.events import as_event, files_of
from dialogs.models import Dialog, DialogMessage, DialogQuerySet, MessageRating
from dialogs.reports import costs_of
from operators.enums import RequestState
from operators.models import DialogNote, HandoffAudit, HandoffRequest, ReplySuggestion, Ticket
from operators.reports.queues import rows_of

THREAD: Final = 200
OTHERS: Final = 8


def messages_after(dialog: Dialog, seq: int) -> list[dict[str, Any]]:
    """Return what came after number ``seq``, a page at most, or the last page at first sight."""
    messages = dialog.messages.select_related("author").prefetch_related("ratings", "attachments")
    rows = list(messages.after(seq)[:THREAD]) if seq else list(reversed(messages.order_by("-seq")[:THREAD]))
    return [message(row) for row in rows]


def missed(dialog_id: int, seen: int, *, changed: int = 0) -> list[dict[str, Any]]:
    """Return what came after number ``seen``, and the earlier message that changed since, if one did."""
    dialog = Dialog.objects.get(pk=dialog_id)
    again = dialog.messages.select_related("author").filter(seq=changed, seq__lte=seen)
    return [*map(message, again), *messages_after(dialog, seen)]


def messages_before(dialog: Dialog, seq: int) -> list[dict[str, Any]]:
    """Return the page before number ``seq``."""
    messages = dialog.messages.select_related("author").prefetch_related("ratings", "attachments").filter(seq__lt=seq)
    return [message(row) for row in reversed(messages.order_by("-seq")[:THREAD])]


def message(said: DialogMessage) -> dict[str, Any]:
    """Return a message with what only operators see: receipt, delivery, ratings."""
    receipt = said.receipt or {}
    model = receipt.get("model") or {}
    return {
        **as_event(said),
        "files": files_of(said, is_member=True),
        "sender_name": said.get_sender_display(),
        "client_id": said.platform_message_id if said.sender == Sender.OPERATOR else None,
        "delivery": said.get_delivery_status_display(),
        "error": said.delivery_error,
        "gap": bool(said.metadata.get("gap")),
        "ratings": [{"kind": r.rating_type, "rating": r.rating, "comment": r.comment} for r in said.ratings.all()],
        "receipt": {
            "price": receipt.get("price"),
            "model": model.get("name", ""),
            "seconds": model.get("seconds"),
            "sources": [
                {"title": s.get("title", ""), "quote": s.get("quote", ""), "score": s.get("score")}
                for s in receipt.get("sources", [])
            ],
        }
        if receipt
        else None,
    }


def aside(dialog_id: int) -> dict[str, Any]:
    """Return what stands beside the messages and changes with the handoff."""
    dialog = Dialog.objects.get(pk=dialog_id)
    return {"marks": marks(dialog), "draft": draft(dialog)}


def thread(dialog: Dialog, *, after: int) -> dict[str, Any]:
    """Return a conversation with all that stands beside it."""
    return {
        "row": rows_of(Dialog.objects.filter(pk=dialog.pk))[0],
        "messages": messages_after(dialog, after),
        "marks": marks(dialog),
        "draft": draft(dialog),
        "context": context(dialog),
        "files": allowance_of(dialog.platform).as_json(),
    }


def marks(dialog: Dialog) -> list[dict[str, Any]]:
    """Return the steps of the handoff and the colleagues' notes, which the customer does not see."""
    notes = DialogNote.objects.filter(dialog=dialog).select_related("author").order_by("-pk")[:THREAD]
    return [
        *_steps(dialog),
        *(
            {
                "to": "",
                "who": note.author.get_full_name() if note.author else "",
                "note": note.text,
                "at": note.created_at,
                "client_id": note.client_id,
            }
            for note in reversed(notes)
        ),
    ]


def _steps(dialog: Dialog) -> list[dict[str, Any]]:
    steps = HandoffAudit.objects.filter(dialog=dialog).select_related("user").order_by("seq")
    notes = dict(HandoffRequest.objects.filter(dialog=dialog).exclude(note="").values_list("request_id", "note"))
    return [
        {
            "seq": step.seq,
            "to": "" if step.from_status == step.to_status else step.get_to_status_display(),
            "who": step.user.get_short_name() if step.user else "",
            "note": step.extra_data.get("note", "") or (_resolution(step, notes)),
            "aside": step.reason if step.from_status == step.to_status else "",
            "until": step.extra_data.get("until"),
            "priority": step.extra_data.get("priority"),
            "at": step.created_at,
        }
        for step in steps
    ]


def _resolution(step: HandoffAudit, notes: dict[Any, str]) -> str:
    return notes.get(step.request_id, "") if step.to_status == RequestState.RESOLVED else ""


def _tickets(dialog: Dialog) -> list[dict[str, Any]]:
    """Return the customer's latest tickets, from whichever conversation."""
    theirs = Ticket.objects.filter(tenant_id=dialog.tenant_id, dialog__contact=dialog.contact_id)
    return [
        {
            "number": t.number,
            "title": t.title,
            "status": t.get_status_display(),
            "url": reverse("ticket", args=[t.uuid]),
        }
        for t in theirs.order_by("-pk")[:OTHERS]
    ]


def _thumbs(dialog: Dialog) -> dict[str, int]:
    """Return how many answers the customer liked and disliked."""
    rated = MessageRating.objects.filter(message__dialog=dialog, rating_type=RatingType.THUMBS)
    liked, disliked = Count("pk", filter=Q(rating__gt=0)), Count("pk", filter=Q(rating__lt=0))
    return rated.aggregate(up=liked, down=disliked)


def _spend(dialog: Dialog) -> Decimal:
    """Return what answers and suggestions in a conversation have cost."""
    asked = ReplySuggestion.objects.filter(dialog=dialog, receipt__has_key="price")
    price = Cast(KeyTextTransform("price", "receipt"), DecimalField(max_digits=18, decimal_places=6))
    suggested: Decimal | None = asked.aggregate(cost=Sum(price))["cost"]
    return costs_of([dialog.pk]).get(dialog.pk, Decimal(0)) + (suggested or Decimal(0))


def draft(dialog: Dialog) -> dict[str, str] | None:
    """Return the answer that the assistant began and nobody got, if nothing was said since."""
    answered = dialog.messages.filter(sender__in=[Sender.ASSISTANT, Sender.OPERATOR]).order_by("-seq").first()
    lost = dialog.runs.filter(status__in=[RunStatus.DISCARDED, RunStatus.CANCELLED], from_seq__gt=0)
    lost = lost.filter(from_seq__gt=answered.seq) if answered else lost
    run = lost.exclude(partial_text="").order_by("-pk").first()
    return {"text": run.partial_text, "why": RunOutcome.words(run.outcome)} if run else None


def context(dialog: Dialog) -> dict[str, Any]:
    """Return who the customer is and what they wrote elsewhere."""
    contact = dialog.contact
    others: DialogQuerySet = Dialog.objects.filter(tenant_id=dialog.tenant_id, contact=contact)
    rating = dialog.ratings.filter(rated_by="user").order_by("-updated_at").first()
    return {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "since": contact.created_at,
        "language": dialog.language_code,
        "assistant": str(dialog.assistant.uuid) if dialog.assistant else None,
        "begun": dialog.created_at,
        "messages": dialog.messages_count,
        "identities": [
            {"platform": i.get_platform_display(), "name": i.username or i.external_id}
            for i in contact.identities.order_by("pk")
        ],
        "others": [
            {"dialog": str(o.uuid), "at": o.last_message_at or o.created_at, "status": o.get_status_display()}
            for o in others.exclude(pk=dialog.pk).latest_first()[:OTHERS]
        ],
        "tickets": _tickets(dialog),
        "new_ticket": f"{reverse('new_ticket')}?dialog={dialog.uuid}",
        "thumbs": _thumbs(dialog),
        "spend": str(_spend(dialog)),
        "user_id": contact.metadata.get("user_id", ""),
        "page": dialog.page_facts,
        "rating": {"stars": rating.rating, "comment": rating.comment} if rating else None,
    }
