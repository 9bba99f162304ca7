"""Celery tasks of billing."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task
def expire_holds(**_: Any) -> None:
    """Give back what was reserved for work that never ended."""
    from billing import services  # noqa: PLC0415 -- leaf

    services.expire_holds(at=now())
