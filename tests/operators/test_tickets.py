"""Tickets go where the table says; each move leaves a step behind."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from config.moves import IllegalMove
from dialogs.enums import Sender
from operators.enums import TICKET_MOVES, TicketStatus
from operators.errors import ReopenWindowPassed
from operators.models import REOPEN_WINDOW, Ticket, TicketAudit
from operators.services import tickets
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.operators import ExternalRefFactory, TicketAuditFactory, TicketFactory
from tests.races import race
from tests.sql import execute

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def steps_of(ticket):
    return list(TicketAudit.objects.filter(ticket=ticket).order_by("pk").values_list("from_status", "to_status"))


def test_the_table_is_the_one_of_the_design():
    assert {before: set(after) for before, after in TICKET_MOVES.items()} == {
        "open": {"in_progress", "pending_customer", "escalated", "resolved"},
        "in_progress": {"pending_customer", "escalated", "resolved"},
        "pending_customer": {"in_progress", "escalated", "resolved", "closed"},
        "escalated": {"in_progress", "pending_customer", "resolved"},
        "resolved": {"closed", "reopened"},
        "closed": {"reopened"},
        "reopened": {"in_progress", "pending_customer", "escalated", "resolved"},
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(TicketStatus, TicketStatus)))
def test_a_ticket_moves_as_the_table_says(before, after):
    ticket, actor = TicketFactory(status=before), UserFactory()

    if after in TICKET_MOVES[before]:
        tickets.move(ticket, after, at=NOW, by=actor, reason="because")
        expected = (after, [(before, after)])
    else:
        with pytest.raises(IllegalMove):
            tickets.move(ticket, after, at=NOW, by=actor)
        expected = (before, [])

    kept = Ticket.objects.get(pk=ticket.pk)
    assert (kept.status, steps_of(ticket)) == expected
    assert (kept.closed_at is not None) == (kept.status == TicketStatus.CLOSED)


@pytest.mark.django_db
def test_a_ticket_remembers_when_it_was_solved_until_it_is_reopened():
    ticket = TicketFactory()

    tickets.move(ticket, TicketStatus.RESOLVED, at=NOW)
    tickets.move(ticket, TicketStatus.CLOSED, at=NOW + timedelta(days=3))
    closed = Ticket.objects.get(pk=ticket.pk)
    tickets.reopen(ticket, at=NOW + timedelta(days=4))
    reopened = Ticket.objects.get(pk=ticket.pk)

    assert (closed.resolved_at, closed.closed_at) == (NOW, NOW + timedelta(days=3))
    assert (reopened.status, reopened.resolved_at, reopened.closed_at) == (TicketStatus.REOPENED, None, None)


@pytest.mark.django_db
def test_after_the_window_a_follow_up_continues_a_closed_ticket():
    closed = TicketFactory(status=TicketStatus.CLOSED, closed_at=NOW)
    late = NOW + REOPEN_WINDOW + timedelta(seconds=1)

    with pytest.raises(ReopenWindowPassed):
        tickets.move(closed, TicketStatus.REOPENED, at=late)
    follow_up = tickets.reopen(closed, at=late)

    assert (follow_up.follows, follow_up.title, follow_up.status) == (closed, closed.title, TicketStatus.OPEN)
    assert follow_up.number == closed.number + 1
    assert Ticket.objects.get(pk=closed.pk).status == TicketStatus.CLOSED


@pytest.mark.django_db
def test_a_customers_word_puts_a_waiting_ticket_back_to_work():
    ticket = TicketFactory(status=TicketStatus.PENDING_CUSTOMER)

    tickets.post(ticket, sender=Sender.CUSTOMER, text="Вот номер заказа", at=NOW)
    tickets.post(ticket, sender=Sender.OPERATOR, text="Спасибо", at=NOW)

    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.IN_PROGRESS
    assert steps_of(ticket) == [("pending_customer", "in_progress")]


@pytest.mark.django_db
def test_tickets_are_numbered_in_their_tenant_and_keep_their_number():
    ours, theirs = TenantFactory(), TenantFactory()
    numbers = [tickets.open_ticket(tenant, title="Вопрос", at=NOW).number for tenant in (ours, ours, theirs, ours)]

    assert numbers == [1, 2, 1, 3]
    with pytest.raises(IntegrityError, match="keeps its number"), transaction.atomic():
        Ticket.objects.filter(tenant=ours, number=1).update(number=9)


@pytest.mark.django_db
def test_the_steps_of_a_ticket_cannot_be_rewritten():
    step = TicketAuditFactory()

    for statement in ("UPDATE ticket_audit SET reason = 'x'", "DELETE FROM ticket_audit", "TRUNCATE ticket_audit"):
        with pytest.raises(IntegrityError, match="kept as they were"):
            execute(statement)

    assert list(TicketAudit.objects.all()) == [step]


@pytest.mark.django_db
def test_an_outside_ticket_is_linked_once_even_without_an_integration():
    first = ExternalRefFactory(external_id="SUP-1")

    with pytest.raises(IntegrityError, match="uq_ticket_external_refs_external"):
        ExternalRefFactory(external_id="SUP-1", ticket=TicketFactory(tenant=first.tenant))


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_move_a_ticket_one_succeeds_and_one_step_is_kept():
    ticket = TicketFactory()
    rivals = [Ticket.objects.get(pk=ticket.pk) for _ in range(16)]

    outcomes = race(lambda number: tickets.move(rivals[number], TicketStatus.IN_PROGRESS, at=NOW), threads=16)

    assert len([outcome for outcome in outcomes if isinstance(outcome, Ticket)]) == 1
    assert steps_of(ticket) == [("open", "in_progress")]


@pytest.mark.django_db(transaction=True)
def test_sixteen_tickets_opened_at_once_have_sixteen_numbers_without_gaps():
    tenant = TenantFactory()

    race(lambda number: tickets.open_ticket(tenant, title=f"Вопрос {number}", at=NOW), threads=16)

    assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 17))
