"""Reminders to buyers who fell silent: when they end."""

from django.db import transaction

from config.moves import IllegalMove
from marketplace.enums import SequenceStatus, StopReason
from marketplace.models import Chat, ChatAutoSequence


@transaction.atomic
def stop_all(chat: Chat, reason: StopReason) -> int:
    """End every sequence of a chat that still runs; return how many there were."""
    count = 0
    for sequence in ChatAutoSequence.objects.filter(chat=chat, status=SequenceStatus.ACTIVE):
        try:
            sequence.stop(reason)
        except IllegalMove:  # ended in this very moment
            continue
        count += 1
    return count
