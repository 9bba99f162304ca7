"""Celery tasks of marketplace: envelopes round one service call."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def sync_store(*, sync_id: int, **_: Any) -> None:
    """Work on one sync of one store."""
    from marketplace.services import syncing  # noqa: PLC0415 -- leaf

    syncing.run(sync_id, at=now())


@shared_task(ignore_result=True)
def sweep_syncs(**_: Any) -> None:
    """Find syncs that are due and that nobody works on."""
    from marketplace.services import syncing  # noqa: PLC0415 -- leaf

    syncing.sweep(at=now())
