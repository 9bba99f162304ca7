"""What customers think of answers."""

from django.db import transaction
from django.utils.timezone import now

from dialogs.enums import Rater, RatingType
from dialogs.errors import NothingToRate
from dialogs.models import Dialog, DialogMessage, DialogRating, MessageRating
from dialogs.services.learning import note_rating


@transaction.atomic
def rate_message(
    message: DialogMessage,
    *,
    rating: int,
    rating_type: RatingType = RatingType.THUMBS,
    comment: str = "",
    rated_by: Rater = Rater.USER,
) -> MessageRating:
    """Rate an answer, or change the rating given before.

    Args:
        message: What the assistant or an operator said.
        rating: -1 or 1 as a thumb, 1 to 5 as stars.
        rating_type: Which of the two.
        comment: Why.
        rated_by: Who rates; each rates once.

    Raises:
        NothingToRate: the message is the customer's own or the system's.
    """
    if not message.can_be_rated:
        raise NothingToRate
    row, _ = MessageRating.objects.update_or_create(
        message=message,
        rating_type=rating_type,
        rated_by=rated_by,
        defaults={"dialog_id": message.dialog_id, "rating": rating, "comment": comment},
    )
    note_rating(message, rating=rating, rating_type=rating_type, rated_by=rated_by, at=now())
    return row


def rate_dialog(dialog: Dialog, *, rating: int, comment: str = "", rated_by: Rater = Rater.USER) -> DialogRating:
    """Rate a conversation with one to five stars, or change the rating given before."""
    row, _ = DialogRating.objects.update_or_create(
        dialog=dialog, rating_type="overall", rated_by=rated_by, defaults={"rating": rating, "comment": comment}
    )
    return row
