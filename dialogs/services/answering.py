"""One turn of the assistant, from the customer's words to the saved answer.

The order is DESIGN's "Life of a message": decide, retrieve, hold, complete,
check again, save and capture together. Whatever fails on the way ends in
words for the customer and, where needed, a call for a person; never in silence.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import structlog
from django.db import OperationalError, transaction
from django.utils.timezone import now

from assistants.errors import ModelFailed, NoModelAvailable
from assistants.models import Assistant
from billing import services as billing
from billing.errors import InsufficientFunds
from config.errors import ProviderError
from dialogs import phrases, receipts, tasks
from dialogs.enums import HandoffReason, RunStatus, Sender
from dialogs.events import announce_run
from dialogs.models import AnswerRun, Dialog, DialogMessage
from dialogs.services.composing import Composed, compose
from dialogs.services.deciding import Decision, Question, decide, question_of
from dialogs.services.handing import request_person
from dialogs.services.learning import note_gap, note_use
from dialogs.services.posting import append
from dialogs.services.reading import refine
from dialogs.services.streaming import Stream
from dialogs.services.typing import shown_typing
from knowledge.search import SearchResult, search

log = structlog.get_logger(__name__)

PASSAGES = 5


@dataclass(slots=True, kw_only=True)
class Turn:
    """What one answer knows about itself."""

    run: AnswerRun
    dialog: Dialog
    question: Question
    found: SearchResult | None = None
    stream: Stream = field(init=False)

    def __post_init__(self) -> None:
        self.stream = Stream(self.run)

    @property
    def assistant(self) -> Assistant:
        """Return who answers; without an assistant nothing is answered (see ``decide``)."""
        if self.dialog.assistant is None:
            raise LookupError
        return self.dialog.assistant


def answer(run_id: int, *, at: datetime) -> None:
    """Work on a due answer; a second worker with the same run does nothing.

    A run that was postponed by newer words goes back to the queue.
    """
    run = AnswerRun.take(run_id, at=at)
    if run is None:
        _come_back(run_id, at=at)
        return
    dialog = run.dialog
    structlog.contextvars.bind_contextvars(run=str(run.uuid), dialog=str(dialog.uuid))
    announce_run(dialog.pk, str(run.uuid), "started")
    try:
        with shown_typing(dialog):
            _take_turn(run, dialog)
    finally:
        announce_run(dialog.pk, str(run.uuid), "ended", status=run.status, outcome=run.outcome)


def _come_back(run_id: int, *, at: datetime) -> None:
    """Queue a run again that newer words postponed."""
    due_at = AnswerRun.objects.filter(pk=run_id, status=RunStatus.PENDING, due_at__gt=at).values_list(
        "due_at", flat=True
    )
    for moment in due_at:
        tasks.answer_dialog.apply_async(kwargs={"run_id": run_id}, countdown=(moment - at).total_seconds())


def _take_turn(run: AnswerRun, dialog: Dialog) -> None:
    question = question_of(dialog)
    if question is None:
        run.finish(RunStatus.CANCELLED, at=now(), outcome="nothing_to_answer")
        return
    turn = Turn(run=run, dialog=dialog, question=question)
    decision = decide(dialog, question)
    if decision == Decision.ANSWER and refine(dialog, question.unanswered, at=now()):
        decision = decide(dialog, question)
    if decision.reason:
        _call_person(turn, decision.reason)
    elif decision == Decision.STAY_QUIET:
        run.finish(RunStatus.CANCELLED, at=now(), outcome="person_in_charge")
    elif decision == Decision.SMALL_TALK:
        _compose(turn)
    else:
        _find(turn)


def _find(turn: Turn) -> None:
    """Look for passages, and answer from them if they are enough."""
    question = turn.question
    try:
        turn.found = search(turn.assistant, question.query, limit=PASSAGES, at=now())
    except (ProviderError, OperationalError) as failure:
        log.warning("search_failed", error=str(failure))
        _call_person(turn, HandoffReason.TOOL_FAILED)
    else:
        if turn.found.is_enough:
            _compose(turn)
        elif question.follows_gap and turn.assistant.handoff_enabled:
            _call_person(turn, HandoffReason.LOW_CONFIDENCE)
        else:
            _admit_gap(turn)


def _compose(turn: Turn) -> None:
    """Have an answer made, then save it or say what happens instead."""
    try:
        composed = compose(
            turn.dialog.tenant,
            assistant=turn.assistant,
            question=turn.question,
            found=turn.found,
            key=f"answer:{turn.run.uuid}:{turn.run.attempts}",
            on_text=turn.stream.write,
            should_stop=turn.stream.should_stop,
        )
    except InsufficientFunds:
        _call_person(turn, HandoffReason.NO_MONEY)
    except (ModelFailed, NoModelAvailable) as failure:
        log.warning("answer_failed", error=str(failure))
        _call_person(turn, HandoffReason.MODEL_FAILED)
    else:
        if composed.text:
            _save(turn, composed)
        elif composed.completion.stopped:
            turn.run.finish(RunStatus.CANCELLED, at=now(), outcome="stopped")
        else:
            _call_person(turn, HandoffReason.MODEL_FAILED)


def _save(turn: Turn, composed: Composed) -> None:
    """Save the answer and take its price in one transaction, unless the dialog moved on meanwhile."""
    at = now()
    with transaction.atomic():
        if _is_current(turn):
            message = _append_answer(turn, composed, at=at)
            if turn.run.finish(RunStatus.DONE, at=at, outcome="answered", message=message):
                asked = turn.question.text[:80]
                entry = billing.capture(
                    composed.hold,
                    at=at,
                    related_id=message.pk,
                    assistant_id=turn.dialog.assistant_id,
                    channel=turn.dialog.platform,
                    description=asked,
                )
                log.info("answered", seq=message.seq, price=str(-entry.amount))
                return
        transaction.set_rollback(True)
    _discard(turn, composed, at=at)


def _append_answer(turn: Turn, composed: Composed, *, at: datetime) -> DialogMessage:
    receipt = composed.receipt(run=str(turn.run.uuid), first_token_seconds=turn.stream.first_token_seconds)
    message = append(
        turn.dialog,
        sender=Sender.ASSISTANT,
        text=composed.text,
        at=at,
        receipt=receipt,
        metadata={"stopped": True} if composed.completion.stopped else {},
    )
    _note_first_response(turn, at=at)
    note_use(turn.dialog.tenant_id, receipt, at=at)
    return message


def _is_current(turn: Turn) -> bool:
    """Lock the dialog and say whether it is still as it was when the turn began."""
    dialog = Dialog.objects.locked().get(pk=turn.dialog.pk)
    return dialog.is_open and not dialog.awaits_person and dialog.version == turn.run.dialog_version


def _discard(turn: Turn, composed: Composed, *, at: datetime) -> None:
    """Keep an answer that came too late as a draft nobody was charged for."""
    billing.release(composed.hold, at=now(), reason="discarded")
    AnswerRun.objects.filter(pk=turn.run.pk).update(partial_text=composed.text)
    if not turn.run.finish(RunStatus.DISCARDED, at=at, outcome="dialog_moved_on"):
        turn.run.refresh_from_db()


def _admit_gap(turn: Turn) -> None:
    """Say that the knowledge has no answer, offer a person if there is one, remember the question; free of charge."""
    at = now()
    offers_person = turn.assistant.handoff_enabled
    phrase = phrases.NOT_KNOWN_ASK_PERSON if offers_person else phrases.NOT_KNOWN
    words = turn.assistant.fallback_text or phrases.say(phrase, language=turn.question.language)
    receipt = receipts.make(text="", found=turn.found, completion=None, price=Decimal(0), run=str(turn.run.uuid))
    with transaction.atomic():
        if _is_current(turn):
            metadata = {"gap": turn.question.text[:1000], "offers_person": offers_person}
            message = append(
                turn.dialog, sender=Sender.ASSISTANT, text=words, at=at, receipt=receipt, metadata=metadata
            )
            Dialog.objects.filter(pk=turn.dialog.pk).update(fallback=True)
            note_gap(turn.dialog, question=turn.question.query, seq=message.seq, at=at)
            _note_first_response(turn, at=at)
            if turn.run.finish(RunStatus.DONE, at=at, outcome="not_known", message=message):
                return
        transaction.set_rollback(True)
    turn.run.finish(RunStatus.DISCARDED, at=at, outcome="dialog_moved_on")


def _call_person(turn: Turn, reason: HandoffReason) -> None:
    at = now()
    with transaction.atomic():
        if _is_current(turn) and turn.run.finish(RunStatus.DONE, at=at, outcome=f"handoff:{reason}"):
            own_words = turn.dialog.assistant.fallback_text if turn.dialog.assistant else ""
            is_asked = reason == HandoffReason.CUSTOMER_ASKED
            request_person(turn.dialog, reason=reason, at=at, text="" if is_asked else own_words)
            if reason == HandoffReason.LOW_CONFIDENCE:
                note_gap(turn.dialog, question=turn.question.query, seq=turn.dialog.last_seq, at=at)
            if not is_asked:
                Dialog.objects.filter(pk=turn.dialog.pk).update(fallback=True)
            return
        transaction.set_rollback(True)
    turn.run.finish(RunStatus.DISCARDED, at=at, outcome="dialog_moved_on")


def _note_first_response(turn: Turn, *, at: datetime) -> None:
    first = turn.dialog.messages.filter(sender=Sender.CUSTOMER).order_by("seq").first()
    if first:
        Dialog.objects.filter(pk=turn.dialog.pk, first_response_time=None).update(
            first_response_time=max((at - first.created_at).total_seconds(), 0)
        )
