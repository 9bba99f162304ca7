"""Where a customer stands in the queue for a person, and how long it usually takes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import now

from dialogs.enums import Channel, HandoffReason, HandoffStatus, Sender
from dialogs.events import state_of
from dialogs.services import handing
from operators.models import HandoffRequest, OperatorPresence
from operators.services import attending, handoffs, queueing
from tests.dialogs.conftest import dialog_of
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.operators import operator_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(assistant):
    """Three customers who asked for a person, a minute between each."""
    began = now() - timedelta(minutes=3)
    dialogs = [dialog_of(assistant, f"visitor-{number}") for number in range(3)]
    for minutes, dialog in enumerate(dialogs):
        ask(dialog, at=began + timedelta(minutes=minutes))
    return dialogs


def ask(dialog, *, at):
    return handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=at)


def waited(assistant, *minutes):
    """Leave cycles behind that an operator took after so many minutes."""
    for count in minutes:
        dialog = dialog_of(assistant, f"former-{count}-{uuid4()}")
        started = now() - timedelta(hours=1)
        handoff = ask(dialog, at=started - timedelta(minutes=count))
        HandoffRequest.objects.filter(pk=handoff.pk).update(
            state="resolved", started_at=started, resolved_at=started + timedelta(minutes=1)
        )


def test_places_follow_the_order_of_asking(queue):
    assert [queueing.place_of(dialog).position for dialog in queue] == [1, 2, 3]


def test_a_dialog_that_does_not_wait_has_no_place(assistant):
    assert queueing.place_of(dialog_of(assistant)) is None


def test_another_shops_queue_does_not_count(queue):
    stranger = dialog_of(AssistantFactory(tenant=TenantFactory()))
    ask(stranger, at=now())

    assert queueing.place_of(stranger).position == 1


def test_the_usual_wait_is_the_median_of_the_latest_ones(assistant, queue):
    waited(assistant, 10, 30, 20)

    assert queueing.usual_wait(assistant.tenant_id, at=now()) == timedelta(minutes=20)
    assert queueing.place_of(queue[2]).wait_seconds == 20 * 60


@pytest.mark.parametrize("minutes", [(), (1, 2), (1, 1, 1)])
def test_nothing_is_promised_from_too_few_waits_or_to_whom_it_was_broken(assistant, queue, minutes):
    waited(assistant, *minutes)

    assert queueing.place_of(queue[0]).wait_seconds is None


def test_taking_the_first_moves_the_others_up_and_tells_them(
    tenant, queue, django_capture_on_commit_callbacks, monkeypatch
):
    operator = operator_of(tenant)
    told = []
    monkeypatch.setattr(queueing, "announce_state", lambda dialog: told.append((dialog.pk, state_of(dialog)["queue"])))
    with django_capture_on_commit_callbacks(execute=True):
        handoffs.take(HandoffRequest.objects.get(dialog=queue[0]), operator=operator, at=now())

    assert [(pk, place["position"]) for pk, place in told] == [(queue[1].pk, 1), (queue[2].pk, 2)]


def test_a_messenger_says_once_that_nobody_is_at_the_desk(assistant):
    dialog = dialog_of(assistant, platform=Channel.TELEGRAM)
    first = ask(dialog, at=now())
    again = ask(dialog, at=now())

    said = [message.text for message in dialog.messages.filter(sender=Sender.SYSTEM).order_by("seq")]
    assert first == again
    assert len(said) == 2
    assert "никого нет" in said[1]
    assert state_of(dialog)["queue"]["is_staffed"] is False


def test_the_website_shows_in_its_own_place_that_nobody_is_at_the_desk(assistant):
    dialog = dialog_of(assistant)

    ask(dialog, at=now())

    assert dialog.messages.count() == 1
    assert state_of(dialog)["queue"]["is_staffed"] is False


def test_with_somebody_at_the_desk_nothing_more_is_said(assistant):
    attending.beat(assistant.tenant, operator_of(assistant.tenant), at=now())
    dialog = dialog_of(assistant, platform=Channel.TELEGRAM)

    ask(dialog, at=now())

    assert dialog.messages.filter(sender=Sender.SYSTEM).count() == 1
    place = state_of(dialog)["queue"]
    assert (place["position"], place["wait_seconds"], place["is_staffed"], place["choices"]) == (1, None, True, ())


def test_a_busy_operator_is_at_the_desk_and_a_silent_one_is_not(assistant):
    operator = operator_of(assistant.tenant)
    attending.set_status(assistant.tenant, operator, "busy", at=now())
    assert queueing.is_staffed(assistant.tenant_id, at=now())

    OperatorPresence.objects.update(last_heartbeat=now() - timedelta(minutes=1))
    assert not queueing.is_staffed(assistant.tenant_id, at=now())


def test_an_operator_who_takes_over_unasked_is_not_told_that_nobody_is_there(assistant):
    dialog = dialog_of(assistant, platform=Channel.TELEGRAM)
    handing.request_person(dialog, reason=HandoffReason.MANUAL, at=now())
    handoffs.record_request(
        dialog.pk, reason=HandoffReason.MANUAL, request_id=dialog.uuid, at=now(), by=operator_of(assistant.tenant)
    )

    assert dialog.messages.count() == 1
    assert dialog.handoff_status == HandoffStatus.REQUESTED
