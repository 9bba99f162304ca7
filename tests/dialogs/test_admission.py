"""A visit begins on a page of an allowed website, with a ticket that works once."""

from uuid import uuid4

import pytest
from django.core import signing
from django.urls import reverse

from dialogs.services import admitting, visiting
from tests.factories.assistants import AssistantFactory

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example"
OURS = "http://testserver"


@pytest.fixture
def assistant(db):
    return AssistantFactory(allowed_origins=[SHOP, "http://localhost:3000", "https://лён.рф"])


def ticket_for(client, assistant, origin=SHOP):
    headers = {"origin": origin} if origin is not None else {}
    return client.post(reverse("widget_ticket", args=[assistant.uuid]), headers=headers)


def session_for(client, assistant, *, origin=OURS, **fields):
    address = reverse("widget_session", args=[assistant.uuid])
    return client.post(address, fields, content_type="application/json", headers={"origin": origin} if origin else {})


def admitted(client, assistant, **fields):
    return session_for(client, assistant, ticket=ticket_for(client, assistant).json()["ticket"], **fields)


def test_a_page_of_the_shop_gets_a_ticket_and_the_chat_a_visitor_for_it(client, assistant):
    given = ticket_for(client, assistant)
    answer = session_for(client, assistant, ticket=given.json()["ticket"])

    assert (given["Access-Control-Allow-Origin"], given["Cache-Control"]) == (SHOP, "no-store")
    assert "Origin" in given["Vary"]
    assert "Access-Control-Allow-Credentials" not in given
    assert visiting.visitor_of(assistant, answer.json()["token"]).key == answer.json()["visitor"]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://www.shop.example",
        "https://shop.example.evil.com",
        "https://shop.example@evil.com",
        "https://shop.example/",
        "https://shop.example, https://evil.example",
        "https://xn--k1ae4d.xn--p1ai",
        "shop.example",
        "http://localhost",
        "x" * 5_000,
    ],
)
def test_any_other_page_gets_none_and_is_told_why(client, assistant, origin):
    refused = ticket_for(client, assistant, origin)

    assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
    assert "ticket" not in refused.json()


@pytest.mark.parametrize("origin", [SHOP, "http://localhost:3000", "https://xn--k1ae3d.xn--p1ai", OURS])
def test_named_pages_and_our_own_trial_page_get_one(client, assistant, origin):
    assert ticket_for(client, assistant, origin).status_code == 200


def test_where_no_website_is_named_any_page_gets_one_and_what_is_no_page_does_not(client):
    assistant = AssistantFactory(allowed_origins=[])

    answers = [ticket_for(client, assistant, origin).status_code for origin in ("https://any.example", "null", None)]

    assert answers == [200, 403, 403]


def test_a_ticket_works_once(client, assistant):
    ticket = ticket_for(client, assistant).json()["ticket"]

    answers = [session_for(client, assistant, ticket=ticket) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[1].json()["code"] == "ticket_refused"


def test_there_is_no_visit_without_a_ticket(client, assistant):
    token = visiting.issue_token(assistant)

    answers = [session_for(client, assistant), session_for(client, assistant, token=token)]

    assert [answer.status_code for answer in answers] == [400, 400]


def test_foreign_forged_and_old_tickets_are_refused(client, assistant, monkeypatch):
    other = ticket_for(client, AssistantFactory(allowed_origins=[SHOP])).json()["ticket"]
    forged = signing.dumps({"a": str(assistant.uuid), "o": SHOP, "n": "1"}, salt="another")
    mine = ticket_for(client, assistant).json()["ticket"]
    answers = [session_for(client, assistant, ticket=ticket) for ticket in (other, forged, mine + "x")]
    monkeypatch.setattr(admitting, "TICKET_SECONDS", -1)
    answers.append(session_for(client, assistant, ticket=mine))

    assert [answer.status_code for answer in answers] == [403] * 4


def test_a_ticket_of_a_website_that_was_struck_off_is_refused(client, assistant):
    ticket = ticket_for(client, assistant).json()["ticket"]
    assistant.allowed_origins = ["https://other.example"]
    assistant.save()

    assert session_for(client, assistant, ticket=ticket).json()["code"] == "ticket_refused"


def test_only_our_own_chat_redeems_tickets_in_a_browser(client, assistant):
    ticket = ticket_for(client, assistant).json()["ticket"]

    refused = session_for(client, assistant, ticket=ticket, origin=SHOP)

    assert refused.json()["code"] == "origin_refused"
    assert "Access-Control-Allow-Origin" not in refused
    assert session_for(client, assistant, ticket=ticket, origin=None).status_code == 200


def test_a_visitor_stays_the_same_and_a_forged_token_leaves_the_ticket_for_another_try(client, assistant):
    first = admitted(client, assistant).json()
    again = admitted(client, assistant, token=first["token"]).json()
    ticket = ticket_for(client, assistant).json()["ticket"]

    refused = session_for(client, assistant, ticket=ticket, token="forged")

    assert again["visitor"] == first["visitor"]
    assert refused.status_code == 401
    assert session_for(client, assistant, ticket=ticket).status_code == 200


@pytest.mark.parametrize(("proxies", "forwarded"), [(0, "203.0.113.{n}"), (1, "203.0.113.{n}, {home}")])
def test_visits_are_counted_per_address_and_a_made_up_one_does_not_help(
    client, assistant, proxies, forwarded, monkeypatch
):
    from rest_framework.settings import api_settings

    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    monkeypatch.setattr("dialogs.api.visitor.SESSION_RATE", "3/minute")
    home = uuid4().hex
    address = reverse("widget_ticket", args=[assistant.uuid])

    answers = [
        client.post(
            address,
            headers={"origin": SHOP, "x-forwarded-for": forwarded.format(n=n, home=home)},
            REMOTE_ADDR=home,
        ).status_code
        for n in range(4)
    ]

    assert answers == [200, 200, 200, 429]


def test_behind_a_proxy_every_client_has_a_count_of_its_own(client, assistant, monkeypatch):
    from rest_framework.settings import api_settings

    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    monkeypatch.setattr("dialogs.api.visitor.SESSION_RATE", "1/minute")
    home = uuid4().hex
    address = reverse("widget_ticket", args=[assistant.uuid])

    answers = [
        client.post(address, headers={"origin": SHOP, "x-forwarded-for": f"spoofed, {home}{n}"}).status_code
        for n in (1, 2, 1)
    ]

    assert answers == [200, 200, 429]
