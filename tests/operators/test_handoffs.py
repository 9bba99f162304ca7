"""A dialog goes to one person and comes back; the database numbers and keeps each step."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from accounts.enums import Role
from config.moves import IllegalMove
from dialogs.enums import Channel, DialogStatus, HandoffReason, HandoffStatus
from dialogs.errors import IllegalHandoff
from dialogs.models import Dialog
from dialogs.services import handing
from operators.enums import RequestState
from operators.errors import NotAnOperator, OperatorFull
from operators.models import HandoffAudit, HandoffRequest, OperatorPresence
from operators.services import handoffs, sweeping
from tests.factories.accounts import UserFactory
from tests.factories.dialogs import DialogFactory
from tests.factories.operators import operator_of
from tests.races import race
from tests.sql import execute, rows

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REQUEST_ID = "01933b2e-0000-7000-8000-000000000001"


@pytest.fixture
def dialog(db):
    return DialogFactory()


@pytest.fixture
def operator(dialog):
    return operator_of(dialog.tenant)


@pytest.fixture
def handoff(dialog):
    return handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW)


def state_of(handoff):
    kept = HandoffRequest.objects.get(pk=handoff.pk)
    return kept.state, Dialog.objects.get(pk=kept.dialog_id).handoff_status


def steps_of(dialog):
    audit = HandoffAudit.objects.filter(dialog=dialog).order_by("seq")
    return list(audit.values_list("seq", "from_status", "to_status"))


def test_a_cycle_is_asked_for_taken_and_resolved(dialog, operator, handoff):
    handoffs.take(handoff, operator=operator, at=NOW + timedelta(seconds=5))
    dialog.refresh_from_db()
    assert (dialog.is_taken_over, dialog.assigned_operator) == (True, operator)

    handoffs.resolve(handoff, by=operator, at=NOW + timedelta(minutes=5), note="Заказ найден")

    kept = HandoffRequest.objects.get(pk=handoff.pk)
    assert (kept.state, kept.operator, kept.note) == (RequestState.RESOLVED, operator, "Заказ найден")
    assert (kept.started_at, kept.resolved_at) == (NOW + timedelta(seconds=5), NOW + timedelta(minutes=5))
    assert steps_of(dialog) == [
        (1, "none", "requested"),
        (2, "requested", "active"),
        (3, "active", "resolved"),
    ]
    told = list(dialog.messages.order_by("seq").values_list("system_type", flat=True))
    assert told == ["handoff_requested", "handoff_started", "handoff_ended"]


def test_a_new_cycle_begins_after_the_old_one(dialog, operator, handoff):
    handoffs.take(handoff, operator=operator, at=NOW)
    handoffs.resolve(handoff, at=NOW)

    again = handoffs.request_operator(dialog, reason=HandoffReason.LOW_CONFIDENCE, at=NOW)

    assert again.pk != handoff.pk
    assert steps_of(dialog)[-1] == (4, "resolved", "requested")


def test_asking_again_with_the_same_id_returns_the_cycle_unchanged(dialog, operator):
    first = handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW, request_id=REQUEST_ID)
    handoffs.take(first, operator=operator, at=NOW)
    handoffs.resolve(first, at=NOW)

    again = handoffs.request_operator(
        dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW + timedelta(hours=1), request_id=REQUEST_ID
    )

    assert (again.pk, again.state, again.requested_at) == (first.pk, RequestState.RESOLVED, NOW)
    assert len(steps_of(dialog)) == 3


def test_asking_while_a_person_is_awaited_returns_the_open_cycle(dialog, handoff):
    again = handoffs.request_operator(dialog, reason=HandoffReason.LOW_CONFIDENCE, at=NOW)

    assert again == handoff
    assert len(steps_of(dialog)) == 1
    assert dialog.messages.count() == 1


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_released_dialog_waits_again(dialog, operator, handoff, is_lost):
    handoffs.take(handoff, operator=operator, at=NOW)

    handoffs.release(handoff, by=operator, at=NOW, is_lost=is_lost)

    assert state_of(handoff) == (RequestState.REQUESTED, HandoffStatus.REQUESTED)
    dialog.refresh_from_db()
    assert dialog.assigned_operator is None
    last = HandoffAudit.objects.filter(dialog=dialog).order_by("seq").last()
    assert (last.reason, last.extra_data) == (
        HandoffReason.OPERATOR_LOST if is_lost else HandoffReason.MANUAL,
        {"operator_id": operator.pk},
    )
    handoffs.take(handoff, operator=operator_of(dialog.tenant), at=NOW)


def test_a_cycle_nobody_took_is_cancelled_or_expires(dialog, handoff):
    handoffs.cancel(handoff, at=NOW)
    assert state_of(handoff) == (RequestState.CANCELLED, HandoffStatus.CANCELLED)

    again = handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW)
    handoffs.expire(again, at=NOW + handoffs.PATIENCE)

    assert state_of(again) == (RequestState.EXPIRED, HandoffStatus.EXPIRED)


VERBS = {
    "take": lambda handoff, operator: handoffs.take(handoff, operator=operator, at=NOW),
    "release": lambda handoff, operator: handoffs.release(handoff, at=NOW),
    "resolve": lambda handoff, operator: handoffs.resolve(handoff, at=NOW),
    "cancel": lambda handoff, operator: handoffs.cancel(handoff, at=NOW),
    "expire": lambda handoff, operator: handoffs.expire(handoff, at=NOW),
}
WAYS = {
    RequestState.REQUESTED: ([], {"take", "cancel", "expire"}),
    RequestState.ACTIVE: (["take"], {"release", "resolve"}),
    RequestState.RESOLVED: (["take", "resolve"], set()),
    RequestState.CANCELLED: (["cancel"], set()),
    RequestState.EXPIRED: (["expire"], set()),
}


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_works_where_the_machine_allows_and_changes_nothing_elsewhere(dialog, operator, handoff, state, verb):
    way, legal = WAYS[state]
    for step in way:
        VERBS[step](handoff, operator)
    before, steps, said = state_of(handoff), steps_of(dialog), dialog.messages.count()

    if verb in legal:
        VERBS[verb](handoff, operator)
        assert len(steps_of(dialog)) == len(steps) + 1
    else:
        with pytest.raises((IllegalHandoff, IllegalMove)):
            VERBS[verb](handoff, operator)
        assert (state_of(handoff), steps_of(dialog), dialog.messages.count()) == (before, steps, said)


@pytest.mark.parametrize("who", ["stranger", "viewer", "blocked"])
def test_only_operators_of_the_tenant_take_dialogs(dialog, handoff, who):
    person = {
        "stranger": UserFactory,
        "viewer": lambda: operator_of(dialog.tenant, role=Role.USER),
        "blocked": lambda: operator_of(dialog.tenant, status="blocked"),
    }[who]()

    with pytest.raises(NotAnOperator):
        handoffs.take(handoff, operator=person, at=NOW)

    assert state_of(handoff) == (RequestState.REQUESTED, HandoffStatus.REQUESTED)


def test_an_operator_holds_as_many_as_they_can_of_each_kind(dialog, operator):
    OperatorPresence.objects.create(
        tenant=dialog.tenant, user=operator, max_active_chats_web=1, max_active_chats_telegram=1
    )
    places = [Channel.WIDGET, Channel.TELEGRAM, Channel.WIDGET, Channel.WHATSAPP]
    waiting = [
        handoffs.request_operator(
            DialogFactory(tenant=dialog.tenant, platform=place), reason=HandoffReason.CUSTOMER_ASKED, at=NOW
        )
        for place in places
    ]

    for handoff in waiting[:2]:
        handoffs.take(handoff, operator=operator, at=NOW)
    for handoff in waiting[2:]:
        with pytest.raises(OperatorFull):
            handoffs.take(handoff, operator=operator, at=NOW)
    handing.close(Dialog.objects.get(pk=waiting[0].dialog_id), at=NOW)
    handoffs.take(waiting[2], operator=operator, at=NOW)

    assert state_of(waiting[3]) == (RequestState.REQUESTED, HandoffStatus.REQUESTED)


def test_a_closed_dialog_takes_no_request(dialog):
    handing.close(dialog, at=NOW)

    with pytest.raises(IllegalHandoff):
        handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW)

    assert not HandoffRequest.objects.exists()


def test_the_desk_hears_dialogs_that_ask_for_a_person(dialog, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        handing.request_person(dialog, reason=HandoffReason.POLICY, at=NOW)

    handoff = HandoffRequest.objects.get(dialog=dialog)
    assert (handoff.reason, handoff.state, handoff.requested_at) == (HandoffReason.POLICY, RequestState.REQUESTED, NOW)
    assert steps_of(dialog) == [(1, "none", "requested")]


def test_asking_through_the_desk_and_hearing_of_it_makes_one_cycle(dialog, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        handoffs.request_operator(dialog, reason=HandoffReason.MANUAL, at=NOW)

    assert HandoffRequest.objects.filter(dialog=dialog).count() == 1
    assert len(steps_of(dialog)) == 1


@pytest.mark.parametrize(("taken", "state"), [(True, RequestState.RESOLVED), (False, RequestState.CANCELLED)])
def test_closing_a_dialog_ends_its_cycle(dialog, handoff, taken, state, django_capture_on_commit_callbacks):
    if taken:
        handoffs.take(handoff, operator=operator_of(dialog.tenant), at=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        handing.close(Dialog.objects.get(pk=dialog.pk), at=NOW)

    assert HandoffRequest.objects.get(pk=handoff.pk).state == state


def test_the_sweeper_opens_what_a_lost_signal_left_and_ends_what_nobody_took(dialog):
    lost = DialogFactory()
    Dialog.objects.filter(pk=lost.pk).update(handoff_status=HandoffStatus.REQUESTED, status=DialogStatus.ESCALATED)
    overdue = handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW)
    later = datetime.now(tz=UTC) + handoffs.PATIENCE

    assert sweeping.sweep(at=later) == 2

    assert HandoffRequest.objects.get(dialog=lost).state == RequestState.REQUESTED
    assert state_of(overdue) == (RequestState.EXPIRED, HandoffStatus.EXPIRED)
    assert sweeping.sweep(at=later) == 0


def test_the_sweeper_ends_the_cycles_of_closed_dialogs(dialog, handoff):
    handing.close(Dialog.objects.get(pk=dialog.pk), at=NOW)

    assert sweeping.sweep(at=NOW) == 1

    assert HandoffRequest.objects.get(pk=handoff.pk).state == RequestState.CANCELLED


def test_a_dialog_has_one_open_cycle(dialog, handoff):
    with pytest.raises(IntegrityError, match="uq_handoff_requests_dialog_open"):
        HandoffRequest.objects.create(
            tenant=dialog.tenant, dialog=dialog, reason=HandoffReason.MANUAL, requested_at=NOW
        )


@pytest.mark.parametrize(
    "statement",
    ["UPDATE handoff_audit SET reason = 'x'", "DELETE FROM handoff_audit", "TRUNCATE handoff_audit"],
)
def test_the_steps_of_a_handoff_cannot_be_rewritten(dialog, handoff, statement):
    with pytest.raises(IntegrityError, match="kept as they were"):
        execute(statement)

    assert len(steps_of(dialog)) == 1


def test_plain_sql_cannot_choose_a_steps_number(dialog, handoff):
    numbered = rows(
        "INSERT INTO handoff_audit (tenant_id, dialog_id, seq, from_status, to_status, reason, extra_data) "
        "VALUES (%s, %s, 77, 'requested', 'active', '', '{}') RETURNING seq",
        dialog.tenant_id,
        dialog.pk,
    )

    assert numbered == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_of_thirty_two_operators_one_takes_the_dialog():
    dialog = DialogFactory()
    handoff = handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW)
    people = [operator_of(dialog.tenant) for _ in range(32)]
    rivals = [HandoffRequest.objects.select_related("dialog", "tenant").get(pk=handoff.pk) for _ in people]

    outcomes = race(lambda number: handoffs.take(rivals[number], operator=people[number], at=NOW), threads=32)

    winners = [people[number] for number, outcome in enumerate(outcomes) if isinstance(outcome, HandoffRequest)]
    assert len(winners) == 1
    assert HandoffRequest.objects.get(pk=handoff.pk).operator == winners[0]
    assert Dialog.objects.get(pk=dialog.pk).assigned_operator == winners[0]
    assert steps_of(dialog) == [(1, "none", "requested"), (2, "requested", "active")]
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} == {IllegalHandoff}


@pytest.mark.django_db(transaction=True)
def test_without_the_comparison_many_would_believe_they_took_it():
    """The negative control of the race above: look, then write."""
    dialog = DialogFactory()
    handoff = handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW)
    people = [operator_of(dialog.tenant) for _ in range(32)]
    rivals = [HandoffRequest.objects.get(pk=handoff.pk) for _ in people]

    def attempt(number):
        if rivals[number].state != RequestState.REQUESTED:
            raise IllegalMove(current=rivals[number].state, wanted=RequestState.ACTIVE)
        rivals[number].state, rivals[number].started_at = RequestState.ACTIVE, NOW
        rivals[number].operator = people[number]
        rivals[number].save(update_fields=["state", "started_at", "operator"])
        return people[number]

    outcomes = race(attempt, threads=32)

    assert len([outcome for outcome in outcomes if not isinstance(outcome, Exception)]) > 1


@pytest.mark.django_db(transaction=True)
def test_an_operator_who_reaches_for_sixteen_dialogs_at_once_gets_as_many_as_fit():
    dialogs = [DialogFactory()]
    tenant = dialogs[0].tenant
    dialogs += [DialogFactory(tenant=tenant) for _ in range(15)]
    waiting = [handoffs.request_operator(d, reason=HandoffReason.CUSTOMER_ASKED, at=NOW) for d in dialogs]
    operator = operator_of(tenant)

    outcomes = race(lambda number: handoffs.take(waiting[number], operator=operator, at=NOW), threads=16)

    assert len([outcome for outcome in outcomes if isinstance(outcome, HandoffRequest)]) == 3
    assert Dialog.objects.filter(assigned_operator=operator).count() == 3
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} == {OperatorFull}


@pytest.mark.django_db(transaction=True)
def test_sixteen_requests_for_one_dialog_open_one_cycle():
    dialog = DialogFactory()

    outcomes = race(
        lambda number: handoffs.request_operator(
            Dialog.objects.get(pk=dialog.pk), reason=HandoffReason.CUSTOMER_ASKED, at=NOW
        ),
        threads=16,
    )

    assert {type(outcome) for outcome in outcomes} == {HandoffRequest}
    assert HandoffRequest.objects.count() == 1
    assert steps_of(dialog) == [(1, "none", "requested")]
    assert Dialog.objects.get(pk=dialog.pk).messages.count() == 1
