"""Celery tasks of dialogs: envelopes round one service call."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task(acks_late=True, reject_on_worker_lost=True)
def answer_dialog(*, run_id: int, **_: Any) -> None:
    """Answer one turn."""
    from dialogs.services import answering  # noqa: PLC0415 -- leaf

    answering.answer(run_id, at=now())


@shared_task(acks_late=True, reject_on_worker_lost=True)
def deliver_message(*, message_id: int, **_: Any) -> None:
    """Hand one message to its channel."""
    from dialogs.services import posting  # noqa: PLC0415 -- leaf

    posting.deliver(message_id, at=now())


@shared_task(acks_late=True)
def keep_attachments(*, message_id: int, **_: Any) -> None:
    """Fetch what a customer sent."""
    from dialogs.services import keeping  # noqa: PLC0415 -- leaf

    keeping.keep_attachments(message_id, at=now())


@shared_task
def clear_uploads(**_: Any) -> None:
    """Clear away uploads that nobody sent; runs hourly."""
    from dialogs.services import attaching  # noqa: PLC0415 -- leaf

    attaching.sweep_unsent(at=now())


@shared_task
def forget_inbound(**_: Any) -> None:
    """Forget what messengers no longer repeat; runs daily."""
    from dialogs.services import keeping  # noqa: PLC0415 -- leaf

    keeping.forget_inbound(at=now())


@shared_task
def check_bots(**_: Any) -> None:
    """Look after every bot; runs every few minutes."""
    from dialogs.services import bots  # noqa: PLC0415 -- leaf

    bots.check_all()


@shared_task(ignore_result=True)
def check_bot(*, bot_id: int, **_: Any) -> None:
    """Look after one bot."""
    from dialogs.services import bots  # noqa: PLC0415 -- leaf

    bots.check_one(bot_id, at=now())


@shared_task
def sweep(**_: Any) -> None:
    """Find answers, deliveries and files that nobody works on; runs every few seconds."""
    from dialogs.services import keeping, sweeping  # noqa: PLC0415 -- leaf

    sweeping.sweep(at=now())
    keeping.sweep_files(at=now())
