"""What dialogs hear from themselves after the fact, so that it can never stop a message."""

from typing import Any

from django.dispatch import receiver

from dialogs.services import learning
from dialogs.signals import operator_answered


@receiver(operator_answered, dispatch_uid="dialogs.propose_answer")
def propose_answer(*, message_id: int, **_: Any) -> None:
    """Propose what an operator answered as knowledge."""
    learning.propose_from(message_id)
