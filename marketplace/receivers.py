"""What the Wildberries desk does about news."""

from collections.abc import Iterable
from typing import Any, Final

from django.dispatch import receiver
from django.utils.timezone import now

from marketplace import tasks
from marketplace.services import confirming
from marketplace.signals import chat_messages_arrived, questions_arrived, reviews_arrived

BATCH: Final = 100


@receiver(reviews_arrived, dispatch_uid="marketplace.on_reviews")
def on_reviews(*, ids: Iterable[int], is_backfill: bool = False, **_: Any) -> None:
    """Settle replies that are seen now, and draft replies to what is new."""
    keys = list(ids)
    confirming.confirm_answers(reviews=keys, at=now())
    if not is_backfill:
        for start in range(0, len(keys), BATCH):
            tasks.draft_reviews.delay(review_ids=keys[start : start + BATCH])


@receiver(questions_arrived, dispatch_uid="marketplace.on_questions")
def on_questions(*, ids: Iterable[int], is_backfill: bool = False, **_: Any) -> None:
    """Settle answers that are seen now, and draft answers to what is new."""
    keys = list(ids)
    confirming.confirm_answers(questions=keys, at=now())
    if not is_backfill:
        for start in range(0, len(keys), BATCH):
            tasks.draft_questions.delay(question_ids=keys[start : start + BATCH])


@receiver(chat_messages_arrived, dispatch_uid="marketplace.attend_chats")
def attend_chats(*, ids: list[int], is_backfill: bool = False, **_: Any) -> None:
    """Look at chats with new messages at once; a store's first pass is left to the sweeper."""
    if ids and not is_backfill:
        tasks.attend_chats.delay(message_ids=list(ids))


@receiver(reviews_arrived, dispatch_uid="marketplace.count_reviews")
def count_reviews(*, ids: list[int], **_: Any) -> None:
    """Count the days of new and changed reviews, those of a store's first pass too."""
    if ids:
        tasks.count_reviews.delay(review_ids=list(ids))
