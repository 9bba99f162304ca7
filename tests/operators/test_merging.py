"""Tickets about one thing become one and can be parted again; many are changed at once; views are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from config.moves import IllegalMove
from dialogs.enums import Sender
from operators.enums import ClockKind, TicketPriority, TicketStatus
from operators.errors import CannotMerge, CannotUnmerge
from operators.models import SavedFilter, SlaClock, Ticket
from operators.services import merging, promises, tickets
from tests.factories.accounts import TenantFactory
from tests.factories.operators import PolicyFactory, TicketFactory, TicketMessageFactory, operator_of
from tests.races import race

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _asleep(sleeping_workers):
    """Letters wait."""


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def pair(tenant):
    """A second ticket about the same, with a word in it, and the first."""
    first = TicketFactory(tenant=tenant, title="Возврат пледа")
    second = TicketFactory(tenant=tenant, title="Плед", description="Верните деньги", customer_email="anna@example.com")
    TicketMessageFactory(ticket=second, text="Ну что?")
    return second, first


def words(ticket):
    return [row.text for row in ticket.messages.order_by("pk")]


def test_a_merged_ticket_is_closed_and_its_words_go_on_in_the_other(pair):
    second, first = pair

    merging.merge(second, into=first, at=NOW)

    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.status, second.merged_into, words(second)) == (TicketStatus.CLOSED, first, [])
    assert words(first) == ["Ну что?", f"#{second.number} Плед\n\nВерните деньги"]
    assert first.customer_email == "anna@example.com"


def test_what_the_customer_writes_to_a_merged_ticket_lands_in_the_other(pair):
    second, first = pair
    merging.merge(second, into=first, at=NOW)

    message = tickets.post(second, sender=Sender.CUSTOMER, text="Ещё", at=NOW)

    assert (message.ticket_id, Ticket.objects.count()) == (first.pk, 2)
    with pytest.raises(IllegalMove):
        tickets.move(Ticket.objects.get(pk=second.pk), TicketStatus.REOPENED, at=NOW)


def test_undone_both_are_as_they_were_and_later_words_stay(pair):
    second, first = pair
    before = (words(second), second.status)
    merging.merge(second, into=first, at=NOW)
    tickets.post(first, sender=Sender.CUSTOMER, text="После", at=NOW)

    merging.unmerge(second, at=NOW + timedelta(days=1))

    second.refresh_from_db()
    assert (words(second), second.status) == before
    assert (second.merged_into, second.closed_at, words(first)) == (None, None, ["После"])
    assert [step.reason for step in second.steps.order_by("pk")] == [
        f"merged: {first.number}",
        f"unmerged: {first.number}",
    ]


def test_after_a_week_it_stays_merged(pair):
    second, first = pair
    merging.merge(second, into=first, at=NOW)

    with pytest.raises(CannotUnmerge):
        merging.unmerge(second, at=NOW + merging.UNDO_WINDOW + timedelta(seconds=1))


def test_not_into_itself_nor_another_shops_nor_a_chain(pair):
    second, first = pair
    stranger = TicketFactory()
    for ticket, into in ((first, first), (first, stranger), (stranger, first)):
        with pytest.raises(CannotMerge):
            merging.merge(ticket, into=into, at=NOW)
    merging.merge(second, into=first, at=NOW)
    for ticket, into in ((second, first), (TicketFactory(tenant=first.tenant), second)):
        with pytest.raises(CannotMerge):
            merging.merge(ticket, into=into, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_crosswise_at_once_leave_one(pair):
    pair_of = [pair, pair[::-1]]
    outcomes = race(lambda n: merging.merge(pair_of[n][0], into=pair_of[n][1], at=NOW), threads=2)

    assert sum(isinstance(outcome, CannotMerge) for outcome in outcomes) == 1
    assert Ticket.objects.exclude(merged_into=None).count() == 1


def test_the_clock_of_the_solution_goes_on_after_an_undo(tenant, pair):
    second, first = pair
    SlaClock.objects.create(
        tenant=tenant, ticket=second, kind=ClockKind.RESOLUTION, promised=timedelta(hours=8),
        running_since=NOW, due_at=NOW + timedelta(hours=8), warn_at=NOW + timedelta(hours=6),
    )  # fmt: skip
    merging.merge(second, into=first, at=NOW + timedelta(hours=1))
    ended = SlaClock.objects.get().ended_at

    merging.unmerge(second, at=NOW + timedelta(hours=5))

    clock = SlaClock.objects.get()
    assert ended == NOW + timedelta(hours=1)
    assert (clock.ended_at, clock.due_at) == (None, NOW + timedelta(hours=12))


def test_another_policy_holds_for_new_tickets_alone_also_in_clocks_that_begin_later(tenant):
    PolicyFactory(tenant=tenant, next_response=30)
    old = tickets.open_ticket(tenant, title="Старое", at=NOW)
    tickets.post(old, sender=Sender.OPERATOR, text="Да", at=NOW)
    promises.promise(
        tenant, policies={TicketPriority.MEDIUM: {"first_response": 60, "next_response": 5, "resolution": 480}}
    )

    tickets.post(old, sender=Sender.CUSTOMER, text="А ещё?", at=NOW)
    new = tickets.open_ticket(tenant, title="Новое", at=NOW)
    tickets.post(new, sender=Sender.OPERATOR, text="Да", at=NOW)
    tickets.post(new, sender=Sender.CUSTOMER, text="А ещё?", at=NOW)

    promised = SlaClock.objects.filter(kind=ClockKind.NEXT_RESPONSE).order_by("ticket_id")
    assert [clock.promised for clock in promised] == [timedelta(minutes=30), timedelta(minutes=5)]


def test_many_are_changed_at_once_and_those_that_cannot_be_are_named(browser_of, tenant):
    operator = operator_of(tenant)
    rows = [TicketFactory(tenant=tenant, status=status) for status in ("open", "escalated", "closed")]
    theirs = TicketFactory()
    chosen = [str(row.uuid) for row in (*rows, theirs)]

    answer = browser_of(operator).post(
        "/tickets/bulk/", {"ticket": [*chosen, "nonsense"], "act": "move:resolved"}, follow=True
    )

    page = answer.content.decode()
    assert [Ticket.objects.get(pk=row.pk).status for row in (*rows, theirs)] == [
        "resolved",
        "resolved",
        "closed",
        "open",
    ]
    assert f"#{rows[2].number}" in page


@pytest.mark.parametrize("act", ["", "move:nowhere", "assign:nobody", "prioritise:x", "delete:", "move:"])
def test_a_wish_that_makes_no_sense_changes_nothing(browser_of, tenant, act):
    row = TicketFactory(tenant=tenant)

    browser_of(operator_of(tenant)).post("/tickets/bulk/", {"ticket": [str(row.uuid)], "act": act})

    assert Ticket.objects.get(pk=row.pk).status == TicketStatus.OPEN


def test_everybody_keeps_their_own_views(browser_of, tenant):
    mine, colleague = operator_of(tenant), operator_of(tenant)
    for priority in ("urgent", "high"):
        browser_of(mine).post("/tickets/views/", {"name": "Горит", "priority": priority, "nonsense": "1"})
    view = SavedFilter.objects.get()

    shown = browser_of(mine).get("/tickets/").content.decode()
    hidden = browser_of(colleague).get("/tickets/").content.decode()
    refused = browser_of(colleague).post(f"/tickets/views/{view.uuid}/").status_code
    browser_of(mine).post(f"/tickets/views/{view.uuid}/")

    assert (view.query, "Горит" in shown, "Горит" in hidden, refused) == ("priority=high", True, False, 404)
    assert SavedFilter.objects.count() == 0


def test_the_board_has_pages(browser_of, tenant, monkeypatch):
    monkeypatch.setattr("operators.views.COLUMN", 2)
    for number in range(3):
        TicketFactory(tenant=tenant, title=f"Дело {number}")
    browser = browser_of(operator_of(tenant))

    pages = [browser.get(f"/tickets/?view=board&page={number}").content.decode() for number in (1, 2)]

    assert [page.count("Дело ") for page in pages] == [2, 1]


def test_programs_say_where_answers_go(api, tenant):
    facts = {"title": "Возврат", "customer_email": "anna@example.com", "customer_name": "Анна"}

    made = api(operator_of(tenant)).post("/api/v1/tickets/", facts)

    assert (made.status_code, made.json()["customer_email"]) == (201, "anna@example.com")


def test_programs_assign_prioritise_merge_and_part(api, tenant, pair):
    second, first = pair
    person = operator_of(tenant)
    client = api(person)
    base = f"/api/v1/tickets/{second.uuid}"

    assigned = client.post(f"{base}/assign/", {"person": str(person.uuid)})
    urgent = client.post(f"{base}/prioritise/", {"priority": "urgent"})
    merged = client.post(f"{base}/merge/", {"into": str(first.uuid)})
    again = client.post(f"{base}/merge/", {"into": str(first.uuid)})
    parted = client.post(f"{base}/unmerge/")
    foreign = client.post(f"{base}/merge/", {"into": str(TicketFactory().uuid)})
    nobody = client.post(f"{base}/assign/", {"person": str(operator_of(TenantFactory()).uuid)})

    assert (assigned.json()["assigned_to"], urgent.json()["priority"]) == (str(person.uuid), "urgent")
    assert (merged.json()["uuid"], again.status_code) == (str(first.uuid), 409)
    assert (parted.json()["merged_into"], parted.json()["status"]) == (None, "open")
    assert (foreign.status_code, nobody.status_code) == (400, 400)
