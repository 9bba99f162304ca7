"""Whom nobody comes to waits on, leaves an address, goes on in Telegram, or is kept as a ticket."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now

from assistants.models import BotInstance
from dialogs.enums import Channel, HandoffReason, HandoffStatus
from dialogs.events import state_of
from dialogs.models import Dialog
from dialogs.services import continuing, handing
from dialogs.services.receiving import receive
from operators.enums import RequestState, TicketSource
from operators.errors import NotAnAddress, NotWaiting
from operators.models import HandoffRequest, Ticket
from operators.services import attending, choosing, handoffs, offering, queueing, sweeping
from tests.dialogs.conftest import dialog_of
from tests.factories.accounts import TenantFactory
from tests.factories.operators import CalendarFactory, operator_of
from tests.races import race

pytestmark = pytest.mark.django_db
SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def asked(assistant, *, platform=Channel.WIDGET, at=None, words="Где мой заказ 4471?"):
    """Return a dialog whose customer wrote and asked for a person."""
    dialog = dialog_of(assistant, session=f"visitor-{platform}", platform=platform)
    if words:
        receive(dialog, text=words, at=at or now())
    handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=at or now())
    return Dialog.objects.get(pk=dialog.pk)


def last_words(dialog):
    return dialog.messages.order_by("-seq").first().text


def test_with_nobody_at_the_desk_the_website_gets_buttons_at_once(assistant, sleeping_workers):
    dialog = asked(assistant)

    assert state_of(dialog)["queue"]["choices"] == ("wait", "email")


def test_the_team_that_works_later_says_when(assistant, sleeping_workers):
    CalendarFactory(tenant=assistant.tenant)

    dialog = asked(assistant, platform=Channel.TELEGRAM, at=SATURDAY)

    assert queueing.opens_at(assistant.tenant_id, at=SATURDAY) == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert "23 ноября, 09:00 (MSK)" in last_words(dialog)


def test_in_working_hours_no_moment_is_promised(assistant):
    CalendarFactory(tenant=assistant.tenant)

    assert queueing.opens_at(assistant.tenant_id, at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC)) is None


def test_a_busy_desk_asks_for_patience_after_two_minutes_and_offers_after_five(assistant, sleeping_workers):
    attending.beat(assistant.tenant, operator_of(assistant.tenant), at=now())
    dialog = asked(assistant, platform=Channel.TELEGRAM, at=now() - timedelta(minutes=1))
    began = HandoffRequest.objects.get(dialog=dialog).requested_at
    count = dialog.messages.count()

    taken = [offering.climb(at=began + timedelta(minutes=minutes)) for minutes in (1, 3, 3, 6, 6)]

    said = [row.text for row in dialog.messages.order_by("seq")[count:]]
    assert taken == [0, 1, 0, 1, 0]
    assert "Спасибо за ожидание" in said[0]
    assert "почт" in said[1]
    assert state_of(dialog)["queue"]["choices"] == ("wait", "email")


def test_an_address_becomes_a_ticket_once_and_the_assistant_goes_on(assistant, sleeping_workers):
    dialog = asked(assistant)

    tickets = [choosing.leave_address(dialog, address=" anna@example.com ", at=now()) for _ in range(2)]

    dialog.refresh_from_db()
    ticket = Ticket.objects.get()
    assert tickets == [ticket, ticket]
    assert (ticket.title, ticket.customer_email, ticket.dialog) == ("Где мой заказ 4471?", "anna@example.com", dialog)
    assert ticket.source == TicketSource.WIDGET
    assert "Где мой заказ 4471?" in ticket.description
    assert dialog.handoff_status == HandoffStatus.CANCELLED
    assert f"№ {ticket.number}" in last_words(dialog)
    assert "anna@example.com" in last_words(dialog)
    handoff = HandoffRequest.objects.get()
    assert (handoff.state, handoff.choice) == (RequestState.CANCELLED, "email")


@pytest.mark.parametrize("address", ["", "anna", "anna@", "a b@example.com", "anna@example.com\nBcc: all@example.com"])
def test_what_is_no_address_changes_nothing(assistant, sleeping_workers, address):
    dialog = asked(assistant)

    with pytest.raises(NotAnAddress):
        choosing.leave_address(dialog, address=address, at=now())

    dialog.refresh_from_db()
    assert (Ticket.objects.count(), dialog.handoff_status) == (0, HandoffStatus.REQUESTED)


def test_who_does_not_wait_chooses_nothing(assistant):
    dialog = dialog_of(assistant)
    for choice in ("wait", "email", "telegram"):
        with pytest.raises(NotWaiting):
            choosing.choose(dialog, choice, at=now(), address="anna@example.com")

    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("пишите на anna@example.com, пожалуйста", ("cancelled", "email")),
        ("Подожду!", ("requested", "wait")),
        ("сколько ещё ждать?", ("requested", "")),
    ],
)
def test_messengers_choose_in_words(assistant, sleeping_workers, django_capture_on_commit_callbacks, words, expected):
    dialog = asked(assistant, platform=Channel.TELEGRAM)

    with django_capture_on_commit_callbacks(execute=True):
        receive(dialog, text=words, at=now())

    handoff = HandoffRequest.objects.get()
    assert (handoff.state, handoff.choice) == expected


def test_words_whose_signal_was_lost_are_heard_by_the_sweeper(assistant, sleeping_workers):
    dialog = asked(assistant, platform=Channel.TELEGRAM)
    receive(dialog, text="anna@example.com", at=now())

    heard = [choosing.hear_lost(at=now()), choosing.hear_lost(at=now())]

    assert (heard, Ticket.objects.get().customer_email) == ([1, 0], "anna@example.com")


def test_waiting_on_keeps_the_place_for_as_long_again(assistant, sleeping_workers):
    dialog = asked(assistant)
    later = now() + timedelta(minutes=20)

    choosing.wait_on(dialog, at=later)

    assert HandoffRequest.objects.get().expires_at == later + handoffs.PATIENCE
    assert state_of(dialog)["queue"]["choices"] == ()


def test_a_wait_that_runs_out_becomes_a_ticket(assistant, sleeping_workers):
    dialog = asked(assistant, platform=Channel.TELEGRAM)
    later = now() + handoffs.PATIENCE + timedelta(seconds=1)

    counts = [sweeping.expire_overdue(at=later), sweeping.expire_overdue(at=later)]

    ticket = Ticket.objects.get()
    dialog.refresh_from_db()
    assert counts == [1, 0]
    assert (ticket.dialog, ticket.source, dialog.handoff_status) == (dialog, "telegram", HandoffStatus.EXPIRED)
    assert f"№ {ticket.number}" in last_words(dialog)


def test_a_link_leads_to_telegram_where_the_wait_goes_on(assistant, sleeping_workers):
    bot = BotInstance.objects.create(tenant=assistant.tenant, assistant=assistant, username="klever_bot")
    website = asked(assistant)
    place = state_of(website)["queue"]
    messenger = dialog_of(assistant, session="77", platform=Channel.TELEGRAM)
    payload = place["telegram"].partition("?start=")[2]

    followed = [continuing.follow(messenger, payload=payload, at=now()) for _ in range(2)]
    handoffs.record_request(messenger.pk, reason=HandoffReason.CUSTOMER_ASKED, request_id=messenger.uuid, at=now())

    website.refresh_from_db()
    messenger.refresh_from_db()
    assert place["telegram"].startswith(f"https://t.me/{bot.username}?start=")
    assert len(payload) <= 64
    assert place["choices"] == ("wait", "email", "telegram")
    assert followed == [True, False]
    assert (website.handoff_status, messenger.handoff_status) == (HandoffStatus.CANCELLED, HandoffStatus.REQUESTED)
    assert "Где мой заказ 4471?" in HandoffRequest.objects.get(dialog=messenger).summary


@pytest.mark.parametrize("change", [lambda p: p[:-1] + "0", lambda p: p[3:], lambda p: "go_x_y", lambda p: ""])
def test_a_link_that_was_made_up_leads_nowhere(assistant, sleeping_workers, change):
    website = asked(assistant)
    messenger = dialog_of(assistant, session="77", platform=Channel.TELEGRAM)
    payload = continuing.payload_of(website)
    forged = change(payload)

    assert forged == payload or continuing.follow(messenger, payload=forged, at=now()) is False


def test_another_shops_bot_does_not_follow(assistant, sleeping_workers):
    from tests.factories.assistants import AssistantFactory

    website = asked(assistant)
    stranger = dialog_of(AssistantFactory(tenant=TenantFactory()), session="77", platform=Channel.TELEGRAM)

    assert not continuing.follow(stranger, payload=continuing.payload_of(website), at=now())


@pytest.mark.django_db(transaction=True)
def test_an_operator_and_an_address_at_once_leave_one_outcome(assistant, sleeping_workers):
    dialog = asked(assistant)
    operator = operator_of(assistant.tenant)
    handoff = HandoffRequest.objects.get()

    def attempt(number):
        if number:
            return choosing.leave_address(dialog, address="anna@example.com", at=now())
        waiting = HandoffRequest.objects.select_related("dialog", "tenant").get(pk=handoff.pk)
        return handoffs.take(waiting, operator=operator, at=now())

    race(attempt, threads=2)

    handoff.refresh_from_db()
    dialog.refresh_from_db()
    outcome = (handoff.state, dialog.handoff_status, Ticket.objects.count())
    assert outcome in [("active", "active", 0), ("cancelled", "cancelled", 1)]


def test_a_closed_dialog_offers_nothing(assistant, sleeping_workers):
    dialog = asked(assistant)
    handing.close(dialog, at=now())
    handoffs.end_with_dialog(dialog.pk, at=now())

    with pytest.raises(NotWaiting):
        choosing.leave_address(dialog, address="anna@example.com", at=now())
