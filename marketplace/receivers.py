"""What the Wildberries desk does about news."""

from typing import Any

from django.dispatch import receiver

from marketplace import tasks
from marketplace.signals import chat_messages_arrived, reviews_arrived


@receiver(chat_messages_arrived, dispatch_uid="marketplace.attend_chats")
def attend_chats(*, ids: list[int], is_backfill: bool = False, **_: Any) -> None:
    """Look at chats with new messages at once; a store's first pass is left to the sweeper."""
    if ids and not is_backfill:
        tasks.attend_chats.delay(message_ids=list(ids))


@receiver(reviews_arrived, dispatch_uid="marketplace.count_reviews")
def count_reviews(*, ids: list[int], is_backfill: bool = False, **_: Any) -> None:
    """Count the days of new and changed reviews; a store's first pass is left to the hourly count."""
    if ids and not is_backfill:
        tasks.count_reviews.delay(review_ids=list(ids))
