"""Work of the operators' desk outside requests."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def sweep_handoffs(**_: Any) -> None:
    """Open cycles whose signal was lost and end those nobody took."""
    from operators.services import sweeping  # noqa: PLC0415 -- leaf

    sweeping.sweep(at=now())
