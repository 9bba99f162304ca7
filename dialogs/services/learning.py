"""What dialogs tell the knowledge: questions it could not answer, and answers that were no good."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from dialogs.enums import HandoffStatus, Rater, RatingType, Sender
from dialogs.errors import NothingToTeach
from dialogs.intents import SMALL_TALK, stems_of
from dialogs.models import Dialog, DialogMessage
from dialogs.models.messages import MessageQuerySet
from dialogs.receipts import Receipt
from dialogs.services.deciding import YES
from knowledge.enums import GapReason
from knowledge.models import KnowledgeEntry
from knowledge.services import answers, count_use, gaps

LOOKED_BACK: Final = 10
POOR_STARS: Final = 2
FEWEST_WORDS: Final = 2
SHORTEST_ANSWER: Final = 5
NO_QUESTION: Final = frozenset({*SMALL_TALK, "ask_person"})


def note_gap(dialog: Dialog, *, question: str, seq: int, at: datetime) -> None:
    """Remember a question that the knowledge had no answer to; message ``seq`` said so."""
    gaps.note(dialog.tenant, assistant=dialog.assistant, text=question, at=at, dialog_uuid=dialog.uuid, seq=seq)


def note_use(tenant_id: int, receipt: Receipt, *, at: datetime) -> None:
    """Count the passages that an answer quotes, once the answer is saved."""
    quoted = [source["chunk"] for source in receipt["sources"]]
    transaction.on_commit(partial(count_use, quoted, tenant_id=tenant_id, at=at), robust=True)


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


def propose_from(message_id: int) -> KnowledgeEntry | None:
    """Propose an operator's answer as knowledge where the assistant had none: after a gap or a handoff.

    Greetings, questions back and short words are no answers.
    """
    message = DialogMessage.objects.select_related(
        "dialog__assistant", "dialog__tenant", "dialog__contact", "author"
    ).get(pk=message_id)
    dialog = message.dialog
    if not (dialog.fallback or dialog.handoff_status != HandoffStatus.NONE) or not _says_something(message.words):
        return None
    asked = _asked_before(message)
    if not asked:
        return None
    return answers.propose(
        dialog.tenant,
        assistant=dialog.assistant,
        question="\n".join(row.words for row in asked),
        answer=message.words,
        by=message.author,
        dialog_uuid=dialog.uuid,
        seq=asked[-1].seq,
        names=_names(dialog),
    )


def teach(message: DialogMessage, *, by: User) -> KnowledgeEntry:
    """Propose what was said in a message as knowledge, because a person asked for it.

    Raises:
        NothingToTeach: it answers nothing, or the customer said it.
    """
    dialog = message.dialog
    question = question_before(message)
    entry = None
    if message.can_be_rated and question:
        entry = answers.propose(
            dialog.tenant,
            assistant=dialog.assistant,
            question=question,
            answer=message.words,
            by=by,
            dialog_uuid=dialog.uuid,
            seq=message.seq,
            names=_names(dialog),
        )
    if entry is None:
        raise NothingToTeach
    return entry


def question_before(message: DialogMessage) -> str:
    """Return what the customer asked last before a message; if nothing was a question, what they said last."""
    asked = _asked_before(message)
    if not asked:
        asked = list(_customer_before(message).order_by("-seq")[:1])
    return "\n".join(row.words for row in asked)


def _asked_before(message: DialogMessage) -> list[DialogMessage]:
    """Return the customer's latest questions in a row; greetings, thanks and calls for a person are none."""
    asked: list[DialogMessage] = []
    for row in _customer_before(message).order_by("-seq")[:LOOKED_BACK]:
        if row.intent in NO_QUESTION or YES.match(row.words) or len(stems_of(row.words)) < FEWEST_WORDS:
            continue
        if asked and asked[0].seq - row.seq > 1:
            break
        asked.insert(0, row)
    return asked


def _customer_before(message: DialogMessage) -> MessageQuerySet:
    rows = DialogMessage.objects.filter(dialog=message.dialog_id, seq__lt=message.seq)
    return rows.filter(sender=Sender.CUSTOMER)


def _names(dialog: Dialog) -> list[str]:
    return [dialog.contact.first_name, dialog.contact.last_name]


def _says_something(text: str) -> bool:
    return len(text.split()) >= SHORTEST_ANSWER and not text.rstrip().endswith("?")
