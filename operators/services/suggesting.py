"""Words an operator asks a model for: a draft, the same words shorter or more formal.

The request is a row; a worker asks the model for the price of an answer, and
the operator, nobody else, sees what came.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils.timezone import now

from accounts.models import Tenant, User
from assistants import door
from assistants.errors import ModelFailed, NoModelAvailable
from billing import services as billing
from billing.errors import InsufficientFunds
from dialogs.models import Dialog
from dialogs.services.composing import Composed, compose, reword
from dialogs.services.deciding import last_question_of
from dialogs.services.posting import readable
from knowledge.search import search
from operators.enums import JobStatus, SuggestionKind
from operators.errors import CannotRewrite
from operators.models import ReplySuggestion
from operators.models.drafts import MOST_ATTEMPTS
from operators.services.telling import tell

PASSAGES: Final = 5
BATCH: Final = 100
GRACE: Final = timedelta(seconds=20)
DIFFERENTLY: Final = "A colleague does not want this draft again, word it differently: {text}"
HOW: Final = {
    SuggestionKind.SHORTER: "Make it at least a third shorter.",
    SuggestionKind.FORMAL: "Make it more formal and polite.",
}
log = structlog.get_logger(__name__)


class Unanswerable(Exception):
    """There is nothing to suggest; the argument says why, for the screen."""


def can_rewrite(tenant: Tenant, *, at: datetime) -> bool:
    """Say whether a model is connected that does more than quote."""
    return door.can_reason(tenant, at=at)


@transaction.atomic
def ask(
    dialog: Dialog, *, by: User, kind: SuggestionKind, client_id: str, at: datetime, given: str = ""
) -> ReplySuggestion:
    """Ask for words; a repeated ``client_id`` returns the first request.

    Args:
        dialog: The conversation they are for.
        by: Who asks; only they see what comes.
        kind: What is wanted.
        client_id: What names this request, so that a retry is recognised.
        at: Now.
        given: The words to change, or the draft that was not liked.

    Raises:
        CannotRewrite: words are to be changed and no model is connected that could.
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
    """
    if kind in HOW:
        given = readable(given)
        if not can_rewrite(dialog.tenant, at=at):
            raise CannotRewrite
    suggestion, is_new = ReplySuggestion.objects.get_or_create(
        tenant_id=dialog.tenant_id,
        dialog=dialog,
        author=by,
        client_id=client_id,
        defaults={"kind": kind, "given": given, "created_at": at},
    )
    if is_new:
        transaction.on_commit(partial(_enqueue, suggestion.pk))
    return suggestion


def carry_out(suggestion_id: int, *, at: datetime) -> None:
    """Have a model find the words; a second worker with the same request does nothing."""
    suggestion = ReplySuggestion.take(suggestion_id, at=at)
    if suggestion is None:
        return
    try:
        composed = _compose(suggestion)
    except Unanswerable as reason:
        _give_up(suggestion, str(reason))
    except InsufficientFunds:
        _give_up(suggestion, "no_money")
    except (ModelFailed, NoModelAvailable) as failure:
        log.warning("suggestion_failed", suggestion=str(suggestion.uuid), error=str(failure))
        _give_up(suggestion, "model_failed")
    else:
        _keep(suggestion, composed)


def sweep(*, at: datetime) -> int:
    """Queue requests whose worker was lost, and give up those that failed too often; return how many."""
    lost = ReplySuggestion.objects.unfinished(at=at).filter(created_at__lt=at - GRACE)
    for suggestion in lost.filter(attempts__gte=MOST_ATTEMPTS)[:BATCH]:
        ReplySuggestion.objects.filter(pk=suggestion.pk).update(
            status=JobStatus.FAILED, trouble="model_failed", finished_at=at, locked_until=None
        )
    keys = list(lost.filter(attempts__lt=MOST_ATTEMPTS).order_by("pk").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        _enqueue(key)
    return len(keys)


def _compose(suggestion: ReplySuggestion) -> Composed:
    tenant, dialog, kind = suggestion.tenant, suggestion.dialog, SuggestionKind(suggestion.kind)
    key = f"suggestion:{suggestion.uuid}:{suggestion.attempts}"  # each attempt holds its own price
    if dialog.assistant is None:
        raise Unanswerable("nothing_to_answer")
    if how := HOW.get(kind):
        composed = reword(tenant, assistant=dialog.assistant, text=suggestion.given, how=how, key=key)
    else:
        question = last_question_of(dialog)
        if question is None:
            raise Unanswerable("nothing_to_answer")
        found = search(dialog.assistant, question.query, limit=PASSAGES, at=now())
        if not found.is_enough:
            raise Unanswerable("not_known")
        if kind == SuggestionKind.AGAIN and suggestion.given:
            question = replace(question, instruction=DIFFERENTLY.format(text=suggestion.given))
        composed = compose(tenant, assistant=dialog.assistant, question=question, found=found, key=key)
    if not composed.text:
        raise Unanswerable("model_failed")
    return composed


def _keep(suggestion: ReplySuggestion, composed: Composed) -> None:
    """Save the words and take their price together, unless another worker was faster."""
    at = now()
    receipt = composed.receipt(run=f"suggestion:{suggestion.uuid}")
    with transaction.atomic():
        if suggestion.finish(JobStatus.DONE, at=at, text=composed.text, receipt=receipt):
            words = str(SuggestionKind(suggestion.kind).label)
            billing.capture(
                composed.hold,
                at=at,
                assistant_id=composed.assistant_id,
                channel=suggestion.dialog.platform,
                description=words,
            )
            _tell(suggestion, {"text": composed.text, "price": receipt["price"], "sources": len(receipt["sources"])})
            return
    billing.release(composed.hold, at=at, reason="discarded")


@transaction.atomic
def _give_up(suggestion: ReplySuggestion, trouble: str) -> None:
    if suggestion.finish(JobStatus.FAILED, at=now(), trouble=trouble):
        _tell(suggestion, {"trouble": trouble})


def _tell(suggestion: ReplySuggestion, facts: dict[str, Any]) -> None:
    event = {"type": "suggested", "dialog": str(suggestion.dialog.uuid), "id": suggestion.client_id, **facts}
    tell(suggestion.tenant_id, [suggestion.author], event)


def _enqueue(suggestion_id: int) -> None:
    from operators import tasks  # noqa: PLC0415 -- leaf

    tasks.respond_with_suggestion.delay(suggestion_id=suggestion_id)
