"""What the operators' desk hears from dialogs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from dialogs.signals import operator_requested
from operators.services import handoffs


@receiver(operator_requested, dispatch_uid="operators.open_handoff")
def open_handoff(*, dialog_id: int, reason: str, request_id: UUID, at: datetime, **_: Any) -> None:
    """Open the cycle of a dialog that asked for a person."""
    handoffs.record_request(dialog_id, reason=reason, request_id=request_id, at=at)
