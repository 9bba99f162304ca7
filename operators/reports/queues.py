"""The queues: whose turn it is, and how many wait."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Tenant, User
from dialogs.enums import HandoffStatus
from dialogs.models import Dialog, DialogMessage, DialogQuerySet
from operators.models import HandoffRequest

PAGE: Final = 50
PREVIEW: Final = 160
FOUND_BY: Final = ("first_name", "last_name", "email", "phone")
WAITING: Final = Q(handoff_status=HandoffStatus.REQUESTED)
HELD: Final = Q(handoff_status=HandoffStatus.ACTIVE)
AWAKE: Final = Q(snoozed_at=None)


def queue(tenant: Tenant, operator: User, name: str, *, search: str = "", offset: int = 0) -> list[dict[str, Any]]:
    """Return one page of a queue: waiting (urgent ones, then the longest wait), or another (latest words first).

    Args:
        tenant: Whose dialogs.
        operator: Whose ``mine`` it is.
        name: waiting, mine, team (with colleagues), assistant (with nobody), snoozed or all.
        search: Part of the customer's name, e-mail or phone.
        offset: How many rows were shown before.
    """
    dialogs = in_queue(tenant, operator, name, search=search)
    if name == "waiting":
        cycle = HandoffRequest.objects.waiting().filter(dialog=OuterRef("pk")).values("requested_at")[:1]
        dialogs = dialogs.annotate(asked_at=Subquery(cycle)).order_by("-priority", "asked_at", "pk")
    elif name == "snoozed":
        dialogs = dialogs.order_by(F("snoozed_until").asc(nulls_last=True), "pk")
    else:
        dialogs = dialogs.latest_first()
    return rows_of(dialogs[offset : offset + PAGE])


def in_queue(tenant: Tenant, operator: User, name: str, *, search: str = "") -> DialogQuerySet:
    """Return the dialogs of a queue, or those among them whose customer's facts contain ``search``."""
    dialogs = Dialog.objects.of(tenant).open().filter(QUEUES[name](operator))
    if words := search.strip():
        has_words = (Q(**{f"contact__{field}__icontains": words}) for field in FOUND_BY)
        dialogs = dialogs.filter(reduce(or_, has_words))
    return dialogs


def counts(tenant: Tenant, operator: User) -> dict[str, int]:
    """Return how many dialogs each queue holds."""
    found: dict[str, int] = (
        Dialog.objects.of(tenant)
        .open()
        .aggregate(
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
        "priority": dialog.priority,
        "snoozed": {"until": dialog.snoozed_until} if dialog.snoozed_at else None,
        "last_seq": dialog.last_seq,
        "last_at": dialog.last_message_at,
        "last_sender": last.sender if last else "",
        "preview": " ".join(last.text[:PREVIEW].split()) if last else "",
    }


def operator_of(dialog: Dialog) -> dict[str, str] | None:
    """Return who is in charge."""
    person = dialog.assigned_operator
    return {"uuid": str(person.uuid), "name": person.get_short_name()} if person else None


def mine(operator: User) -> Q:
    """Keep what ``operator`` has in hand; what was put off is not."""
    return HELD & AWAKE & Q(assigned_operator=operator)


QUEUES: Final[Mapping[str, Callable[[User], Q]]] = {
    "waiting": lambda operator: WAITING,
    "mine": mine,
    "team": lambda operator: HELD & AWAKE & ~Q(assigned_operator=operator),
    "snoozed": lambda operator: ~AWAKE,
    "assistant": lambda operator: ~Q(handoff_status__in=[HandoffStatus.REQUESTED, HandoffStatus.ACTIVE]),
    "all": lambda operator: Q(),
}
