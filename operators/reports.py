"""What the console shows: the queues, one thread, who the customer is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import Tenant, User
from dialogs.allowances import allowance_of
from dialogs.enums import HandoffStatus, RunOutcome, RunStatus, Sender
from dialogs.events import as_event, files_of
from dialogs.models import Dialog, DialogMessage, DialogQuerySet
from operators.enums import RequestState
from operators.models import CannedReply, DialogNote, HandoffAudit, HandoffRequest, OperatorPresence
from operators.models.presence import MESSENGERS

PAGE: Final = 50
THREAD: Final = 200
PREVIEW: Final = 160
OTHERS: Final = 8
FOUND_BY: Final = ("first_name", "last_name", "email", "phone")
WAITING: Final = Q(handoff_status=HandoffStatus.REQUESTED)


def queue(tenant: Tenant, operator: User, name: str, *, search: str = "", offset: int = 0) -> list[dict[str, Any]]:
    """Return one page of a queue: waiting (longest wait first), or another (latest words first).

    Args:
        tenant: Whose dialogs.
        operator: Whose ``mine`` it is.
        name: waiting, mine, team (with colleagues), assistant (with nobody) or all.
        search: Part of the customer's name, e-mail or phone.
        offset: How many rows were shown before.
    """
    dialogs = Dialog.objects.of(tenant).open()
    if words := search.strip():
        has_words = (Q(**{f"contact__{field}__icontains": words}) for field in FOUND_BY)
        dialogs = dialogs.filter(reduce(or_, has_words))
    if name == "waiting":
        cycle = HandoffRequest.objects.waiting().filter(dialog=OuterRef("pk")).values("requested_at")[:1]
        dialogs = dialogs.filter(WAITING).annotate(asked_at=Subquery(cycle)).order_by("asked_at", "pk")
    else:
        dialogs = dialogs.filter(QUEUES[name](operator)).latest_first()
    return rows_of(dialogs[offset : offset + PAGE])


def counts(tenant: Tenant, operator: User) -> dict[str, int]:
    """Return how many dialogs each queue holds."""
    found: dict[str, int] = (
        Dialog.objects.of(tenant)
        .open()
        .aggregate(
            waiting=Count("pk", filter=WAITING),
            all=Count("pk"),
            **{name: Count("pk", filter=fits(operator)) for name, fits in QUEUES.items() if name != "all"},
        )
    )
    return found


def rows_by_key(tenant: Tenant, keys: Iterable[int]) -> list[dict[str, Any]]:
    """Return the rows of these dialogs, closed ones too, so that lists can forget them."""
    return rows_of(Dialog.objects.of(tenant).filter(pk__in=keys))


def rows_of(dialogs: QuerySet[Dialog]) -> list[dict[str, Any]]:
    """Return dialogs as the lists show them, in three queries."""
    spoken = DialogMessage.objects.spoken().filter(dialog=OuterRef("pk")).order_by("-seq").values("pk")[:1]
    found = list(dialogs.select_related("contact", "assigned_operator").annotate(last_spoken=Subquery(spoken)))
    last = DialogMessage.objects.only("dialog_id", "sender", "text").in_bulk([row.last_spoken for row in found])
    cycles = HandoffRequest.objects.open().filter(dialog__in=[row.pk for row in found])
    waiting = {cycle.dialog_id: cycle for cycle in cycles}
    return [_row(dialog, last.get(dialog.last_spoken), waiting.get(dialog.pk)) for dialog in found]


def _row(dialog: Dialog, last: DialogMessage | None, cycle: HandoffRequest | None) -> dict[str, Any]:
    is_waiting = dialog.handoff_status == HandoffStatus.REQUESTED
    since = (cycle.requested_at if cycle else dialog.last_message_at) if is_waiting else None
    return {
        "dialog": str(dialog.uuid),
        "name": dialog.contact.name,
        "platform": dialog.platform,
        "channel": dialog.get_platform_display(),
        "status": dialog.status,
        "handoff": dialog.handoff_status,
        "operator": operator_of(dialog),
        "reason": cycle.get_reason_display() if cycle and is_waiting else "",
        "waiting_since": since,
        "last_seq": dialog.last_seq,
        "last_at": dialog.last_message_at,
        "last_sender": last.sender if last else "",
        "preview": " ".join(last.text[:PREVIEW].split()) if last else "",
    }


def operator_of(dialog: Dialog) -> dict[str, str] | None:
    """Return who is in charge."""
    person = dialog.assigned_operator
    return {"uuid": str(person.uuid), "name": person.get_short_name()} if person else None


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
            "to": step.get_to_status_display(),
            "who": step.user.get_short_name() if step.user else "",
            "note": step.extra_data.get("note", "") or (_resolution(step, notes)),
            "at": step.created_at,
        }
        for step in steps
    ]


def _resolution(step: HandoffAudit, notes: dict[Any, str]) -> str:
    return notes.get(step.request_id, "") if step.to_status == RequestState.RESOLVED else ""


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
        "user_id": contact.metadata.get("user_id", ""),
        "page": dialog.page_facts,
        "rating": {"stars": rating.rating, "comment": rating.comment} if rating else None,
    }


def canned_replies(tenant: Tenant) -> list[dict[str, str]]:
    """Return the texts that operators call up by ``/shortcut``."""
    replies = CannedReply.objects.of(tenant).filter(is_active=True).order_by("shortcut")
    return [{"shortcut": reply.shortcut, "title": reply.title, "text": reply.text} for reply in replies]


def colleagues(tenant: Tenant, operator: User, *, at: datetime) -> Sequence[dict[str, str]]:
    """Return who else is at the desk, for a conversation to be passed to."""
    there = OperatorPresence.objects.of(tenant).at_the_desk(at=at).exclude(user=operator).select_related("user")
    return [{"uuid": str(p.user.uuid), "name": p.user.get_full_name()} for p in there.order_by("user__full_name", "pk")]


def desk(tenant: Tenant, operator: User) -> dict[str, Any]:
    """Return how ``operator`` is doing: status, and how many conversations of how many."""
    presence = OperatorPresence.objects.get_or_create(tenant=tenant, user=operator)[0]
    held = Dialog.objects.of(tenant).open().filter(_mine(operator))
    is_messenger = Q(platform__in=MESSENGERS)
    used = held.aggregate(web=Count("pk", filter=~is_messenger), messenger=Count("pk", filter=is_messenger))
    return {
        "uuid": str(operator.uuid),
        "name": operator.get_short_name(),
        "status": presence.status,
        "web": [used["web"], presence.max_active_chats_web],
        "messenger": [used["messenger"], presence.max_active_chats_telegram],
    }


def _mine(operator: User) -> Q:
    return Q(handoff_status=HandoffStatus.ACTIVE, assigned_operator=operator)


QUEUES: Final[Mapping[str, Callable[[User], Q]]] = {
    "mine": _mine,
    "team": lambda operator: Q(handoff_status=HandoffStatus.ACTIVE) & ~Q(assigned_operator=operator),
    "assistant": lambda operator: ~Q(handoff_status__in=[HandoffStatus.REQUESTED, HandoffStatus.ACTIVE]),
    "all": lambda operator: Q(),
}
