"""Tickets in the dashboard and their messages over the API."""

from datetime import UTC, datetime

import pytest

from accounts.enums import Role
from dialogs.enums import Sender
from dialogs.models import DialogMessage
from operators.enums import TicketPriority, TicketStatus
from operators.errors import NotAnOperator
from operators.models import Ticket, TicketMessage
from operators.services import handling, tickets
from tests.factories.accounts import MembershipFactory, TenantFactory, UserFactory
from tests.factories.dialogs import DialogFactory
from tests.factories.operators import TicketFactory, operator_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def operator(tenant):
    return operator_of(tenant, full_name="Ольга Оператор")


def titles(response):
    return [ticket.title for ticket in response.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Возврат", "Доставка", "Старое"}),
        ("status=unfinished", {"Возврат", "Доставка"}),
        ("status=closed", {"Старое"}),
        ("priority=urgent", {"Доставка"}),
        ("assignee=nobody", {"Возврат", "Старое"}),
        ("q=достав", {"Доставка"}),
        ("q=%231", {"Возврат"}),
        ("q=99999999999999999999", set()),
        ("status=nonsense&priority=x&assignee=y&page=z", {"Возврат", "Доставка", "Старое"}),
    ],
)
def test_the_list_shows_what_fits_the_filters(browser_of, tenant, operator, query, expected):
    TicketFactory(tenant=tenant, title="Возврат")
    TicketFactory(tenant=tenant, title="Доставка", priority=TicketPriority.URGENT, assigned_to=operator)
    TicketFactory(tenant=tenant, title="Старое", status=TicketStatus.CLOSED, closed_at=NOW)
    TicketFactory(title="Чужое")

    response = browser_of(operator).get(f"/tickets/?{query}")

    assert set(titles(response)) == expected


@pytest.mark.parametrize("count", [1, 3])
def test_list_and_board_ask_the_database_as_often_for_many_as_for_one(
    browser_of, tenant, operator, count, django_assert_max_num_queries
):
    TicketFactory.create_batch(count, tenant=tenant, assigned_to=operator)
    client = browser_of(operator)
    client.get("/tickets/")

    with django_assert_max_num_queries(16):
        client.get("/tickets/")
    with django_assert_max_num_queries(24):
        client.get("/tickets/?view=board")


def test_the_board_puts_tickets_under_their_status_most_urgent_first(browser_of, tenant, operator):
    calm, hot = (TicketFactory(tenant=tenant, priority=p) for p in (TicketPriority.LOW, TicketPriority.URGENT))
    TicketFactory(tenant=tenant, status=TicketStatus.CLOSED, closed_at=NOW)

    page = browser_of(operator).get("/tickets/?view=board")
    columns = {status: found for status, found, _total in page.context["columns"]}

    assert columns[TicketStatus.OPEN].rows == [hot, calm]
    assert TicketStatus.CLOSED not in columns


def test_a_ticket_is_opened_out_of_a_conversation(browser_of, tenant, operator):
    dialog = DialogFactory(tenant=tenant)
    client = browser_of(operator)

    client.post(f"/tickets/new/?dialog={dialog.uuid}", {"title": "Брак", "priority": "high"})

    ticket = Ticket.objects.get()
    assert (ticket.dialog, ticket.assigned_to, ticket.priority, ticket.source) == (
        dialog, operator, "high", dialog.platform,
    )  # fmt: skip
    assert client.get(f"/tickets/new/?dialog={DialogFactory().uuid}").status_code == 404


def test_an_answer_reaches_the_conversation_and_a_note_does_not(browser_of, tenant, operator):
    ticket = TicketFactory(tenant=tenant, dialog=DialogFactory(tenant=tenant))
    client = browser_of(operator)

    client.post(f"/tickets/{ticket.uuid}/say/", {"text": "Ищем посылку", "how": "wait"})
    client.post(f"/tickets/{ticket.uuid}/say/", {"text": "Клиент сердит", "how": "note"})

    said = list(TicketMessage.objects.order_by("pk").values_list("text", "is_internal"))
    assert said == [("Ищем посылку", False), ("Клиент сердит", True)]
    assert list(DialogMessage.objects.values_list("text", "sender")) == [("Ищем посылку", Sender.OPERATOR)]
    assert Ticket.objects.get().status == TicketStatus.PENDING_CUSTOMER


def test_nothing_is_said_with_an_empty_answer(browser_of, tenant, operator):
    ticket = TicketFactory(tenant=tenant)

    browser_of(operator).post(f"/tickets/{ticket.uuid}/say/", {"text": "  ", "how": "reply"})

    assert not TicketMessage.objects.exists()


def test_assignment_priority_and_moves_leave_steps_with_names(browser_of, tenant, operator):
    ticket = TicketFactory(tenant=tenant)
    client = browser_of(operator)

    client.post(f"/tickets/{ticket.uuid}/assign/", {"person": operator.uuid})
    client.post(f"/tickets/{ticket.uuid}/priority/", {"priority": "urgent"})
    client.post(f"/tickets/{ticket.uuid}/move/", {"status": "in_progress"})
    client.post(f"/tickets/{ticket.uuid}/move/", {"status": "closed"})

    kept = Ticket.objects.get()
    assert (kept.assigned_to, kept.priority, kept.status) == (operator, "urgent", "in_progress")
    steps = list(ticket.steps.order_by("pk").values_list("reason", "to_status", "user"))
    assert steps == [
        (f"assigned: {operator}", "open", operator.pk),
        ("priority: medium → urgent", "open", operator.pk),
        ("", "in_progress", operator.pk),
    ]


def test_a_stranger_is_not_given_a_ticket(tenant):
    ticket, stranger = TicketFactory(tenant=tenant), UserFactory()

    with pytest.raises(NotAnOperator):
        handling.assign(ticket, to=stranger, at=NOW)
    assert not ticket.steps.exists()


def test_taking_up_a_ticket_closed_long_ago_opens_a_follow_up(browser_of, tenant, operator):
    ticket = TicketFactory(tenant=tenant, status=TicketStatus.CLOSED, closed_at=datetime(2020, 1, 1, tzinfo=UTC))

    response = browser_of(operator).post(f"/tickets/{ticket.uuid}/move/", {"status": "reopened"})

    follow_up = Ticket.objects.get(follows=ticket)
    assert response["Location"] == f"/tickets/{follow_up.uuid}/"
    assert f"#{follow_up.number}" in browser_of(operator).get(f"/tickets/{ticket.uuid}/").content.decode()


def test_a_viewer_reads_and_changes_nothing(browser_of, tenant):
    ticket = TicketFactory(tenant=tenant)
    client = browser_of(MembershipFactory(tenant=tenant, role=Role.USER).user)

    assert client.get(f"/tickets/{ticket.uuid}/").status_code == 200
    assert client.post(f"/tickets/{ticket.uuid}/move/", {"status": "resolved"}).status_code == 403
    assert client.get("/tickets/new/").status_code == 403
    assert Ticket.objects.get().status == TicketStatus.OPEN


def test_what_customers_wrote_is_shown_as_text(browser_of, tenant, operator):
    ticket = TicketFactory(tenant=tenant, title="<script>alert(1)</script>", description="<b>x</b>")
    tickets.post(ticket, sender=Sender.CUSTOMER, text="<img src=x>", at=NOW)

    page = browser_of(operator).get(f"/tickets/{ticket.uuid}/").content.decode()

    assert [piece in page for piece in ("<script>alert", "<b>x</b>", "<img src=x>")] == [False] * 3
    assert "&lt;img src=x&gt;" in page


def test_messages_of_a_ticket_are_read_and_written_over_the_api(api, tenant, operator):
    ticket = TicketFactory(tenant=tenant, status=TicketStatus.PENDING_CUSTOMER)
    client, address = api(operator), f"/api/v1/tickets/{ticket.uuid}/messages/"

    for body in (
        {"text": "Где заказ?", "sender": "customer"},
        {"text": "В пути", "sender": "operator"},
        {"text": "Позвонить завтра", "is_internal": True},
    ):
        assert client.post(address, body, format="json").status_code == 201

    said = [(row["text"], row["sender"], row["is_internal"]) for row in client.get(address).json()["results"]]
    assert said == [
        ("Где заказ?", "customer", False), ("В пути", "operator", False), ("Позвонить завтра", "operator", True),
    ]  # fmt: skip
    assert Ticket.objects.get().status == TicketStatus.IN_PROGRESS


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": "x", "sender": "assistant"}, {"text": "x", "sender": "customer", "is_internal": 1}],
)
def test_a_wrong_message_is_refused(api, tenant, operator, body):
    ticket = TicketFactory(tenant=tenant)

    assert api(operator).post(f"/api/v1/tickets/{ticket.uuid}/messages/", body, format="json").status_code == 400
    assert not TicketMessage.objects.exists()


def test_the_assistant_leaves_a_ticket_alone_that_a_person_has_taken(tenant, operator):
    free, taken = TicketFactory(tenant=tenant), TicketFactory(tenant=tenant, assigned_to=operator)

    assert (list(Ticket.objects.untouched()), taken.status) == ([free], TicketStatus.OPEN)
