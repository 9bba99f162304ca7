"""What dialogs tell the knowledge: questions it could not answer, and answers that were no good."""

from datetime import datetime
from typing import Any, Final

from dialogs.enums import Rater, RatingType, Sender
from dialogs.models import DialogMessage
from knowledge.enums import GapReason
from knowledge.services import gaps

LOOKED_BACK: Final = 10
POOR_STARS: Final = 2


def note_gap(message: DialogMessage, *, question: str, at: datetime) -> None:
    """Remember a question that the assistant answered by saying that it does not know."""
    dialog = message.dialog
    gaps.note(dialog.tenant, assistant=dialog.assistant, text=question, at=at, dialog_uuid=dialog.uuid, seq=message.seq)


def note_rating(message: DialogMessage, *, rating: int, rating_type: RatingType, rated_by: Rater, at: datetime) -> None:
    """Remember the question behind an answer that its customer did not like; a better rating takes it back."""
    if message.sender != Sender.ASSISTANT or rated_by != Rater.USER:
        return
    dialog = message.dialog
    where: dict[str, Any] = {"dialog_uuid": dialog.uuid, "seq": message.seq, "reason": GapReason.DISLIKED}
    is_poor = rating < 0 if rating_type == RatingType.THUMBS else rating <= POOR_STARS
    if is_poor and not message.metadata.get("gap"):  # what is not known is in the inbox already
        gaps.note(dialog.tenant, assistant=dialog.assistant, text=question_before(message), at=at, **where)
    elif not is_poor:
        gaps.withdraw(dialog.tenant, **where)


def question_before(message: DialogMessage) -> str:
    """Return what the customer said last before a message."""
    earlier = DialogMessage.objects.filter(dialog=message.dialog_id, seq__lt=message.seq).spoken()
    said: list[str] = []
    for row in earlier.order_by("-seq")[:LOOKED_BACK]:
        if row.sender == Sender.CUSTOMER:
            said.insert(0, row.text)
        elif said:
            break
    return "\n".join(said)
