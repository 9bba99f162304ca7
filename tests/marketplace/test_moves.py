"""Complaints, chats and sequences go where their tables say, and nowhere else."""

from datetime import UTC, datetime
from itertools import product

import pytest

from config.moves import IllegalMove
from marketplace.enums import (
    CHAT_MOVES,
    COMPLAINT_MOVES,
    STAGE_MOVES,
    ChatStage,
    ChatStatus,
    ChatTag,
    ComplaintStatus,
    CompletionReason,
    SequenceStatus,
    StopReason,
)
from marketplace.models import Chat, ChatAutoSequence, ReviewComplaint
from tests.factories.accounts import UserFactory
from tests.factories.marketplace import ChatFactory, ComplaintFactory, SequenceFactory
from tests.races import race

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OUTCOMES = (ComplaintStatus.PENDING, ComplaintStatus.APPROVED, ComplaintStatus.REJECTED)


def complaint_in(status):
    sent_at = None if status == ComplaintStatus.DRAFT else NOW
    return ComplaintFactory(status=status, sent_at=sent_at)


def chat_in(status):
    reason = CompletionReason.OTHER if status == ChatStatus.CLOSED else None
    return ChatFactory(status=status, completion_reason=reason)


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(ComplaintStatus, OUTCOMES)))
def test_a_complaints_outcome_follows_the_table(before, after):
    complaint = complaint_in(before)
    is_legal = before != ComplaintStatus.DRAFT and after in COMPLAINT_MOVES[before]

    if is_legal:
        complaint.move_to(after, at=NOW, wb_response="Решение")
    else:
        with pytest.raises(IllegalMove):
            complaint.move_to(after, at=NOW)

    kept = ReviewComplaint.objects.get(pk=complaint.pk)
    assert kept.status == (after if is_legal else before)
    is_decided = is_legal and after != ComplaintStatus.PENDING
    assert kept.moderated_at == (NOW if is_decided else None)
    assert kept.wb_response == ("Решение" if is_decided else "")


@pytest.mark.django_db
@pytest.mark.parametrize("before", ComplaintStatus)
def test_only_a_draft_is_marked_as_sent(before):
    complaint, sender = complaint_in(before), UserFactory()

    if before == ComplaintStatus.DRAFT:
        complaint.mark_as_sent(by=sender, at=NOW)
    else:
        with pytest.raises(IllegalMove):
            complaint.mark_as_sent(by=sender, at=NOW)

    kept = ReviewComplaint.objects.get(pk=complaint.pk)
    was_draft = before == ComplaintStatus.DRAFT
    assert kept.status == (ComplaintStatus.SENT if was_draft else before)
    assert kept.sent_by == (sender if was_draft else None)
    assert kept.is_editable is False


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(ChatStatus, ChatStatus)))
def test_a_chat_moves_over_the_board_as_the_table_says(before, after):
    chat = chat_in(before)
    reason = CompletionReason.SPAM if after == ChatStatus.CLOSED else None

    if after in CHAT_MOVES[before]:
        chat.move_to(after, at=NOW, reason=reason)
        expected = (after, reason, NOW)
    else:
        with pytest.raises(IllegalMove):
            chat.move_to(after, at=NOW, reason=reason)
        expected = (before, CompletionReason.OTHER if before == ChatStatus.CLOSED else None, None)

    kept = Chat.objects.get(pk=chat.pk)
    assert (kept.status, kept.completion_reason, kept.status_changed_at) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "reason"), [(ChatStatus.CLOSED, None), (ChatStatus.RESOLVED, CompletionReason.SPAM)]
)
def test_closing_needs_a_reason_and_nothing_else_takes_one(status, reason):
    chat = ChatFactory()

    with pytest.raises(IllegalMove):
        chat.move_to(status, at=NOW, reason=reason)

    assert Chat.objects.get(pk=chat.pk).status == ChatStatus.INBOX


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(ChatStage, ChatStage)))
def test_a_chats_stage_only_goes_forward(before, after):
    chat = ChatFactory(stage=before)

    if after in STAGE_MOVES[before]:
        chat.advance_to(after)
    else:
        with pytest.raises(IllegalMove):
            chat.advance_to(after)

    stages = list(ChatStage)
    furthest = after if stages.index(after) > stages.index(before) else before
    assert Chat.objects.get(pk=chat.pk).stage == furthest


@pytest.mark.django_db
def test_a_tag_remembers_when_it_was_given():
    chat = ChatFactory()

    chat.tag_as(ChatTag.SPAM, at=NOW)

    kept = Chat.objects.get(pk=chat.pk)
    assert (kept.tag, kept.tag_update_date) == (ChatTag.SPAM, NOW)


@pytest.mark.django_db
def test_a_sequence_ends_once():
    stopped, completed = SequenceFactory(), SequenceFactory()

    stopped.stop(StopReason.CLIENT_REPLIED)
    completed.complete()

    kept = ChatAutoSequence.objects.get(pk=stopped.pk)
    assert (kept.status, kept.stop_reason, kept.next_send_at) == (
        SequenceStatus.STOPPED,
        StopReason.CLIENT_REPLIED,
        None,
    )
    for sequence in (stopped, completed):
        with pytest.raises(IllegalMove):
            sequence.complete()
        with pytest.raises(IllegalMove):
            sequence.stop(StopReason.MANUAL)
        with pytest.raises(IllegalMove):
            sequence.advance(at=NOW, next_send_at=None)


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_mark_a_complaint_as_sent_one_succeeds():
    complaint, people = ComplaintFactory(), [UserFactory() for _ in range(16)]

    def attempt(number):
        ReviewComplaint.objects.get(pk=complaint.pk).mark_as_sent(by=people[number], at=NOW)

    outcomes = race(attempt, threads=16)

    winners = [people[number] for number, outcome in enumerate(outcomes) if outcome is None]
    assert len(winners) == 1
    assert ReviewComplaint.objects.get(pk=complaint.pk).sent_by == winners[0]
    assert {type(outcome) for outcome in outcomes if outcome is not None} == {IllegalMove}


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_take_a_chat_from_the_inbox_one_succeeds():
    chat = ChatFactory()
    targets = [ChatStatus.IN_PROGRESS, ChatStatus.RESOLVED] * 8

    outcomes = race(lambda number: Chat.objects.filter(pk=chat.pk).get().move_to(targets[number], at=NOW), threads=16)

    assert len([outcome for outcome in outcomes if outcome is None]) >= 1
    won = [targets[number] for number, outcome in enumerate(outcomes) if outcome is None]
    assert Chat.objects.get(pk=chat.pk).status in won


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_workers_one_counts_a_step():
    sequence = SequenceFactory()
    rivals = [ChatAutoSequence.objects.get(pk=sequence.pk) for _ in range(16)]

    outcomes = race(lambda number: rivals[number].advance(at=NOW, next_send_at=None), threads=16)

    assert [outcome for outcome in outcomes if outcome is None] == [None]
    assert ChatAutoSequence.objects.get(pk=sequence.pk).current_step == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_comparison_all_sixteen_would_count_it():
    """The negative control of the race above: read, add, write."""
    sequence = SequenceFactory(max_steps=14)
    rivals = [ChatAutoSequence.objects.get(pk=sequence.pk) for _ in range(16)]

    def attempt(number):
        rivals[number].current_step += 1
        rivals[number].save(update_fields=["current_step"])

    outcomes = race(attempt, threads=16)

    assert outcomes == [None] * 16
    assert ChatAutoSequence.objects.get(pk=sequence.pk).current_step == 1
