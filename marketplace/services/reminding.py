"""Reminders to buyers who fell silent: one a day at the seller's hours, each once, until there is a reason to stop."""

import contextlib
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from config.moves import IllegalMove
from marketplace import rules
from marketplace.compliance import Channel
from marketplace.enums import (
    ChatSender,
    ChatStage,
    ChatStatus,
    SequenceStatus,
    StepStatus,
    StopReason,
)
from marketplace.errors import NotAllowedThere, NothingToSend, SequenceRuns
from marketplace.models import (
    Chat,
    ChatAutoSequence,
    ChatMessage,
    Outgoing,
    SellerSettings,
    SequenceStep,
    SequenceTemplate,
)
from marketplace.models.sequences import LONGEST
from marketplace.models.templates import USUAL_STEPS
from marketplace.replies import OutgoingKind, OutgoingStatus
from marketplace.services import sending

BATCH: Final = 200
PATIENCE: Final = timedelta(hours=1)
STEP_OF: Final = {
    OutgoingStatus.PENDING: StepStatus.PENDING,
    OutgoingStatus.SENDING: StepStatus.SENDING,
    OutgoingStatus.UNCONFIRMED: StepStatus.SENT,
    OutgoingStatus.CONFIRMED: StepStatus.SENT,
    OutgoingStatus.UNKNOWN: StepStatus.UNKNOWN,
    OutgoingStatus.REJECTED: StepStatus.FAILED,
    OutgoingStatus.FAILED: StepStatus.FAILED,
    OutgoingStatus.CANCELLED: StepStatus.FAILED,
}


@transaction.atomic
def start(
    chat: Chat, template: SequenceTemplate, *, at: datetime, by: User | None = None, steps: int = USUAL_STEPS
) -> ChatAutoSequence:
    """Plan reminders for a chat that waits for its buyer; every text is checked first.

    Raises:
        NothingToSend: the template says nothing, or Wildberries gave no way to write.
        SequenceRuns: the chat has reminders already.
        NotAllowedThere: the rules of Wildberries forbid one of the texts.
        IllegalMove: the chat cannot wait for the buyer from where it is.
    """
    from marketplace.services import board  # noqa: PLC0415 -- board ends reminders, and they move chats

    locked = Chat.objects.select_for_update(of=("self",)).get(pk=chat.pk)
    if ChatAutoSequence.objects.filter(chat=locked, status=SequenceStatus.ACTIVE).exists():
        raise SequenceRuns
    plan = _checked_plan(locked, template, steps=steps)
    if locked.status != ChatStatus.AWAITING_REPLY:
        board.move(locked, ChatStatus.AWAITING_REPLY, at=at, by=by)
    sequence = ChatAutoSequence(
        tenant_id=locked.tenant_id,
        store_id=locked.store_id,
        chat=locked,
        template=template,
        sequence_type=template.code,
        messages=plan,
        max_steps=len(plan),
        started_at=at,
    )
    sequence.next_send_at = moment_of(sequence, at=at)
    sequence.save()
    return sequence


def _checked_plan(chat: Chat, template: SequenceTemplate, *, steps: int) -> list[dict[str, Any]]:
    plan = template.texts[: min(steps, LONGEST)]
    if not plan or not chat.reply_sign:
        raise NothingToSend
    for planned in plan:
        sending.require_allowed(planned["text"], channel=Channel.SEQUENCE, product_name=chat.product_name)
    return plan


def moment_of(sequence: ChatAutoSequence, *, at: datetime) -> datetime | None:
    """Return when the next reminder may go: on its day, at the seller's hours, at most one a day."""
    template = sequence.template
    if template is None or sequence.current_step >= len(sequence.messages):
        return None
    zone = template.zone()
    begun, local = sequence.started_at.astimezone(zone), at.astimezone(zone)
    first = begun.date() + timedelta(days=int(begun.hour >= template.hour_to))
    day = first + timedelta(days=int(sequence.messages[sequence.current_step]["day"]) - 1)
    if sequence.last_sent_at:
        day = max(day, sequence.last_sent_at.astimezone(zone).date() + timedelta(days=1))
    if day <= local.date():
        if template.is_open(at):
            return at
        day = local.date() + timedelta(days=int(local.hour >= template.hour_to))
    return datetime.combine(day, time(template.hour_from), zone)


def run_due(*, at: datetime) -> int:
    """Send what is due; return how many reminders went into the outbox."""
    reflect()
    due = ChatAutoSequence.objects.filter(status=SequenceStatus.ACTIVE, next_send_at__lte=at).order_by("next_send_at")
    return sum(step(pk, at=at) is not None for pk in list(due.values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def step(sequence_id: int, *, at: datetime) -> SequenceStep | None:
    """Take the next reminder's turn: stop, wait, or put it into the outbox, all in one transaction.

    The lock keeps other workers away; ``uq(sequence, step)`` and the outbox's
    key refuse a second one even without it. A worker that dies leaves nothing
    behind, or a row of the outbox that is sent once.
    """
    sequence = claim(sequence_id, at=at)
    if sequence is None:
        return None
    if reason := _why_stop(sequence):
        sequence.stop(reason)
        return None
    if later := _not_before(sequence, at=at):
        ChatAutoSequence.objects.filter(pk=sequence.pk).update(next_send_at=later)
        return None
    try:
        done = _enqueue(sequence, at=at)
    except NotAllowedThere:  # the rules have changed since the template was saved
        sequence.stop(StopReason.REFUSED)
        return None
    sequence.advance(at=at, next_send_at=None)
    following = moment_of(sequence, at=at)
    if following is None:
        sequence.complete()
    else:
        ChatAutoSequence.objects.filter(pk=sequence.pk).update(next_send_at=following)
    return done


def _enqueue(sequence: ChatAutoSequence, *, at: datetime) -> SequenceStep:
    number = sequence.current_step + 1
    text = sequence.messages[sequence.current_step]["text"]
    row = sending.enqueue(
        sequence.chat,
        kind=OutgoingKind.CHAT_MESSAGE,
        channel=Channel.SEQUENCE,
        text=text,
        key=f"sequence:{sequence.pk}:{number}",
        is_automatic=True,
        at=at,
    )
    return SequenceStep.objects.create(
        tenant_id=sequence.tenant_id, sequence=sequence, step=number, text=text, outgoing=row, created_at=at
    )


def claim(sequence_id: int, *, at: datetime) -> ChatAutoSequence | None:
    """Lock a due sequence; one that another worker holds is skipped."""
    rows = ChatAutoSequence.objects.select_for_update(skip_locked=True, of=("self",))
    rows = rows.filter(status=SequenceStatus.ACTIVE, next_send_at__lte=at)
    return rows.select_related("chat", "store", "template__tenant").filter(pk=sequence_id).first()


@transaction.atomic
def stop_all(chat: Chat, reason: StopReason) -> int:
    """End every sequence of a chat that still runs, and take back what has not left; return how many there were."""
    count = 0
    for sequence in ChatAutoSequence.objects.filter(chat=chat, status=SequenceStatus.ACTIVE):
        with contextlib.suppress(IllegalMove):  # ended in this very moment
            sequence.stop(reason)
            count += 1
    waiting = Outgoing.objects.filter(chat=chat, status=OutgoingStatus.PENDING, key__startswith="sequence:")
    for row in waiting:
        with contextlib.suppress(IllegalMove):  # left in this very moment
            sending.cancel(row)
    return count


def start_by_phrase(chat: Chat, last: ChatMessage, *, at: datetime) -> ChatAutoSequence | None:
    """Start the template whose phrase the seller has just used, where the store wants that."""
    if last.sender != ChatSender.SELLER or not chat.store.is_auto_no_reply_enabled:
        return None
    said = rules.plain(last.text)
    used = SequenceStep.objects.filter(sequence__chat=chat, text=last.text).exists()
    known = ChatAutoSequence.objects.filter(chat=chat, started_at__gte=last.sent_at).exists()
    if used or known:
        return None
    for template in SequenceTemplate.objects.of(chat.tenant).filter(is_active=True).exclude(trigger_phrase=""):
        if rules.plain(template.trigger_phrase) in said:
            with contextlib.suppress(NothingToSend, SequenceRuns, NotAllowedThere, IllegalMove):
                return start(chat, template, at=at)
    return None


def reflect() -> None:
    """Bring the steps' states up to what became of them in the outbox."""
    final = (StepStatus.SENT, StepStatus.FAILED)
    for row in SequenceStep.objects.exclude(status__in=final).select_related("outgoing")[:BATCH]:
        if row.outgoing is None or row.status == (status := STEP_OF[OutgoingStatus(row.outgoing.status)]):
            continue
        SequenceStep.objects.filter(pk=row.pk).update(
            status=status,
            error=row.outgoing.error,
            sent_at=row.outgoing.sent_at or row.outgoing.confirmed_at if status == StepStatus.SENT else None,
        )


def _why_stop(sequence: ChatAutoSequence) -> StopReason | None:
    chat, template = sequence.chat, sequence.template
    since = ChatMessage.objects.filter(chat=chat, sent_at__gt=sequence.started_at)
    if since.filter(sender=ChatSender.CLIENT).exists():
        return StopReason.CLIENT_REPLIED
    if chat.status != ChatStatus.AWAITING_REPLY or chat.stage == ChatStage.DELETION_CONFIRMED:
        return StopReason.STATUS_CHANGED
    if template is None or not template.is_active or not chat.reply_sign:
        return StopReason.MANUAL if template is None or not template.is_active else StopReason.NOT_SENT
    if template.stop_message:
        said = since.filter(sender=ChatSender.SELLER).values_list("text", flat=True)
        if any(rules.plain(template.stop_message) in rules.plain(text) for text in said):
            return StopReason.STOP_MESSAGE
    before = _outgoing_before(sequence)
    lost = (OutgoingStatus.FAILED, OutgoingStatus.REJECTED, OutgoingStatus.CANCELLED)
    return StopReason.NOT_SENT if before and before.status in lost else None


def _not_before(sequence: ChatAutoSequence, *, at: datetime) -> datetime | None:
    """Return when to look again if this is not the moment; a reminder of unknown fate holds up the next."""
    before = _outgoing_before(sequence)
    if before and before.status in (OutgoingStatus.PENDING, OutgoingStatus.SENDING, OutgoingStatus.UNKNOWN):
        return at + PATIENCE
    if SellerSettings.objects.filter(tenant=sequence.tenant_id, is_auto_paused=True).exists():
        return at + PATIENCE
    template = sequence.template
    if template is None:
        return None
    moment = moment_of(sequence, at=at)
    if moment and moment > at:
        return moment
    local = at.astimezone(template.zone())
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    wrote = ChatMessage.objects.filter(chat=sequence.chat, sender=ChatSender.SELLER, sent_at__gte=midnight).exists()
    sent = Outgoing.objects.alive().filter(chat=sequence.chat, created_at__gte=midnight).exists()
    if wrote or sent:
        return datetime.combine(local.date() + timedelta(days=1), time(template.hour_from), template.zone())
    return None


def _outgoing_before(sequence: ChatAutoSequence) -> Outgoing | None:
    last = sequence.steps.select_related("outgoing").order_by("-step").first()
    return last.outgoing if last else None
