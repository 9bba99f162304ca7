"""Background work of the Wildberries desk, on the queue ``sync``: envelopes round one service call."""

from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def send_reply(*, outgoing_id: int, **_: Any) -> None:
    """Send one reply of the outbox."""
    from marketplace.services import sending  # noqa: PLC0415 -- leaf

    sending.deliver(outgoing_id, at=now())


def send_soon(outgoing_id: int) -> None:
    """Ask a worker to send a reply once it is committed; without a broker the sweeper will."""
    transaction.on_commit(lambda: send_reply.delay(outgoing_id=outgoing_id), robust=True)


@shared_task(acks_late=True, ignore_result=True)
def confirm_reply(*, outgoing_id: int, **_: Any) -> None:
    """Read back what a reply did."""
    from marketplace.services import confirming  # noqa: PLC0415 -- leaf

    confirming.confirm(outgoing_id, at=now())


@shared_task(ignore_result=True)
def sweep_replies(**_: Any) -> None:
    """Find replies that are due, lost or to be read back."""
    from marketplace.services import sending  # noqa: PLC0415 -- leaf

    sending.sweep(at=now())


@shared_task(acks_late=True, ignore_result=True)
def draft_reviews(*, review_ids: list[int], **_: Any) -> None:
    """Draft replies to new reviews where the seller's rules want them."""
    from marketplace.services import automation  # noqa: PLC0415 -- leaf

    automation.work_on(review_ids, at=now())


@shared_task(ignore_result=True)
def catch_up_drafts(**_: Any) -> None:
    """Find new reviews whose drafts were lost."""
    from marketplace.services import automation  # noqa: PLC0415 -- leaf

    automation.catch_up(at=now())


@shared_task(acks_late=True, ignore_result=True)
def draft_questions(*, question_ids: list[int], **_: Any) -> None:
    """Draft answers to new questions where the seller's rules want them."""
    from marketplace.services import automation  # noqa: PLC0415 -- leaf

    automation.work_on_questions(question_ids, at=now())


@shared_task(acks_late=True, ignore_result=True)
def work_in_bulk(*, job_id: int, **_: Any) -> None:
    """Go on with work on many reviews."""
    from marketplace.services import bulk  # noqa: PLC0415 -- leaf

    bulk.run(job_id, at=now())


@shared_task(ignore_result=True)
def sweep_bulk(**_: Any) -> None:
    """Find work on many reviews that nobody is at."""
    from marketplace.services import bulk  # noqa: PLC0415 -- leaf

    bulk.sweep(at=now())


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


@shared_task(ignore_result=True)
def send_reminders(**_: Any) -> None:
    """Put due reminders into the outbox."""
    from marketplace.services import reminding  # noqa: PLC0415 -- leaf

    reminding.run_due(at=now())


@shared_task(ignore_result=True)
def judge_chats(**_: Any) -> None:
    """Ask models about chats that the rules could not tell."""
    from marketplace.services import cascade  # noqa: PLC0415 -- leaf

    cascade.sweep(at=now())
