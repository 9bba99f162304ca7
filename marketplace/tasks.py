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


@shared_task(acks_late=True, ignore_result=True)
def attend_chats(*, message_ids: list[int], **_: Any) -> None:
    """Look at chats with new messages."""
    from marketplace.services import attending  # noqa: PLC0415 -- leaf

    attending.attend_to(message_ids, at=now())


@shared_task(ignore_result=True)
def sweep_chats(**_: Any) -> None:
    """Look at chats whose hint was lost."""
    from marketplace.services import attending  # noqa: PLC0415 -- leaf

    attending.sweep(at=now())


@shared_task(acks_late=True, ignore_result=True)
def count_reviews(*, review_ids: list[int], **_: Any) -> None:
    """Count the days of changed reviews anew."""
    from marketplace.services import counting  # noqa: PLC0415 -- leaf

    counting.recount_of(review_ids)


@shared_task(ignore_result=True)
def count_all_reviews(**_: Any) -> None:
    """Count every store's reviews anew; runs hourly, so that a lost hint costs an hour."""
    from marketplace.services import counting  # noqa: PLC0415 -- leaf

    counting.recount_all(at=now())
