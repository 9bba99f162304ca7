"""Reading back what replies did: only what Wildberries shows is called published.

Hooks for whoever reads Wildberries anyway: ``confirm_answers`` and ``confirm_message``.
"""

import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.utils.translation import gettext as _

from config.errors import DomainError
from config.moves import IllegalMove
from marketplace.enums import QuestionState
from marketplace.models import Chat, Outgoing, Question, Review
from marketplace.models.outbox import OPEN, next_check
from marketplace.replies import OutgoingKind, OutgoingStatus
from marketplace.wildberries import Wildberries, client_for

log = structlog.get_logger(__name__)

CLOCKS_DIFFER: Final = timedelta(minutes=5)


def confirm(outgoing_id: int, *, at: datetime) -> OutgoingStatus | None:
    """Read back what an open reply did; outside any transaction."""
    rows = Outgoing.objects.filter(status__in=OPEN).select_related(
        "store__integration", "store__tenant", "review", "question"
    )
    row = rows.filter(pk=outgoing_id).first()
    if row is None:
        return None
    Outgoing.objects.filter(pk=row.pk).update(check_at=at + next_check(row.checks), checks=row.checks + 1)
    if row.chat_id:  # the chat has no single read: its events come with the sync
        return OutgoingStatus(row.status)
    try:
        with client_for(row.store) as wb:
            _read_back(wb, row, at=at)
    except DomainError as error:
        log.info("outgoing_not_read_back", outgoing=str(row.uuid), error=str(error))
    return OutgoingStatus(row.status)


def _read_back(wb: Wildberries, row: Outgoing, *, at: datetime) -> None:
    if row.review:
        answer = wb.feedback(row.review.wb_id).answer
        if answer and _settle_by(row, answer.text, answer.state, at=at):
            shown = {"text": answer.text, "state": answer.state, "editable": answer.is_editable}
            Review.objects.filter(pk=row.review.pk).update(answer=shown, answered_at=row.sent_at or at)
    elif row.question:
        question = wb.question(row.question.wb_id)
        state = "rejected" if row.kind == OutgoingKind.QUESTION_ANSWER and question.state == "none" else "wbRu"
        if question.answer and _settle_by(row, question.answer.text, state, at=at):
            shown = {"text": question.answer.text, "editable": question.answer.is_editable}
            known = question.state if question.state in QuestionState.values else QuestionState.UNKNOWN
            Question.objects.filter(pk=row.question.pk).update(
                answer=shown, answered_at=row.sent_at or at, is_answered=True, state=known
            )


def _settle_by(row: Outgoing, text: str, state: str, *, at: datetime) -> bool:
    """Compare what Wildberries shows with what was sent; say whether it is published."""
    if _plain(text) != _plain(row.text):
        return False
    with contextlib.suppress(IllegalMove):  # the sync read it first
        if state == "rejected":
            row.move_to(OutgoingStatus.REJECTED, error=_("The moderators refused the answer."))
        elif state == "wbRu":
            row.move_to(OutgoingStatus.CONFIRMED, confirmed_at=at, error="")
            return True
        elif row.status == OutgoingStatus.UNKNOWN:  # it is there, in moderation
            row.move_to(OutgoingStatus.UNCONFIRMED, error="")
    return False


def _plain(text: str) -> str:
    return " ".join(text.split())


def confirm_answers(*, reviews: Iterable[int] = (), questions: Iterable[int] = (), at: datetime) -> int:
    """Settle open replies by rows a sync has just written; return how many are published."""
    count = 0
    rows = Outgoing.objects.filter(status__in=OPEN).select_related("review", "question")
    for row in rows.filter(review__in=list(reviews), review__answer__isnull=False):
        answer = row.review.answer if row.review else None
        count += _settle_by(row, str((answer or {}).get("text", "")), str((answer or {}).get("state", "wbRu")), at=at)
    for row in rows.filter(question__in=list(questions), question__answer__isnull=False):
        answer = row.question.answer if row.question else None
        count += _settle_by(row, str((answer or {}).get("text", "")), "wbRu", at=at)
    return count


def confirm_message(chat: Chat, *, text: str, sent_at: datetime, at: datetime) -> Outgoing | None:
    """Settle the oldest open message of a chat that a sync has just seen there; return it."""
    early = sent_at + CLOCKS_DIFFER
    for row in Outgoing.objects.filter(chat=chat, status__in=OPEN, sent_at__lte=early).order_by("pk"):
        if _settle_by(row, text, "wbRu", at=at):
            return row
    return None
