"""Work on all reviews that pass a filter: chosen once, done bit by bit by whoever has the lease, and taken back."""

import contextlib
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.timezone import now

from accounts.models import Tenant, User
from billing.errors import InsufficientFunds
from config.db import release_connection
from config.errors import DomainError
from config.moves import IllegalMove
from marketplace import tasks
from marketplace.errors import BulkRuns, DailyLimitReached, DeskBusy, NothingPasses, NothingToSend
from marketplace.models import BulkItem, BulkJob, Outgoing, Review, ReviewQuerySet
from marketplace.models.bulk import LEASE
from marketplace.replies import BulkKind, BulkOutcome, BulkStatus, OutgoingKind
from marketplace.services import replying, sending

MOST: Final = 20_000
SLICE: Final = 60.0
PAUSE: Final = timedelta(seconds=15)
GRACE: Final = timedelta(seconds=60)  # what was sent by mistake can be taken back wholly for so long


def wanted(rows: ReviewQuerySet, kind: BulkKind) -> ReviewQuerySet:
    """Keep the reviews that need this work."""
    waiting = replying.waiting_reviews(rows).filter(gone_at=None)
    return waiting.filter(draft_reply="") if kind == BulkKind.DRAFT else waiting.exclude(draft_reply="")


def begin(
    tenant: Tenant, kind: BulkKind, rows: ReviewQuerySet, *, query: Mapping[str, Any], by: User | None, at: datetime
) -> BulkJob:
    """Choose the reviews once and for all, the newest 20,000 of them, and begin.

    Raises:
        BulkRuns: the tenant has such work under way.
        NothingPasses: no review needs it.
    """
    try:
        with transaction.atomic():
            job = BulkJob.objects.create(tenant=tenant, kind=kind, query=dict(query), created_by=by)
            chosen = wanted(rows, kind).order_by("-date", "-pk").values_list("pk", flat=True)[:MOST]
            items = [BulkItem(tenant=tenant, job=job, review_id=pk, created_at=at) for pk in chosen]
            if not items:
                raise NothingPasses
            BulkItem.objects.bulk_create(items, batch_size=2_000)
            BulkJob.objects.filter(pk=job.pk).update(total=len(items))
    except IntegrityError as error:
        raise BulkRuns from error
    job.refresh_from_db()
    transaction.on_commit(lambda: tasks.work_in_bulk.delay(job_id=job.pk), robust=True)
    return job


def run(job_id: int, *, at: datetime) -> bool:
    """Work for a slice of time; say whether it was ours to work on.

    A worker that dies leaves its item without an outcome. It is done again then:
    a draft that is there is not written twice, a reply goes by its key.
    """
    job = BulkJob.objects.due(at=at).select_related("tenant", "created_by").filter(pk=job_id).first()
    holder = job.take(at=at) if job else None
    if job is None or holder is None:
        return False
    until = time.monotonic() + SLICE
    while time.monotonic() < until:
        item = job.items.filter(outcome=None).select_related("review__store__tenant", "review__product").first()
        if item is None:
            with contextlib.suppress(IllegalMove):  # stopped in this very moment
                job.move_to(BulkStatus.DONE, at=now())
            return True
        release_connection()
        if not _work_on(job, item) or not _prolong(job, holder):
            return True
    BulkJob.objects.filter(pk=job.pk, holder=holder).update(locked_until=None)
    tasks.work_in_bulk.delay(job_id=job.pk)
    return True


def _prolong(job: BulkJob, holder: UUID) -> bool:
    mine = BulkJob.objects.filter(pk=job.pk, holder=holder, status=BulkStatus.RUNNING)
    return bool(mine.update(locked_until=now() + LEASE))


def _work_on(job: BulkJob, item: BulkItem) -> bool:
    """Do one item; say whether the work goes on at once."""
    try:
        (_draft if job.kind == BulkKind.DRAFT else _approve)(job, item)
    except DeskBusy:  # the sweeper takes it up again
        BulkJob.objects.filter(pk=job.pk, status=BulkStatus.RUNNING).update(locked_until=now() + PAUSE)
        return False
    except (DailyLimitReached, InsufficientFunds) as limit:
        with contextlib.suppress(IllegalMove):
            job.move_to(BulkStatus.STOPPED, at=now(), error=str(limit))
        return False
    except DomainError as refused:
        _settle(item, BulkOutcome.REFUSED, why=str(refused)[:300])
    return True


def _draft(_: BulkJob, item: BulkItem) -> None:
    if item.review.draft_reply:
        _settle(item, BulkOutcome.DONE, log=item.review.draft_log)
        return
    written = replying.draft_review(item.review, at=now())
    if written.is_refused:
        rules = ", ".join(dict.fromkeys(str(finding.rule.label) for finding in written.findings))
        _settle(item, BulkOutcome.REFUSED, why=rules[:300], log=written.log)
    else:
        _settle(item, BulkOutcome.DONE, log=written.log)


def _approve(job: BulkJob, item: BulkItem) -> None:
    """Put the draft into the outbox, and say so, in one transaction that a stop or an undo excludes."""
    with transaction.atomic():
        running = BulkJob.objects.select_for_update().filter(pk=job.pk, status=BulkStatus.RUNNING)
        if not running.first():
            return
        review = Review.objects.select_related("product").get(pk=item.review_id)
        if not review.draft_reply:
            raise NothingToSend
        row = sending.enqueue(
            review,
            kind=OutgoingKind.REVIEW_ANSWER,
            text=review.draft_reply,
            at=now(),
            due_at=now() + GRACE,
            author=job.created_by,
            approved_by=job.created_by,
            key=f"bulk:{job.pk}:{review.pk}",
        )
        _settle(item, BulkOutcome.DONE, outgoing=row)


def _settle(item: BulkItem, outcome: BulkOutcome, **values: Any) -> None:
    BulkItem.objects.filter(pk=item.pk, outcome=None).update(outcome=outcome, **values)


def stop(job: BulkJob, *, at: datetime) -> None:
    """Do no more of it; what is done stays.

    Raises:
        IllegalMove: it is over.
    """
    job.move_to(BulkStatus.STOPPED, at=at)


def undo(job: BulkJob, *, at: datetime) -> int:
    """Take back what can be: replies that have not left, drafts that nobody has touched; return how many.

    Raises:
        IllegalMove: it was taken back before.
    """
    with transaction.atomic():
        BulkJob.objects.select_for_update().get(pk=job.pk)
        job.move_to(BulkStatus.UNDONE, at=at)
        done = job.items.filter(outcome=BulkOutcome.DONE)
        if job.kind == BulkKind.DRAFT:
            return _forget_drafts(done)
        taken = []
        for item in done.filter(outgoing__isnull=False).select_related("outgoing"):
            with contextlib.suppress(IllegalMove):  # left in this very moment
                assert item.outgoing is not None  # noqa: S101 -- for the type checker: filtered
                sending.cancel(item.outgoing)
                taken.append(item.pk)
        return BulkItem.objects.filter(pk__in=taken).update(outcome=BulkOutcome.UNDONE)


def _forget_drafts(done: Any) -> int:
    taken = []
    for item in done.filter(log__isnull=False).select_related("log"):
        same = Review.objects.filter(pk=item.review_id, draft_log=item.log_id, draft_reply=item.log.response)
        on_way = Outgoing.objects.alive().filter(review=item.review_id)
        if not on_way.exists() and same.update(draft_reply="", draft_log=None):
            taken.append(item.pk)
    return BulkItem.objects.filter(pk__in=taken).update(outcome=BulkOutcome.UNDONE)


def progress(job: BulkJob) -> dict[str, Any]:
    """Return how far the work is, and why what was refused was."""
    counts = job.items.order_by().aggregate(
        done=Count("pk", filter=Q(outcome=BulkOutcome.DONE)),
        refused=Count("pk", filter=Q(outcome=BulkOutcome.REFUSED)),
        undone=Count("pk", filter=Q(outcome=BulkOutcome.UNDONE)),
    )
    reasons = job.items.filter(outcome=BulkOutcome.REFUSED).order_by().values_list("why").annotate(n=Count("pk"))
    over = sum(counts.values())
    return {
        **counts,
        "left": job.total - over,
        "percent": round(100 * over / job.total) if job.total else 100,
        "reasons": list(reasons.order_by("-n", "why")[:10]),
    }


def sweep(*, at: datetime) -> int:
    """Find work that nobody is at; return how much there was."""
    found = list(BulkJob.objects.due(at=at).order_by("pk").values_list("pk", flat=True)[:50])
    for pk in found:
        tasks.work_in_bulk.delay(job_id=pk)
    return len(found)
