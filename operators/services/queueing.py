"""The queue for a person: who stands where, and how long it usually takes."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from django.utils.timezone import now

from dialogs.enums import Channel
from dialogs.events import announce_state
from dialogs.models import Dialog
from dialogs.ports import Place
from dialogs.services import continuing
from operators.enums import WaitChoice
from operators.models import HandoffRequest, OperatorPresence
from operators.services.promises import calendar_of

LATELY: Final = timedelta(days=14)
SAMPLE: Final = 25
ENOUGH: Final = 3  # waits, below which nobody can say how long it takes
TOLD_AT_ONCE: Final = 20  # who stands further back learns it when they come nearer


def place_of(dialog: Dialog) -> Place | None:
    """Return where ``dialog`` stands among those of its tenant that wait for a person, if it does."""
    waiting = HandoffRequest.objects.filter(tenant_id=dialog.tenant_id).waiting()
    ours = waiting.filter(dialog=dialog).first()
    if ours is None:
        return None
    at = now()
    ahead = waiting.filter(requested_at__lt=ours.requested_at).count()
    usual = usual_wait(dialog.tenant_id, at=at)
    is_late = usual is not None and at - ours.requested_at > usual
    return Place(
        position=ahead + 1,
        wait_seconds=None if usual is None or is_late else round(usual.total_seconds()),
        is_staffed=is_staffed(dialog.tenant_id, at=at),
        **_instead(dialog, ours, at=at),
    )


def _instead(dialog: Dialog, handoff: HandoffRequest, *, at: datetime) -> dict[str, Any]:
    """Return what else the customer may do, and when somebody will be at the desk."""
    opens = opens_at(dialog.tenant_id, at=at)
    facts: dict[str, Any] = {"opens_at": opens.isoformat() if opens else ""}
    if handoff.offered_at and not handoff.choice:
        link = continuing.link_of(dialog) if dialog.platform == Channel.WIDGET else ""
        ways = [WaitChoice.WAIT, WaitChoice.EMAIL, *([WaitChoice.TELEGRAM] if link else [])]
        facts |= {"choices": tuple(way.value for way in ways), "telegram": link}
    return facts


def opens_at(tenant_id: int, *, at: datetime) -> datetime | None:
    """Return when the team works again, or None when it should be working now."""
    begin, _end = next(calendar_of(tenant_id).stretches(at), (None, None))
    return begin if begin and begin > at else None


def usual_wait(tenant_id: int, *, at: datetime) -> timedelta | None:
    """Return the median of the latest waits that ended with an operator, or None when there were too few."""
    taken = HandoffRequest.objects.filter(tenant_id=tenant_id, started_at__gte=at - LATELY)
    waits = taken.order_by("-started_at").values_list("requested_at", "started_at")[:SAMPLE]
    seconds = [(started - requested).total_seconds() for requested, started in waits if started]
    return timedelta(seconds=median(seconds)) if len(seconds) >= ENOUGH else None


def is_staffed(tenant_id: int, *, at: datetime) -> bool:
    """Say whether anybody is at the desk, busy or not."""
    return OperatorPresence.objects.filter(tenant_id=tenant_id).heard_of(at=at).exists()


def tell_waiting(tenant_id: int) -> None:
    """Tell those at the head of the queue where they stand now."""
    waiting = HandoffRequest.objects.filter(tenant_id=tenant_id).waiting().select_related("dialog__assigned_operator")
    for handoff in waiting[:TOLD_AT_ONCE]:
        announce_state(handoff.dialog)
