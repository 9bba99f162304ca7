"""Work of the operators' desk outside requests."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def sweep_handoffs(**_: Any) -> None:
    """Open cycles whose signal was lost and end those nobody took."""
    from operators.services import sweeping  # noqa: PLC0415 -- leaf

    sweeping.sweep(at=now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def respond_to_ticket(*, ticket_id: int, **_: Any) -> None:
    """Have the assistant answer a new ticket."""
    from operators.services import responding  # noqa: PLC0415 -- leaf

    responding.respond(ticket_id, at=now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def push_mirror(*, mirror_id: int, **_: Any) -> None:
    """Copy a ticket into an outside help desk."""
    from operators.services import mirroring  # noqa: PLC0415 -- leaf

    mirroring.push(mirror_id, at=now())


@shared_task(ignore_result=True)
def sweep_mirrors(**_: Any) -> None:
    """Find copies and their changes that are due or that a dead worker left behind."""
    from operators.services import mirroring, outward  # noqa: PLC0415 -- leaf

    mirroring.sweep_mirrors(at=now())
    outward.sweep(at=now())


@shared_task(acks_late=True, ignore_result=True, autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def tell_of_promise(*, clock_id: int, is_late: bool, **_: Any) -> None:
    """Write to whoever answers for a ticket that its time runs out, or ran out."""
    from operators.services import promises  # noqa: PLC0415 -- leaf

    promises.tell(clock_id, is_late=is_late)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def send_mail(*, mail_id: int, **_: Any) -> None:
    """Send a letter about a ticket to its customer."""
    from operators.services import mailing  # noqa: PLC0415 -- leaf

    mailing.send(mail_id, at=now())


@shared_task(ignore_result=True)
def sweep_mails(**_: Any) -> None:
    """Find letters that are due or that a dead worker left behind."""
    from operators.services import mailing  # noqa: PLC0415 -- leaf

    mailing.sweep(at=now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def push_change(*, change_id: int, **_: Any) -> None:
    """Tell an outside help desk what changed on a ticket."""
    from operators.services import outward  # noqa: PLC0415 -- leaf

    outward.push(change_id, at=now())
