"""The assistant's first response to a ticket against a real model server on loopback."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now

from assistants.services import change_assistant
from billing import services as billing
from billing.models import Balance, BalanceHold, BalanceTransaction
from dialogs.enums import Sender
from knowledge.models import KnowledgeGap
from operators.enums import TicketStatus
from operators.models import TicketMessage
from operators.services import responding, sweeping, tickets
from tests.factories.assistants import AssistantFactory
from tests.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("embedded")]


@pytest.fixture
def desk(informed, sleeping_workers):
    change_assistant(informed, by=None, answers_tickets=True)
    return informed.tenant


def opened(desk, title="Сколько стоит курьер СДЭК?", **fields):
    return tickets.open_ticket(desk, title=title, at=now(), **fields)


def test_a_new_ticket_is_answered_with_a_receipt_and_paid_for_once(desk, sleeping_workers):
    ticket = opened(desk)
    ((name, kwargs, _options),) = sleeping_workers
    assert name == "operators.tasks.respond_to_ticket"

    responding.respond(kwargs["ticket_id"], at=now())
    responding.respond(kwargs["ticket_id"], at=now())

    message = TicketMessage.objects.get()
    assert (message.ticket, message.sender) == (ticket, Sender.ASSISTANT)
    assert "490" in message.text
    assert message.metadata["receipt"]["sources"][0]["title"].startswith("Доставка по России")
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.PENDING_CUSTOMER
    assert BalanceTransaction.objects.get(transaction_type="ai_message").related_id == message.pk
    assert Balance.objects.get().held == 0


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Какая погода на Марсе?", "low_confidence"),
        ("Позовите оператора", "customer_asked"),
    ],
)
def test_what_a_person_has_to_answer_is_escalated_without_a_word(desk, title, reason):
    ticket = opened(desk, title)

    responding.respond(ticket.pk, at=now())

    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.ESCALATED
    assert ticket.steps.latest("pk").reason == reason
    assert not TicketMessage.objects.exists()
    assert not BalanceHold.objects.exists()


def test_a_ticket_without_an_answer_comes_into_the_inbox_of_gaps(desk):
    for title in ("Какая погода на Марсе?", "Позовите оператора"):
        responding.respond(opened(desk, title).pk, at=now())

    assert KnowledgeGap.objects.get().title == "Какая погода на Марсе?"


def test_a_model_that_fails_escalates_and_costs_nothing(desk, model_server):
    model_server.fail("status", status=500, match={"path": "chat"})
    ticket = opened(desk)

    responding.respond(ticket.pk, at=now())

    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.ESCALATED
    balance = Balance.objects.get()
    assert (balance.balance, balance.held) == (Decimal(100), 0)


def test_an_answer_that_stands_on_nothing_is_not_sent(desk, model_server):
    model_server.fail("say", body="К сожалению, ответа на это нет.", match={"path": "chat"})
    ticket = opened(desk)

    responding.respond(ticket.pk, at=now())

    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.ESCALATED
    assert not TicketMessage.objects.exists()
    balance = Balance.objects.get()
    assert (balance.balance, balance.held) == (Decimal(100), 0)


def test_a_person_who_was_faster_is_not_talked_over(desk, monkeypatch):
    ticket = opened(desk)

    def slowly(*args, _original=responding.compose, **facts):
        composed = _original(*args, **facts)
        tickets.move(ticket, TicketStatus.IN_PROGRESS, at=now())
        return composed

    monkeypatch.setattr(responding, "compose", slowly)

    assert responding.respond(ticket.pk, at=now()) is None

    assert not TicketMessage.objects.exists()
    balance = Balance.objects.get()
    assert (balance.balance, balance.held) == (Decimal(100), 0)


def test_two_workers_answer_one_ticket_once(desk):
    ticket = opened(desk)

    race(lambda _: responding.respond(ticket.pk, at=now()), threads=2)

    assert TicketMessage.objects.count() == 1
    assert BalanceTransaction.objects.filter(transaction_type="ai_message").count() == 1
    assert Balance.objects.get().held == 0


def test_an_attempt_that_died_does_not_stand_in_the_way_of_the_next(desk, monkeypatch):
    ticket = opened(desk)

    def die(*args, _original=responding.compose, **facts):
        billing.release(_original(*args, **facts).hold, at=now(), reason="failed")
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(responding, "compose", die)
        with pytest.raises(SystemExit):
            responding.respond(ticket.pk, at=now())

    assert responding.respond(ticket.pk, at=now())

    balance = Balance.objects.get()
    assert (balance.balance, balance.held) == (Decimal("98.5"), 0)


def test_tickets_out_of_dialogs_or_without_a_willing_assistant_are_left_alone(informed, sleeping_workers):
    ticket = opened(informed.tenant)

    assert responding.respond(ticket.pk, at=now()) is None

    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.OPEN


def test_a_lost_first_response_is_queued_again(desk, sleeping_workers):
    ticket = opened(desk)
    sleeping_workers.clear()

    sweeping.sweep(at=now() + timedelta(minutes=1))

    assert [(name, kwargs) for name, kwargs, _ in sleeping_workers] == [
        ("operators.tasks.respond_to_ticket", {"ticket_id": ticket.pk})
    ]


def test_only_one_assistant_of_a_tenant_answers_tickets(desk, informed):
    other = AssistantFactory(tenant=desk)

    change_assistant(other, by=None, answers_tickets=True)

    informed.refresh_from_db()
    assert not informed.answers_tickets
