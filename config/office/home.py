"""The first page of the admin."""

from typing import Any

from django.http import HttpRequest
from django.utils.timezone import now

from config.office.pulse import lamps
from config.office.queues import counts


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the state of the system and what waits for a decision."""
    at = now()
    return {**context, "lamps": lamps(request, at=at), "queues": counts(request, at=at), "at": at}
