"""Runs the passes of a store's syncs: under a lease, page by page, and never longer than a slice."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import ModuleType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import DatabaseError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.enums import IntegrationStatus, SyncStatus, SyncType
from accounts.errors import CredentialsUnreadable
from accounts.services import connections
from config.db import release_connection
from marketplace import signals, tasks
from marketplace.enums import SyncEntity
from marketplace.models import Store, StoreSync
from marketplace.models.syncs import LEASE
from marketplace.sync import chats, products, questions, reviews
from marketplace.sync.passes import KEPT_ERRORS, Ground, Step
from marketplace.wildberries import NoToken, RateLimited, Unauthorised, WildberriesError, WrongCategory, client_for
from marketplace.wildberries.client import Wildberries

log = structlog.get_logger(__name__)

PASSES: Final[dict[str, ModuleType]] = {
    SyncEntity.PRODUCT: products,
    SyncEntity.REVIEW: reviews,
    SyncEntity.QUESTION: questions,
    SyncEntity.CHAT: chats,
}
TYPES: Final = {
    SyncEntity.PRODUCT: SyncType.PRODUCTS,
    SyncEntity.REVIEW: SyncType.REVIEWS,
    SyncEntity.QUESTION: SyncType.QUESTIONS,
    SyncEntity.CHAT: SyncType.CHATS,
}
ARRIVALS: Final = {
    SyncEntity.REVIEW: signals.reviews_arrived,
    SyncEntity.QUESTION: signals.questions_arrived,
    SyncEntity.CHAT: signals.chat_messages_arrived,
}
INTERVALS: Final = (5, 15, 60)  # minutes: much is going on, something, nothing
CATALOGUE_MINUTES: Final = 360
SLICE_SECONDS: Final = 60.0
PATIENCE: Final = 10.0  # seconds a pass waits in its worker for its turn; longer waits are planned
NIGHT: Final = range(2, 6)
NIGHT_ZONE: Final = ZoneInfo("Europe/Moscow")
FULL_AFTER, FULL_AT_LATEST = timedelta(hours=20), timedelta(hours=36)


class LeaseLost(Exception):
    """Another worker holds the sync now; nothing of this page was written."""


@dataclass(slots=True)
class Run:
    """One worker's turn at a sync."""

    sync: StoreSync
    store: Store
    holder: UUID
    tally: dict[str, Any]

    @property
    def entity(self) -> str:
        """Return what is synced."""
        return str(self.sync.entity)


def run(sync_id: int, *, at: datetime) -> bool:
    """Work on a sync for a slice of time; say whether it was ours to work on."""
    sync = StoreSync.objects.due(at=at).select_related("store__integration").filter(pk=sync_id).first()
    holder = sync.take(at=at) if sync else None
    if sync is None or holder is None:
        return False
    turn = Run(sync, sync.store, holder, {"synced": 0, "failed": 0, "arrived": 0, "errors": []})
    try:
        _open(turn, at=at)
        with client_for(turn.store, patience=PATIENCE) as client:
            _work(turn, client)
    except LeaseLost:
        log.warning("sync_lease_lost", store=turn.store.pk, entity=turn.entity)
    except RateLimited as error:
        _pause(turn, until=error.retry_at, words=str(error), at=now())
    except (WildberriesError, CredentialsUnreadable) as error:
        _fail(turn, error, at=now())
    except DatabaseError as error:
        log.exception("sync_failed", store=turn.store.pk, entity=turn.entity)
        _fail(turn, error, at=now())
    return True


def _open(turn: Run, *, at: datetime) -> None:
    """Begin a pass, or take up the one that was left."""
    sync = turn.sync
    if sync.log_id is None or sync.progress is None:
        assert turn.store.integration is not None  # noqa: S101 -- ``due`` lets only connected stores through
        sync.log = connections.start_sync(turn.store.integration, sync_type=TYPES[SyncEntity(sync.entity)], at=at)
    else:
        turn.tally |= (sync.progress or {}).get("tally", {})
    _save(turn, log=sync.log)
    _show(turn, SyncStatus.RUNNING)


def _work(turn: Run, client: Wildberries) -> None:
    sync, steps, until = turn.sync, PASSES[turn.entity], time.monotonic() + SLICE_SECONDS
    began = datetime.fromisoformat(sync.progress["began"]) if sync.progress else now()
    ground = Ground(store=turn.store, client=client, cursor=sync.cursor, at=began)
    progress = sync.progress
    if progress is None:
        progress = steps.begin(ground, is_full=is_full_due(sync, at=began)) | {"began": began.isoformat()}
        _start_sightings(turn, progress)
    while True:
        release_connection()
        step: Step = steps.advance(ground, progress)
        _count(turn, step)
        _keep(turn, step, progress)
        if step.progress is None:
            _finish(turn, progress, step.problem, began=began)
            return
        progress = step.progress
        if time.monotonic() > until:
            _pause(turn, until=now(), words="", at=now())
            return


def is_full_due(sync: StoreSync, *, at: datetime) -> bool:
    """Say whether the next pass reads everything: the first, one each night, and one in 36 hours at the latest."""
    if sync.full_at is None:
        return True
    age = at - sync.full_at
    return age > FULL_AT_LATEST or (age > FULL_AFTER and at.astimezone(NIGHT_ZONE).hour in NIGHT)


def _start_sightings(turn: Run, progress: dict[str, Any]) -> None:
    if turn.entity == SyncEntity.REVIEW and progress["is_full"]:
        reviews.forget(turn.store)


def _count(turn: Run, step: Step) -> None:
    tally = turn.tally
    tally["synced"] += step.seen
    tally["failed"] += len(step.broken)
    for row in step.broken[: KEPT_ERRORS - len(tally["errors"])]:
        tally["errors"].append({"id": row.wb_id, "error": row.reason})


@transaction.atomic
def _keep(turn: Run, step: Step, before: dict[str, Any]) -> None:
    """Write a page and the place of the next one together, if the lease is still ours."""
    ids = step.write()
    turn.tally["arrived"] += len(ids)
    # a pass that is over keeps its place until it is finished, so that a kill in between reads its last page again
    place = {**(step.progress or before), "began": before["began"], "tally": turn.tally}
    _save(turn, progress=place, **({"cursor": step.cursor} if step.cursor is not None else {}))
    arrival = ARRIVALS.get(SyncEntity(turn.entity))
    if ids and arrival:
        is_backfill = turn.sync.full_at is None
        facts = {"store_id": turn.store.pk, "ids": ids, "is_backfill": is_backfill}
        transaction.on_commit(partial(arrival.send_robust, sender=StoreSync, **facts))


def _save(turn: Run, **changes: Any) -> None:
    """Write to the sync's row and prolong the lease.

    Raises:
        LeaseLost: it is not ours any more.
    """
    mine = StoreSync.objects.filter(pk=turn.sync.pk, holder=turn.holder)
    if not mine.update(locked_until=now() + LEASE, **changes):
        raise LeaseLost
    for name, value in changes.items():
        setattr(turn.sync, name, value)


def _finish(turn: Run, progress: dict[str, Any], problem: str, *, began: datetime) -> None:
    """End a pass: what it has not seen, the counts, the log, and when the next one begins."""
    sync, at, tally = turn.sync, now(), turn.tally
    with transaction.atomic():
        _hold_store(turn)
        if turn.entity == SyncEntity.REVIEW and not problem:
            problem = reviews.finish(turn.store, progress, began_at=began, at=at)
        if turn.entity == SyncEntity.CHAT:
            chats.count(turn.store)
        is_clean = not problem and not tally["failed"]
        interval = next_interval(sync, is_busy=bool(tally["arrived"]))
        full = {"full_at": began} if progress.get("is_full") and not problem else {}
        status = SyncStatus.SUCCESS if is_clean else SyncStatus.PARTIAL
        words = problem or (
            _("%(count)d rows could not be read") % {"count": tally["failed"]} if tally["failed"] else ""
        )
        _close_log(turn, status, words, at=at)
        following = at + timedelta(minutes=interval)
        _release(turn, next_run_at=following, interval_minutes=interval, progress=None, log=None, failures=0, **full)
        _show(turn, status, words, at=at)
        if turn.entity == SyncEntity.REVIEW and progress.get("is_full"):
            reviews.forget(turn.store)
    integration = turn.store.integration
    if integration and integration.status in {IntegrationStatus.ERROR, IntegrationStatus.RATE_LIMITED}:
        connections.mark(integration, status=IntegrationStatus.CONNECTED)


def next_interval(sync: StoreSync, *, is_busy: bool) -> int:
    """Return minutes until the next pass: sooner while news come in, later while none do."""
    if sync.entity == SyncEntity.PRODUCT:
        return CATALOGUE_MINUTES
    if is_busy or sync.full_at is None:
        return INTERVALS[0]
    return next((minutes for minutes in INTERVALS if minutes > sync.interval_minutes), INTERVALS[-1])


def _pause(turn: Run, *, until: datetime, words: str, at: datetime) -> None:
    """Leave an unfinished pass where it is; it goes on at ``until``."""
    with transaction.atomic():
        try:
            _release(turn, next_run_at=until)
        except LeaseLost:
            return
        _show(turn, SyncStatus.PENDING, words)
        if until <= at:
            transaction.on_commit(partial(tasks.sync_store.delay, sync_id=turn.sync.pk), robust=True)


def _fail(turn: Run, error: Exception, *, at: datetime) -> None:
    """End a turn that could not be done; the pass goes on later where it was."""
    is_ours = isinstance(error, (WildberriesError, CredentialsUnreadable))
    words = str(error) if is_ours else _("Something failed on our side; it is tried again in a minute.")
    failures = turn.sync.failures + 1
    minutes = INTERVALS[min(failures, len(INTERVALS)) - 1] if is_ours else 1
    with transaction.atomic():
        _hold_store(turn)
        _close_log(turn, SyncStatus.FAILED, words, at=at)
        try:
            _release(turn, next_run_at=at + timedelta(minutes=minutes), failures=failures, log=None)
        except LeaseLost:
            return
        _show(turn, SyncStatus.FAILED, words)
    integration = turn.store.integration
    if integration is None:
        return
    if isinstance(error, (Unauthorised, NoToken, CredentialsUnreadable)):
        connections.mark(integration, status=IntegrationStatus.REAUTH_REQUIRED, message=words)
    elif not isinstance(error, WrongCategory):
        connections.mark(integration, status=IntegrationStatus.ERROR, message=words)


def _close_log(turn: Run, status: SyncStatus, words: str, *, at: datetime) -> None:
    tally = turn.tally
    if turn.sync.log is not None:
        facts = {"synced": tally["synced"], "failed": tally["failed"], "errors": tally["errors"], "message": words}
        connections.finish_sync(turn.sync.log, status=status, at=at, **facts)


def _hold_store(turn: Run) -> None:
    """Lock the store before what stands around it, so that no two of its syncs wait for each other."""
    Store.objects.select_for_update(no_key=True).get(pk=turn.store.pk)


def _release(turn: Run, **changes: Any) -> None:
    mine = StoreSync.objects.filter(pk=turn.sync.pk, holder=turn.holder)
    if not mine.update(locked_until=None, holder=None, **changes):
        raise LeaseLost


def _show(turn: Run, status: SyncStatus, words: str = "", *, at: datetime | None = None) -> None:
    """Write the store's own columns, as the seed has them."""
    names = {"status": status, "error": words, **({"date": at} if at else {})}
    columns = {f"last_{turn.entity}_update_{name}": value for name, value in names.items()}
    Store.objects.filter(pk=turn.store.pk).update(**columns)


def sweep(*, at: datetime) -> int:
    """Hand due syncs to the workers, those of killed workers included; return how many."""
    waiting = list(StoreSync.objects.due(at=at).order_by("next_run_at").values_list("pk", flat=True)[:200])
    for sync_id in waiting:
        tasks.sync_store.delay(sync_id=sync_id)
    return len(waiting)


def sync_now(store: Store, *, at: datetime) -> None:
    """Let every kind of a store's data be synced at once."""
    ensure_syncs(store, at=at)
    StoreSync.objects.filter(store=store).update(next_run_at=at)
    for sync_id in StoreSync.objects.filter(store=store).values_list("pk", flat=True):
        transaction.on_commit(partial(tasks.sync_store.delay, sync_id=sync_id), robust=True)


def ensure_syncs(store: Store, *, at: datetime) -> None:
    """Give a store its four syncs."""
    StoreSync.objects.bulk_create(
        (StoreSync(tenant_id=store.tenant_id, store=store, entity=entity, next_run_at=at) for entity in SyncEntity),
        ignore_conflicts=True,
    )
