"""Tickets are promised answers in working time; clocks pause, go on, run out and are told of once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Event
from dialogs.enums import Sender
from operators.enums import TicketPriority, TicketStatus
from operators.models import BusinessCalendar, SlaClock, SlaPolicy, Ticket, TicketMessage
from operators.services import handling, promises, retiring, tickets
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.operators import CalendarFactory, ClockFactory, PolicyFactory, TicketFactory, operator_of
from tests.races import race

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # Friday, 10:00 in Moscow
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(sleeping_workers):
    tenant = TenantFactory()
    CalendarFactory(tenant=tenant)
    PolicyFactory(tenant=tenant)
    PolicyFactory(tenant=tenant, priority=TicketPriority.URGENT, first_response=15, next_response=15, resolution=120)
    return tenant


def opened(tenant, at=NOW, **fields):
    return tickets.open_ticket(tenant, title="Не пришёл заказ", at=at, **fields)


def due(ticket):
    return dict(SlaClock.objects.unfinished().filter(ticket=ticket).values_list("kind", "due_at"))


def told(tenant):
    late = Event.objects.filter(tenant=tenant, type__in=["ticket.due_soon", "ticket.overdue"]).order_by("pk")
    return [(event.type, event.data["promise"]) for event in late]


def test_a_new_ticket_is_promised_what_its_priority_says(tenant):
    assert due(opened(tenant)) == {"first_response": NOW + HOUR, "resolution": NOW + 72 * HOUR}  # Monday, 10:00


def test_without_a_promise_no_clock_runs(sleeping_workers):
    assert due(opened(TenantFactory())) == {}


def test_an_answer_keeps_the_promise_and_a_note_does_not(tenant):
    ticket, operator = opened(tenant), operator_of(tenant)

    handling.note(ticket, text="Спросил склад", by=operator, at=NOW + MINUTE)
    noted = set(due(ticket))
    handling.reply(ticket, text="Уже ищем", by=operator, at=NOW + MINUTE)

    assert (noted, set(due(ticket))) == ({"first_response", "resolution"}, {"resolution"})


def test_the_customers_next_words_start_the_next_clock_once(tenant):
    ticket = opened(tenant)
    tickets.post(ticket, sender=Sender.OPERATOR, text="Уже ищем", at=NOW)

    for minute in (5, 9):
        tickets.post(ticket, sender=Sender.CUSTOMER, text="И где?", at=NOW + minute * MINUTE)

    assert due(ticket)["next_response"] == NOW + 35 * MINUTE


def test_the_clock_stands_still_while_the_customer_is_to_answer(tenant):
    ticket = opened(tenant)
    tickets.move(ticket, TicketStatus.PENDING_CUSTOMER, at=NOW + HOUR / 2)
    paused = due(ticket)
    tickets.post(ticket, sender=Sender.CUSTOMER, text="Вот номер", at=NOW + 72 * HOUR)  # Monday, 10:00

    assert paused == {"first_response": None, "resolution": None}
    assert due(ticket) == {
        "first_response": NOW + 72 * HOUR + HOUR / 2,
        "resolution": NOW + 96 * HOUR - HOUR / 2,  # seven and a half hours, with lunch: Tuesday, 9:30
    }


def test_a_reopened_ticket_goes_on_with_what_it_had_left(tenant):
    ticket = opened(tenant)
    tickets.move(ticket, TicketStatus.RESOLVED, at=NOW + 2 * HOUR)  # two of eight hours are used
    done = due(ticket)
    tickets.reopen(ticket, at=NOW + 72 * HOUR)

    assert (done, due(ticket)) == ({}, {"resolution": NOW + 79 * HOUR})  # six hours and lunch


def test_another_priority_is_another_promise(tenant):
    ticket = opened(tenant)

    handling.prioritise(ticket, priority=TicketPriority.URGENT, at=NOW + MINUTE)
    urgent = due(ticket)
    handling.prioritise(ticket, priority=TicketPriority.LOW, at=NOW + MINUTE)

    assert urgent == {"first_response": NOW + 15 * MINUTE, "resolution": NOW + 2 * HOUR}
    assert due(ticket) == {}


def test_other_hours_count_open_tickets_anew(tenant):
    ticket = opened(tenant)

    promises.set_hours(tenant, timezone="UTC", hours=["08:00-20:00"] * 7, holidays=[])

    assert due(ticket) == {"first_response": NOW + 2 * HOUR, "resolution": NOW + 9 * HOUR}


def test_running_out_and_being_late_are_each_told_once(tenant):
    opened(tenant)

    counts = [promises.sweep(at=NOW + minutes * MINUTE) for minutes in (47, 49, 50, 61, 62)]

    assert counts == [0, 1, 0, 1, 0]
    assert told(tenant) == [("ticket.due_soon", "first_response"), ("ticket.overdue", "first_response")]


def test_a_late_answer_is_noted_though_the_sweeper_slept(tenant):
    ticket = opened(tenant)

    tickets.post(ticket, sender=Sender.OPERATOR, text="Простите", at=NOW + 2 * HOUR)

    assert promises.sweep(at=NOW + 2 * HOUR) == 0
    assert told(tenant) == [("ticket.overdue", "first_response")]


@pytest.mark.parametrize(("is_late", "subject"), [(True, "опаздывает"), (False, "мало времени")])
def test_who_answers_for_it_is_written_to(tenant, is_late, subject):
    operator = operator_of(tenant, language_code="ru")
    clock = ClockFactory(ticket=TicketFactory(tenant=tenant, title="Где заказ?", assigned_to=operator))

    promises.tell(clock.pk, is_late=is_late)

    [letter] = mail.outbox
    assert (letter.to, subject in letter.subject, "Где заказ?" in letter.body) == ([operator.email], True, True)
    assert str(clock.ticket.uuid) in letter.body


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_tell_once(tenant):
    opened(tenant)

    counts = race(lambda _number: promises.sweep(at=NOW + 61 * MINUTE), threads=4)

    assert (sorted(counts), told(tenant)) == ([0, 0, 0, 1], [("ticket.overdue", "first_response")])


@pytest.mark.django_db(transaction=True)
def test_what_a_customer_writes_while_the_ticket_closes_is_kept_and_heard(tenant):
    ticket = opened(tenant)
    tickets.move(ticket, TicketStatus.RESOLVED, at=NOW)
    ours, theirs = Ticket.objects.get(pk=ticket.pk), Ticket.objects.get(pk=ticket.pk)

    def attempt(number):
        if number:
            return tickets.post(theirs, sender=Sender.CUSTOMER, text="Нет, не пришёл", at=NOW + HOUR)
        return tickets.move(ours, TicketStatus.CLOSED, at=NOW + HOUR)

    race(attempt, threads=2)

    kept = Ticket.objects.get(pk=ticket.pk)
    assert (kept.status, TicketMessage.objects.filter(ticket=ticket).count()) == (TicketStatus.REOPENED, 1)


def test_words_long_after_the_end_open_a_follow_up(tenant):
    ticket = opened(tenant)
    tickets.move(ticket, TicketStatus.RESOLVED, at=NOW)
    tickets.move(ticket, TicketStatus.CLOSED, at=NOW)

    said = tickets.post(ticket, sender=Sender.CUSTOMER, text="Опять сломалось", at=NOW + timedelta(days=30))

    assert (said.ticket.follows, said.ticket.status) == (ticket, TicketStatus.OPEN)
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.CLOSED


def test_solved_tickets_close_after_a_week_and_silent_ones_after_two(tenant):
    at = datetime.now(UTC)
    solved, silent, spoken, fresh = (opened(tenant, at=at) for _ in range(4))
    tickets.move(solved, TicketStatus.RESOLVED, at=at)
    tickets.move(silent, TicketStatus.PENDING_CUSTOMER, at=at)
    tickets.move(spoken, TicketStatus.PENDING_CUSTOMER, at=at)
    tickets.post(spoken, sender=Sender.OPERATOR, text="Вы ещё с нами?", at=at + timedelta(days=10))

    counts = [retiring.close_quiet(at=at + timedelta(days=days)) for days in (6, 8, 15, 15)]

    closed = Ticket.objects.filter(tenant=tenant, status=TicketStatus.CLOSED)
    assert (counts, set(closed)) == ([0, 1, 1, 0], {solved, silent})
    assert fresh.steps.count() == 1


def test_the_page_shows_refuses_and_keeps_promises(tenant, client):
    client.force_login(MembershipFactory(tenant=tenant, role=Role.ADMIN).user)
    page = reverse("ticket_promises")
    week = {f"day{day}": "10:00-19:00" for day in range(7)} | {"timezone": "Europe/Moscow", "holidays": "31.12.2026"}

    shown = client.get(page)
    wrong = client.post(page, week | {"day2": "с утра", "holidays": "завтра"})
    idle = client.post(page, {"timezone": "Europe/Moscow"})
    unchanged = BusinessCalendar.objects.get(tenant=tenant).hours[0]
    saved = client.post(page, week | {"day6": "", "urgent.first_response": "20"})

    assert (shown.status_code, wrong.status_code, idle.status_code, saved.status_code) == (200, 422, 422, 302)
    assert set(wrong.context["form"].errors) == {"day2", "holidays"}
    assert unchanged == "09:00-13:00, 14:00-18:00"
    assert BusinessCalendar.objects.get(tenant=tenant).hours == ["10:00-19:00"] * 6 + [""]
    assert SlaPolicy.objects.get(tenant=tenant, priority="urgent").first_response == 20


def test_only_administrators_promise(tenant, client):
    client.force_login(operator_of(tenant))

    assert client.post(reverse("ticket_promises"), {"timezone": "UTC"}).status_code == 403


@pytest.mark.parametrize(("query", "found"), [("", 3), ("due=late", 1), ("due=soon", 1)])
def test_the_list_and_the_api_find_what_is_late(tenant, client, api, query, found):
    person, at = operator_of(tenant), datetime.now(UTC)
    for left in (-HOUR, HOUR, None):
        ticket = TicketFactory(tenant=tenant)
        if left:
            ClockFactory(ticket=ticket, running_since=at - 2 * HOUR, warn_at=at - HOUR * 1.5, due_at=at + left)
    client.force_login(person)

    listed = client.get(f"{reverse('tickets')}?{query}")
    fetched = api(person).get(f"/api/v1/tickets/?{query}", headers={"x-tenant": tenant.slug})

    assert (len(listed.context["page"].rows), len(fetched.json()["results"])) == (found, found)


def test_the_board_counts_beyond_what_it_shows(tenant, client):
    TicketFactory.create_batch(51, tenant=tenant)
    client.force_login(operator_of(tenant))

    page = client.get(f"{reverse('tickets')}?view=board")

    status, shown, total = page.context["columns"][0]
    assert (status, len(shown.rows), total) == (TicketStatus.OPEN, 50, 51)
    assert "?status=open" in page.content.decode()
