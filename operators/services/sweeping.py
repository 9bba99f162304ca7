"""What a lost signal or an absent operator left behind."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from config.db import new_uuid
from config.errors import DomainError
from dialogs.enums import DialogStatus, HandoffReason, HandoffStatus
from dialogs.models import Dialog
from operators.models import HandoffRequest
from operators.services import attending, choosing, handoffs, offering, promises, retiring
from operators.services.responding import respond_to_lost

GRACE: Final = timedelta(seconds=5)
BATCH: Final = 200
log = structlog.get_logger(__name__)


def sweep(*, at: datetime) -> int:
    """Do what a lost signal left undone and end what nobody took; return how much there was."""
    restored = restore_lost(at=at) + end_closed(at=at) + choosing.hear_lost(at=at) + expire_overdue(at=at)
    restored += offering.climb(at=at) + attending.give_up_stale(at=at) + respond_to_lost(at=at)
    return restored + promises.sweep(at=at) + retiring.close_quiet(at=at)


def restore_lost(*, at: datetime) -> int:
    """Open a cycle for each dialog that waits for a person without one."""
    has_cycle = HandoffRequest.objects.open().values("dialog_id")
    lost = (
        Dialog.objects.open()
        .filter(handoff_status=HandoffStatus.REQUESTED, updated_at__lt=at - GRACE)
        .exclude(pk__in=has_cycle)
        .values_list("pk", flat=True)[:BATCH]
    )
    for dialog_id in lost:
        handoffs.record_request(dialog_id, reason=HandoffReason.CUSTOMER_ASKED, request_id=new_uuid(), at=at)
    return len(lost)


def end_closed(*, at: datetime) -> int:
    """End the cycles of closed dialogs."""
    closed = HandoffRequest.objects.open().filter(dialog__status=DialogStatus.CLOSED)[:BATCH]
    for handoff in closed:
        handoffs.end_with_dialog(handoff.dialog_id, at=at)
    return len(closed)


def expire_overdue(*, at: datetime) -> int:
    """Give dialogs that nobody took in time back to the assistant."""
    count = 0
    for handoff in HandoffRequest.objects.overdue(at=at).select_related("dialog")[:BATCH]:
        try:
            choosing.give_up(handoff, at=at)
        except DomainError as taken:  # in this very moment, which is what everybody wanted
            log.info("handoff_not_expired", handoff=handoff.pk, reason=str(taken))
        else:
            count += 1
    return count
