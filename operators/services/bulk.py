"""One thing done to many conversations, by a worker, with progress; a lost worker's successor goes on."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from accounts.models import Tenant, User
from config.errors import DomainError
from dialogs.enums import HandoffReason, HandoffStatus
from dialogs.models import Dialog
from operators.enums import BulkAction, JobStatus
from operators.models import DeskJob
from operators.models.desk import JOB_LEASE
from operators.reports.queues import in_queue
from operators.services import conducting, handoffs, snoozing
from operators.services.telling import tell

MOST: Final = 5_000
STEP: Final = 20  # conversations between two words about the progress
BATCH: Final = 50
GRACE: Final = timedelta(seconds=20)
log = structlog.get_logger(__name__)


@transaction.atomic
def begin(
    tenant: Tenant,
    *,
    by: User,
    action: BulkAction,
    client_id: str,
    at: datetime,
    queue: str = "",
    search: str = "",
    chosen: Iterable[UUID] = (),
    assignee: User | None = None,
    until: datetime | None = None,
) -> DeskJob:
    """Note down the conversations as they are now, chosen ones or a whole queue, and have a worker begin.

    A repeated ``client_id`` returns the first job.

    Raises:
        NotAnOperator: ``assignee`` cannot take conversations.
    """
    if assignee is not None:
        handoffs.be_operator(assignee, tenant)
    found = in_queue(tenant, by, queue, search=search) if queue else Dialog.objects.of(tenant).open()
    if not queue:
        found = found.filter(uuid__in=list(chosen))
    facts = {"action": action, "assignee": assignee, "until": until, "created_at": at}
    job, is_new = DeskJob.objects.get_or_create(
        tenant=tenant,
        author=by,
        client_id=client_id,
        defaults={**facts, "dialogs": list(found.order_by("pk").values_list("pk", flat=True)[:MOST])},
    )
    if is_new:
        transaction.on_commit(partial(_enqueue, job.pk))
    return job


def carry_out(job_id: int, *, at: datetime) -> None:
    """Go through the conversations; a second worker with the same job does nothing."""
    job = DeskJob.take(job_id, at=at)
    if job is None:
        return
    ours = DeskJob.objects.filter(pk=job.pk, status=JobStatus.RUNNING)
    for place in range(job.position, len(job.dialogs)):
        with transaction.atomic():
            refused = not _do(job, job.dialogs[place])
            moved = ours.filter(position=place).update(
                position=place + 1, refused=F("refused") + int(refused), locked_until=now() + JOB_LEASE
            )
            if not moved:  # another worker took over
                transaction.set_rollback(True)
                return
        if (place + 1) % STEP == 0:
            _tell(job)
    ours.update(status=JobStatus.DONE, finished_at=now(), locked_until=None)
    _tell(job)


def progress_of(job: DeskJob) -> dict[str, Any]:
    """Return how far a job is."""
    job.refresh_from_db()
    return {
        "job": job.client_id,
        "action": job.action,
        "total": len(job.dialogs),
        "done": job.position,
        "refused": job.refused,
        "status": job.status,
    }


def sweep(*, at: datetime) -> int:
    """Queue jobs whose worker was lost; return how many."""
    lost = DeskJob.objects.unfinished(at=at).filter(created_at__lt=at - GRACE)
    keys = list(lost.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        _enqueue(key)
    return len(keys)


def _do(job: DeskJob, dialog_id: int) -> bool:
    """Do it to one conversation; say whether it could be done."""
    dialog = Dialog.objects.select_related("tenant").filter(pk=dialog_id, tenant_id=job.tenant_id).first()
    if dialog is None:
        return False
    try:
        with transaction.atomic():
            VERBS[BulkAction(job.action)](job, dialog)
    except DomainError as refused:
        log.info("bulk_refused", job=str(job.uuid), dialog=dialog_id, reason=str(refused))
        return False
    return True


def _resolve(job: DeskJob, dialog: Dialog) -> None:
    conducting.finish(dialog, by=job.author, at=now())


def _snooze(job: DeskJob, dialog: Dialog) -> None:
    snoozing.snooze(dialog, by=job.author, until=job.until, at=now())


def _assign(job: DeskJob, dialog: Dialog) -> None:
    """Give a conversation to the assignee, or back into the queue, wherever it is."""
    is_held = dialog.handoff_status == HandoffStatus.ACTIVE
    if is_held and job.assignee_id == dialog.assigned_operator_id:
        return
    if is_held:
        conducting.pass_on(dialog, by=job.author, to=job.assignee, at=now())
    elif job.assignee is None:
        handoffs.request_operator(dialog, reason=HandoffReason.MANUAL, at=now(), by=job.author)
    else:
        conducting.take(dialog, operator=job.assignee, at=now())


VERBS: Final[dict[BulkAction, Callable[[DeskJob, Dialog], None]]] = {
    BulkAction.RESOLVE: _resolve,
    BulkAction.SNOOZE: _snooze,
    BulkAction.ASSIGN: _assign,
}


def _tell(job: DeskJob) -> None:
    tell(job.tenant_id, [job.author], {"type": "job", **progress_of(job)})


def _enqueue(job_id: int) -> None:
    from operators import tasks  # noqa: PLC0415 -- leaf

    tasks.carry_out_bulk.delay(job_id=job_id)
