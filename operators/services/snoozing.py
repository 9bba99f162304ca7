"""Putting a conversation off: until a moment, or until the customer writes again."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from accounts.models import User
from config.errors import DomainError
from dialogs.enums import HandoffStatus, Priority
from dialogs.errors import NotInCharge
from dialogs.events import announce_state
from dialogs.models import Dialog
from operators.enums import PresenceStatus, RequestState
from operators.errors import SnoozeTooLong
from operators.models import HandoffAudit, HandoffRequest, OperatorPresence
from operators.models.presence import STALE_AFTER
from operators.services import conducting, handoffs

LONGEST: Final = timedelta(days=90)
BATCH: Final = 200
log = structlog.get_logger(__name__)


@transaction.atomic
def snooze(dialog: Dialog, *, by: User, until: datetime | None, at: datetime) -> None:
    """Put a conversation off; it takes no room at the desk until it wakes.

    Args:
        dialog: What is put off.
        by: The operator in charge, or an administrator.
        until: When it wakes at the latest, or none: when the customer writes.
        at: Now.

    Raises:
        NotInCharge: it is a colleague's, or nobody's.
        SnoozeTooLong: ``until`` has passed, or is more than LONGEST away.
    """
    if until is not None and not at < until <= at + LONGEST:
        raise SnoozeTooLong(days=LONGEST.days)
    conducting.held(dialog, by)
    if not dialog.snooze(at=at, until=until):
        raise NotInCharge
    _note(dialog, "snoozed", by=by, at=at, until=until)


@transaction.atomic
def wake(dialog: Dialog, *, by: User | None, at: datetime, because: str) -> bool:
    """Bring a conversation back to its operator's hands, or to the queue while they are away; say whether it slept.

    Raises:
        NotInCharge: ``by`` may not; nobody is named when the clock wakes it.
    """
    if by is None:
        Dialog.objects.locked().get(pk=dialog.pk)
    else:
        conducting.held(dialog, by)
    if not dialog.wake():
        return False
    _note(dialog, "woken", by=by, at=at, because=because)
    return True


@transaction.atomic
def prioritise(dialog: Dialog, *, priority: Priority, by: User, at: datetime) -> None:
    """Say how soon a conversation wants a person."""
    locked = Dialog.objects.locked().get(pk=dialog.pk)
    if locked.priority == priority:
        return
    before, locked.priority = Priority(locked.priority), priority
    locked.save(update_fields=["priority"])
    _note(locked, "priority", by=by, at=at, before=before.name.lower(), priority=priority.name.lower())


@transaction.atomic
def note_woken(dialog_id: int, *, at: datetime) -> None:
    """Keep that the customer's words ended a conversation's sleep."""
    _note(Dialog.objects.locked().get(pk=dialog_id), "woken", by=None, at=at, because="customer")


def sweep(*, at: datetime) -> int:
    """Wake what has slept long enough, and put what woke for an absent operator into the queue; return how many."""
    due = Dialog.objects.open().snoozed().filter(snoozed_until__lte=at).order_by("snoozed_until")
    count = sum(wake(dialog, by=None, at=at, because="time") for dialog in due[:BATCH])
    return count + _hand_on(at=at)


def _hand_on(*, at: datetime) -> int:
    """Queue the conversations of operators who went home while they slept."""
    away = OperatorPresence.objects.filter(status=PresenceStatus.OFFLINE, last_heartbeat__lt=at - STALE_AFTER)
    held = HandoffRequest.objects.filter(state=RequestState.ACTIVE, dialog__snoozed_at=None, operator__isnull=False)
    count = 0
    for handoff in held.filter(dialog__handoff_status=HandoffStatus.ACTIVE, operator__in=away.values("user"))[:BATCH]:
        if not away.filter(tenant_id=handoff.tenant_id, user=handoff.operator_id).exists():
            continue
        try:
            with transaction.atomic():
                Dialog.objects.locked().filter(pk=handoff.dialog_id, snoozed_at=None).get()
                handoffs.release(handoff, at=at)
        except (DomainError, Dialog.DoesNotExist) as moved:
            log.info("handoff_not_released", handoff=handoff.pk, reason=str(moved))
        else:
            count += 1
    return count


def _note(dialog: Dialog, what: str, *, by: User | None, at: datetime, **facts: object) -> None:
    """Keep a step that leaves the conversation in the same hands, and tell the consoles."""
    HandoffAudit.objects.create(
        tenant_id=dialog.tenant_id,
        dialog=dialog,
        from_status=dialog.handoff_status,
        to_status=dialog.handoff_status,
        user=by,
        reason=what,
        extra_data={name: fact.isoformat() if isinstance(fact, datetime) else fact for name, fact in facts.items()},
        created_at=at,
    )
    announce_state(dialog)
