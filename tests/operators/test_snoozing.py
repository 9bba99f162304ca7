"""Conversations that are put off, and how they come back."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from dialogs.enums import HandoffReason, HandoffStatus, Priority
from dialogs.errors import NotInCharge
from dialogs.models import Dialog
from dialogs.services.receiving import receive
from operators import reports
from operators.enums import PresenceStatus
from operators.errors import SnoozeTooLong
from operators.models import HandoffAudit, OperatorPresence
from operators.services import attending, conducting, handoffs, queueing, snoozing, sweeping
from tests.dialogs.conftest import dialog_of
from tests.factories.operators import operator_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sleeping_workers")]


@pytest.fixture
def anna(tenant):
    return operator_of(tenant, full_name="Анна Первая")


@pytest.fixture
def held(assistant, anna, tenant):
    """A customer whom Anna answers."""
    dialog = dialog_of(assistant)
    receive(dialog, text="Где заказ?", at=now())
    attending.beat(tenant, anna, at=now())
    conducting.take(dialog, operator=anna, at=now())
    return dialog


def steps_of(dialog):
    steps = HandoffAudit.objects.filter(dialog=dialog).order_by("seq")
    return [(s.reason, s.extra_data.get("because")) for s in steps if s.from_status == s.to_status]


def queues_of(tenant, operator):
    names = ("waiting", "mine", "team", "snoozed")
    return {name: len(reports.queue(tenant, operator, name)) for name in names}


def test_a_snoozed_conversation_leaves_the_hands_and_wakes_when_its_time_comes(held, anna, tenant):
    later = now() + timedelta(hours=1)

    snoozing.snooze(held, by=anna, until=later, at=now())
    asleep = queues_of(tenant, anna)
    sweeping.sweep(at=later - timedelta(seconds=1))
    attending.beat(tenant, anna, at=later)
    still = Dialog.objects.snoozed().count()
    sweeping.sweep(at=later)

    assert asleep == {"waiting": 0, "mine": 0, "team": 0, "snoozed": 1}
    assert reports.counts(tenant, anna)["mine"] == 1
    assert still == 1
    assert queues_of(tenant, anna) == {"waiting": 0, "mine": 1, "team": 0, "snoozed": 0}
    assert steps_of(held) == [("snoozed", None), ("woken", "time")]


def test_the_customers_words_wake_it_in_the_same_transaction(held, anna, tenant):
    snoozing.snooze(held, by=anna, until=None, at=now())
    assert sweeping.sweep(at=now() + timedelta(seconds=1)) == 0

    receive(held, text="Вы тут?", at=now())

    held.refresh_from_db()
    assert (held.snoozed_at, held.handoff_status) == (None, HandoffStatus.ACTIVE)
    assert steps_of(held) == [("snoozed", None), ("woken", "customer")]


def test_what_sleeps_takes_no_room_and_survives_the_end_of_the_shift(held, anna, tenant, assistant):
    OperatorPresence.objects.filter(user=anna).update(max_active_chats_web=1)
    snoozing.snooze(held, by=anna, until=None, at=now())
    other = dialog_of(assistant, "visitor-2")
    conducting.take(other, operator=anna, at=now())
    home = now() + timedelta(minutes=1)

    sweeping.sweep(at=home)

    assert OperatorPresence.objects.get(user=anna).status == PresenceStatus.OFFLINE
    assert {d.pk: d.handoff_status for d in Dialog.objects.all()} == {
        held.pk: HandoffStatus.ACTIVE,
        other.pk: HandoffStatus.REQUESTED,
    }


def test_what_wakes_for_somebody_who_went_home_goes_to_the_queue(held, anna, tenant):
    snoozing.snooze(held, by=anna, until=None, at=now())
    home = now() + timedelta(minutes=1)
    sweeping.sweep(at=home)

    receive(held, text="Вы тут?", at=home)
    sweeping.sweep(at=home)

    held.refresh_from_db()
    assert (held.handoff_status, held.assigned_operator_id) == (HandoffStatus.REQUESTED, None)


def test_only_who_is_in_charge_puts_off_and_only_for_a_while(held, anna, tenant):
    boris = operator_of(tenant)

    with pytest.raises(NotInCharge):
        snoozing.snooze(held, by=boris, until=None, at=now())
    for moment in (now() - timedelta(seconds=1), now() + timedelta(days=91)):
        with pytest.raises(SnoozeTooLong):
            snoozing.snooze(held, by=anna, until=moment, at=now())
    snoozing.snooze(held, by=anna, until=None, at=now())
    with pytest.raises(NotInCharge):
        snoozing.wake(held, by=boris, at=now(), because="operator")

    assert Dialog.objects.snoozed().count() == 1
    conducting.pass_on(held, by=anna, at=now())
    assert Dialog.objects.snoozed().count() == 0


def test_urgent_conversations_come_first_for_operators_and_customers(assistant, anna, tenant):
    dialogs = [dialog_of(assistant, f"visitor-{n}") for n in range(3)]
    for minutes, dialog in zip((3, 2, 1), dialogs, strict=True):
        asked = now() - timedelta(minutes=minutes)
        handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=asked)

    snoozing.prioritise(dialogs[2], priority=Priority.URGENT, by=anna, at=now())

    rows = reports.queue(tenant, anna, "waiting")
    for dialog in dialogs:
        dialog.refresh_from_db()
    assert [row["dialog"] for row in rows] == [str(dialogs[n].uuid) for n in (2, 0, 1)]
    assert [queueing.place_of(dialog).position for dialog in dialogs] == [2, 3, 1]
    assert steps_of(dialogs[2]) == [("priority", None)]
