"""Being at the desk: heartbeats, and what happens when they stop."""

from datetime import datetime
from typing import Final

import structlog
from django.db import transaction

from accounts.models import Tenant, User
from config.errors import DomainError
from operators.enums import PresenceStatus, RequestState
from operators.models import HandoffRequest, OperatorPresence
from operators.services import handoffs

BATCH: Final = 200
log = structlog.get_logger(__name__)


def beat(tenant: Tenant, operator: User, *, at: datetime) -> None:
    """Note that ``operator`` is at the desk; whoever was away is online again."""
    theirs = OperatorPresence.objects.filter(tenant=tenant, user=operator)
    if not theirs.exclude(status=PresenceStatus.OFFLINE).update(last_heartbeat=at):
        came = {"status": PresenceStatus.ONLINE, "last_heartbeat": at}
        OperatorPresence.objects.update_or_create(tenant=tenant, user=operator, defaults=came)


def set_status(tenant: Tenant, operator: User, status: PresenceStatus, *, at: datetime) -> None:
    """Say that ``operator`` is online or busy; a busy one is not offered as a colleague to pass a dialog to."""
    facts = {"status": status, "last_heartbeat": at}
    OperatorPresence.objects.update_or_create(tenant=tenant, user=operator, defaults=facts)


def give_up_stale(*, at: datetime) -> int:
    """Put the dialogs of operators who are not heard of any more back into the queue; return how many there were."""
    silent = OperatorPresence.objects.stale(at=at).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return sum(_give_up(presence_id, at=at) for presence_id in list(silent))


@transaction.atomic
def _give_up(presence_id: int, *, at: datetime) -> int:
    """Send one silent operator home; their presence is locked first, as it is when they take a dialog."""
    stale = OperatorPresence.objects.stale(at=at).select_for_update(of=("self",), skip_locked=True)
    presence = stale.filter(pk=presence_id).first()
    if presence is None:  # heard of again, or somebody else's work
        return 0
    presence.status = PresenceStatus.OFFLINE
    presence.save(update_fields=["status"])
    held = HandoffRequest.objects.of(presence.tenant).filter(operator=presence.user_id, state=RequestState.ACTIVE)
    held = held.filter(dialog__snoozed_at=None)  # what sleeps waits for its time, not for a person
    count = 0
    for handoff in held.select_related("dialog").order_by("dialog_id"):
        try:
            with transaction.atomic():
                handoffs.release(handoff, at=at, is_lost=True)
        except DomainError as moved:  # resolved or closed in this very moment
            log.info("handoff_not_released", handoff=handoff.pk, reason=str(moved))
        else:
            count += 1
    return count
