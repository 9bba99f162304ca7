"""Celery tasks of assistants: envelopes round one service call."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def evaluate(*, run_id: int, **_: Any) -> None:
    """Work on one run of a set."""
    from assistants.services import evaluating  # noqa: PLC0415 -- leaf

    evaluating.evaluate(run_id, at=now())


@shared_task(acks_late=True, ignore_result=True)
def sweep_evaluations(**_: Any) -> None:
    """Find runs that nobody works on."""
    from assistants.services import evaluating  # noqa: PLC0415 -- leaf

    evaluating.sweep_runs(at=now())


@shared_task(acks_late=True, ignore_result=True)
def read_shutdown_days(**_: Any) -> None:
    """Keep the catalogue's shutdown days true."""
    from assistants.services import connecting  # noqa: PLC0415 -- leaf

    connecting.read_shutdown_days()
