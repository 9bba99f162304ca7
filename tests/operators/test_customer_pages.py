"""Customers read and answer their tickets without a login, and nobody else's."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.utils.timezone import now

from dialogs.enums import Sender
from operators import customers
from operators.enums import TicketStatus
from operators.models import REOPEN_WINDOW, Ticket, TicketMail
from operators.services import pages
from tests.factories.assistants import AssistantFactory
from tests.factories.operators import TicketFactory, TicketMessageFactory

pytestmark = pytest.mark.django_db
EMAIL = f"anna-{uuid4().hex[:8]}@example.com"  # its own limits


@pytest.fixture(autouse=True)
def _asleep(sleeping_workers):
    """Letters wait."""


@pytest.fixture
def ticket():
    return TicketFactory(title="Возврат пледа", customer_email="anna@example.com")


def page(ticket):
    return f"/t/{pages.token_of(ticket)}/"


def test_the_address_shows_what_was_said_but_no_notes(client, ticket):
    TicketMessageFactory(ticket=ticket, sender=Sender.OPERATOR, text="Отправили курьера")
    TicketMessageFactory(ticket=ticket, sender=Sender.OPERATOR, text="Скандалист", is_internal=True)

    answer = client.get(page(ticket))
    shown = answer.content.decode()

    assert (answer.status_code, "Отправили курьера" in shown, "Скандалист" in shown) == (200, True, False)
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]


def test_what_the_customer_adds_reopens_a_solved_ticket(client, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(status=TicketStatus.RESOLVED, resolved_at=now())

    answer = client.post(page(ticket), {"text": "Курьер не приехал"})

    ticket.refresh_from_db()
    assert (answer.status_code, ticket.status) == (302, TicketStatus.REOPENED)
    assert ticket.messages.get().text == "Курьер не приехал"


def test_forms_are_taken_with_what_a_browser_sends_under_the_pages_own_policy(ticket):
    browser = Client(enforce_csrf_checks=True)
    shown = browser.get(page(ticket))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.content.decode())[1]
    origin = "null" if shown["Referrer-Policy"] == "no-referrer" else "http://testserver"

    answer = browser.post(page(ticket), {"text": "Алло", "csrfmiddlewaretoken": token}, headers={"Origin": origin})

    assert (answer.status_code, ticket.messages.get().text) == (302, "Алло")


def test_long_after_the_end_the_customer_is_led_to_the_follow_up(client, ticket):
    closed = now() - REOPEN_WINDOW - timedelta(days=1)
    Ticket.objects.filter(pk=ticket.pk).update(status=TicketStatus.CLOSED, closed_at=closed)

    answer = client.post(page(ticket), {"text": "Опять"}, follow=True)

    follow_up = Ticket.objects.get(follows=ticket)
    assert f"№ {follow_up.number}" in answer.content.decode() or f"#{follow_up.number}" in answer.content.decode()
    assert (follow_up.messages.get().text, follow_up.customer_email) == ("Опять", "anna@example.com")


@pytest.mark.parametrize("spoil", [lambda t: t[:-2], lambda t: "x" + t, lambda t: t.swapcase(), lambda t: "no"])
def test_an_address_that_was_made_up_shows_nothing(client, ticket, spoil):
    assert client.get(f"/t/{spoil(pages.token_of(ticket))}/").status_code == 404


def test_another_purposes_signature_opens_nothing(client, ticket):
    token = signing.dumps(ticket.uuid.hex, salt="otklik.visitor")

    assert client.get(f"/t/{token}/").status_code == 404


def test_an_old_address_says_so_and_shows_nothing(client, ticket, monkeypatch):
    address = page(ticket)
    monkeypatch.setattr(pages, "LIFETIME", timedelta(seconds=-1))

    answer = client.get(address)

    assert (answer.status_code, "Возврат пледа" in answer.content.decode()) == (410, False)


def test_a_shop_that_was_shut_shows_no_tickets(client, ticket):
    type(ticket.tenant).objects.filter(pk=ticket.tenant_id).update(is_active=False)

    assert client.get(page(ticket)).status_code == 404


@pytest.fixture
def form(client, monkeypatch):
    """A form that was open for longer than a machine needs."""
    client.defaults["REMOTE_ADDR"] = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"
    monkeypatch.setattr(customers, "SOONEST", -1)
    assistant = AssistantFactory()
    address = f"/help/{assistant.uuid}/"
    hidden = re.search(r'name="ticket" value="([^"]+)"', client.get(address).content.decode())[1]
    filled = {
        "name": "Анна", "email": EMAIL, "title": "Возврат", "text": "Не подошёл размер",
        "consent": "on", "website": "", "ticket": hidden,
    }  # fmt: skip
    return address, filled, assistant


def test_the_form_opens_one_ticket_however_often_it_is_sent(client, form):
    address, filled, assistant = form

    answers = [client.post(address, filled) for _ in range(2)]

    ticket = Ticket.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (ticket.tenant, ticket.title, ticket.source) == (assistant.tenant, "Возврат", "form")
    assert (ticket.customer_email, ticket.description) == (EMAIL, "Не подошёл размер")
    assert TicketMail.objects.get().to_address == EMAIL
    assert client.get(answers[0]["Location"]).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"website": "http://spam.example"},
        {"ticket": "made-up"},
        {"consent": ""},
        {"email": "x"},
        {"text": " "},
        {"title": ""},
    ],
)
def test_machines_and_half_filled_forms_open_nothing(client, form, change):
    address, filled, _assistant = form

    answer = client.post(address, {**filled, **change})

    assert (answer.status_code in {200, 422}, Ticket.objects.count()) == (True, 0)


def test_a_form_filled_in_no_time_opens_nothing(client, form, monkeypatch):
    address, filled, _assistant = form
    monkeypatch.setattr(customers, "SOONEST", 3)

    client.post(address, filled)

    assert Ticket.objects.count() == 0


def test_one_address_cannot_be_flooded_with_confirmations(client, form):
    address, filled, _assistant = form
    filled["email"] = f"flood-{uuid4().hex}@example.com"
    codes = []
    for number in range(7):
        filled["ticket"] = signing.dumps(f"form {number}", salt=customers.SALT)
        codes.append(client.post(address, filled, REMOTE_ADDR=f"198.51.100.{number}").status_code)

    assert codes == [302] * 5 + [429] * 2
    assert Ticket.objects.count() == 5


def test_an_assistant_that_is_not_on_websites_has_no_form(client):
    assert client.get("/help/00000000-0000-7000-8000-000000000000/").status_code == 404
