"""What happens in conversations and tickets is written down for the shop's programs, together with the fact."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.models import Event
from dialogs.enums import HandoffReason
from dialogs.services import handing
from dialogs.services.receiving import receive
from operators.enums import TicketPriority, TicketStatus
from operators.services import handling, handoffs, tickets
from tests.factories.accounts import TenantFactory
from tests.factories.dialogs import DialogFactory
from tests.factories.operators import operator_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sleeping_workers")]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def told(tenant):
    return list(Event.objects.of(tenant).order_by("pk").values_list("type", flat=True))


def test_a_conversation_is_told_from_the_first_word_to_the_last():
    dialog = DialogFactory()
    operator = operator_of(dialog.tenant)

    receive(dialog, text="Позовите человека", at=NOW)
    dialog.refresh_from_db()
    handoff = handoffs.request_operator(dialog, reason=HandoffReason.CUSTOMER_ASKED, at=NOW)
    handoffs.take(handoff, operator=operator, at=NOW)
    handoffs.resolve(handoff, at=NOW, by=operator)
    dialog.refresh_from_db()
    handing.close(dialog, at=NOW)

    assert [kind for kind in told(dialog.tenant) if kind != "message.created"] == [
        "dialog.opened", "handoff.requested", "handoff.taken", "handoff.resolved", "dialog.closed",
    ]  # fmt: skip
    said = Event.objects.filter(type="message.created").order_by("pk")
    assert said[0].data["text"] == "Позовите человека"
    assert [event.data["seq"] for event in said] == list(range(1, said.count() + 1))
    taken = Event.objects.get(type="handoff.taken")
    assert (taken.data["operator"], taken.data["dialog"]) == (str(operator.uuid), str(dialog.uuid))


def test_a_repeated_message_is_told_once():
    dialog = DialogFactory()

    for _ in range(2):
        receive(dialog, text="Здравствуйте", at=NOW, platform_message_id="m1")

    assert told(dialog.tenant) == ["dialog.opened", "message.created"]


def test_a_ticket_is_told_when_it_is_opened_and_when_its_status_moves_and_not_otherwise():
    tenant = TenantFactory()
    operator = operator_of(tenant)

    ticket = tickets.open_ticket(tenant, title="Брак", at=NOW, assigned_to=operator)
    handling.assign(ticket, to=None, at=NOW)
    handling.prioritise(ticket, priority=TicketPriority.HIGH, at=NOW)
    tickets.move(ticket, TicketStatus.RESOLVED, at=NOW, by=operator)

    assert told(tenant) == ["ticket.created", "ticket.moved"]
    moved = Event.objects.get(type="ticket.moved").data
    assert (moved["number"], moved["before"], moved["status"]) == (1, "open", "resolved")


def test_what_was_undone_is_not_told():
    tenant = TenantFactory()

    with transaction.atomic():
        tickets.open_ticket(tenant, title="Брак", at=NOW)
        transaction.set_rollback(True)

    assert told(tenant) == []
