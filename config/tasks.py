"""Celery tasks that look after the database."""

from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.utils.timezone import now

log = structlog.get_logger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def rebuild_index(*, name: str, **_: Any) -> None:
    """Build one index anew, without stopping writers."""
    from config.database import indexes  # noqa: PLC0415 -- leaf
    from config.database.sessions import OperationFailed  # noqa: PLC0415 -- leaf

    try:
        log.info("index_rebuilt", index=name, how=indexes.rebuild(name))
    except OperationFailed as error:
        log.warning("index_not_rebuilt", index=name, reason=str(error))


@shared_task(ignore_result=True)
def back_up(**_: Any) -> None:
    """Back the database up."""
    from config.database import backups  # noqa: PLC0415 -- leaf
    from config.database.sessions import OperationFailed  # noqa: PLC0415 -- leaf

    if settings.BACKUPS_KEPT < 1:
        return
    try:
        backup = backups.create(at=now(), keep=settings.BACKUPS_KEPT)
    except OperationFailed as error:
        log.error("backup_failed", reason=str(error))  # noqa: TRY400 -- the sentence says it all
    else:
        log.info("backup_made", backup=backup.name, size=backup.size, seconds=backup.seconds)


@shared_task(ignore_result=True)
def rehearse_restore(**_: Any) -> None:
    """Restore the newest backup into a scratch database and compare."""
    from config.database import backups, restoring  # noqa: PLC0415 -- leaf

    known = backups.backups()
    if not known or settings.BACKUPS_KEPT < 1:
        return
    done = restoring.drill(known[0], at=now())
    if done.is_passed:
        log.info("drill_passed", backup=done.backup, seconds=done.seconds)
    else:
        log.error("drill_failed", backup=done.backup, problems=list(done.problems))
