"""What the operators' desk hears from dialogs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils.timezone import now

from dialogs.events import announce_state
from dialogs.models import DialogMessage
from dialogs.signals import dialog_closed, dialogs_erased, message_received, operator_requested
from operators.services import choosing, handoffs, noting


@receiver(operator_requested, dispatch_uid="operators.open_handoff")
def open_handoff(*, dialog_id: int, reason: str, request_id: UUID, at: datetime, **_: Any) -> None:
    """Open the cycle of a dialog that asked for a person."""
    handoff = handoffs.record_request(dialog_id, reason=reason, request_id=request_id, at=at)
    announce_state(handoff.dialog)  # consoles show since when and why somebody waits


@receiver(dialogs_erased, dispatch_uid="operators.forget_customer")
def forget_customer(*, dialog_ids: list[int], **_: Any) -> None:
    """Erase what operators wrote down about a customer who wants to be forgotten."""
    noting.forget(dialog_ids)


@receiver(dialog_closed, dispatch_uid="operators.end_handoff")
def end_handoff(*, dialog_id: int, **_: Any) -> None:
    """End the cycle of a dialog that was closed."""
    handoffs.end_with_dialog(dialog_id, at=now())


@receiver(message_received, dispatch_uid="operators.hear_choice")
def hear_choice(*, message_id: int, **_: Any) -> None:
    """Do what a waiting customer chose in words."""
    message = DialogMessage.objects.select_related("dialog").filter(pk=message_id, dialog__handoff_status="requested")
    if found := message.first():
        choosing.hear(found, at=now())
