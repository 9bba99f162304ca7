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


@shared_task(ignore_result=True)
def warn_of_tokens(**_: Any) -> None:
    """Tell owners whose tokens expire soon; runs daily."""
    from marketplace.services import stores  # noqa: PLC0415 -- leaf

    stores.warn_of_expiring(at=now())


@shared_task(acks_late=True, ignore_result=True)
def send_token_warning(*, store_id: int, **_: Any) -> None:
    """Write to the owner of a store whose token expires soon."""
    from marketplace.services import letters  # noqa: PLC0415 -- leaf

    letters.warn_of_token(store_id)


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
