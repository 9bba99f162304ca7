"""Finding lost work: queues carry hints, these rows are the truth."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from dialogs import tasks
from dialogs.enums import DeliveryStatus, HandoffReason, RunStatus
from dialogs.models import MAX_ATTEMPTS, AnswerRun, DialogMessage
from dialogs.services.handing import request_person

STUCK_SENDING: Final = timedelta(seconds=60)
STUCK_QUEUED: Final = timedelta(seconds=10)
BATCH: Final = 500


def sweep(*, at: datetime) -> int:
    """Queue lost answers and deliveries again; return how many were found.

    A message that was being sent when its worker died may or may not have
    left: it becomes ``unconfirmed`` and is not sent again.
    """
    runs = AnswerRun.objects.overdue(at=at)
    for run in runs.filter(attempts__gte=MAX_ATTEMPTS).select_related("dialog")[:BATCH]:
        _give_up(run, at=at)
    lost = list(runs.order_by("due_at").values_list("pk", flat=True)[:BATCH])
    for run_id in lost:
        tasks.answer_dialog.delay(run_id=run_id)
    DialogMessage.objects.filter(delivery_status=DeliveryStatus.SENDING, deliver_at__lt=at - STUCK_SENDING).update(
        delivery_status=DeliveryStatus.UNCONFIRMED
    )
    queued = DialogMessage.objects.due(at=at).filter(created_at__lt=at - STUCK_QUEUED)
    waiting = list(queued.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for message_id in waiting:
        tasks.deliver_message.delay(message_id=message_id)
    return len(lost) + len(waiting)


@transaction.atomic
def _give_up(run: AnswerRun, *, at: datetime) -> None:
    """End an answer that killed its worker again and again, and call a person instead."""
    ended = AnswerRun.objects.open().filter(pk=run.pk)
    if (
        ended.update(status=RunStatus.FAILED, outcome="gave_up", finished_at=at, locked_until=None)
        and run.dialog.is_open
    ):
        request_person(run.dialog, reason=HandoffReason.MODEL_FAILED, at=at)
