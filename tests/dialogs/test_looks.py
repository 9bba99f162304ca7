"""The editor of the website chat: what it saves, what it shows beforehand, and where the chat was seen."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from assistants.models import Assistant
from dialogs.models import WidgetSighting
from dialogs.models.sightings import MOST_ORIGINS
from dialogs.services.sighting import note_sighting
from tests.dialogs.conftest import NOON
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory

pytestmark = pytest.mark.django_db
GIVEN = {
    "website_integration_enabled": "on",
    "color": "#112233",
    "theme": "dark",
    "position": "left",
    "language": "en",
    "title": "Help",
    "subtitle": "",
    "launcher": "Ask us",
    "greeting": "Hi there",
    "suggested_questions": "One?\nTwo?",
    "consent_text": "By writing you agree",
    "consent_url": "https://shop.example/privacy",
    "hidden_on": "/checkout\nhttps://shop.example/account/*",
    "allowed_origins": "https://shop.example\nwww.shop.example",
}


@pytest.fixture
def seller(client, assistant):
    client.force_login(assistant.tenant.owner)
    return client


def page(name, assistant):
    return reverse(name, args=[assistant.uuid])


def test_the_look_is_saved_and_open_chats_are_told(seller, assistant):
    Assistant.objects.update(widget_settings={"storefront": {"shop": {}}})

    answer = seller.post(page("widget_look", assistant), GIVEN)

    before, assistant = assistant, Assistant.objects.get()
    public = seller.get(page("widget_config", assistant)).json()
    assert answer.status_code == 302
    assert assistant.widget_version == before.widget_version + 1
    assert assistant.allowed_origins == ["https://shop.example", "https://www.shop.example"]
    assert assistant.widget_settings["storefront"] == {"shop": {}}
    assert public["widget_version"] == assistant.widget_version
    frame = public["frame"]
    assert (frame["name"], frame["greeting"], frame["questions"]) == ("Help", "Hi there", ["One?", "Two?"])
    look = frame["look"]
    assert (look["color"], look["theme"], look["position"], look["launcher"]) == ("#112233", "dark", "left", "Ask us")
    assert look["hidden_on"] == ["/checkout", "/account/*"]
    assert (look["consent_text"], look["consent_url"]) == (GIVEN["consent_text"], GIVEN["consent_url"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("color", "red; x"),
        ("theme", "pink"),
        ("consent_url", "http://shop.example"),
        ("consent_url", "javascript:alert(1)"),
        ("hidden_on", "checkout"),
        ("hidden_on", "\n".join(f"/{number}" for number in range(21))),
        ("allowed_origins", "https://*.shop.example"),
        ("allowed_origins", "https://shop.example/page"),
        ("launcher", "x" * 31),
        ("suggested_questions", "\n".join(f"{number}?" for number in range(7))),
    ],
)
def test_nonsense_is_refused_and_nothing_is_saved(seller, assistant, field, value):
    answer = seller.post(page("widget_look", assistant), {**GIVEN, field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Assistant.objects.get().widget_version == assistant.widget_version


def test_the_preview_shows_what_is_not_saved_and_leaves_out_what_is_wrong(seller, assistant):
    answer = seller.post(page("widget_preview", assistant), {**GIVEN, "color": "nonsense"})

    assert answer.json()["greeting"] == "Hi there"
    assert answer.json()["look"]["color"] == "#0a6b5b"
    assert Assistant.objects.get().greeting == assistant.greeting


def test_a_member_without_the_right_sees_it_and_changes_nothing(client, assistant):
    member = MembershipFactory(tenant=assistant.tenant, role=Role.USER).user
    client.force_login(member)

    shown = client.get(page("widget_look", assistant))
    client.post(page("widget_look", assistant), GIVEN)
    refused = client.post(page("widget_identity", assistant))

    assert shown.status_code == 200
    assert refused.status_code == 403
    assert Assistant.objects.get().widget_settings == {}


def test_the_secret_is_shown_once_and_withdrawn(seller, assistant):
    shown = seller.post(page("widget_identity", assistant))
    secret = Assistant.objects.get().open_identity_secret()
    after = seller.get(page("widget_look", assistant))
    seller.post(page("widget_identity", assistant), {"withdraw": "1"})

    assert secret in shown.content.decode()
    assert shown["Cache-Control"].startswith("max-age=0")
    assert secret not in after.content.decode()
    assert Assistant.objects.get().identity_secret_encrypted is None


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({"referer": "https://shop.example/cart?id=1"}, [("https://shop.example", True)]),
        ({"referer": "https://evil.example/"}, [("https://evil.example", False)]),
        ({"referer": "http://testserver/widget/"}, []),
        ({"referer": "javascript:alert(1)"}, []),
        ({}, []),
    ],
)
def test_the_website_that_loads_the_widget_is_seen(client, headers, seen):
    assistant = AssistantFactory(allowed_origins=["https://shop.example"])

    client.get(page("widget_loader", assistant), headers=headers)

    assert list(WidgetSighting.objects.values_list("origin", "is_allowed")) == seen


def test_a_website_is_one_line_however_often_it_is_seen_and_made_up_ones_fill_no_table(client, seller):
    assistant = AssistantFactory(tenant=Assistant.objects.get().tenant)
    for number in range(MOST_ORIGINS + 5):
        note_sighting(assistant, origin=f"https://s{number}.example", at=NOON)
    for _ in range(2):
        note_sighting(assistant, origin="https://s0.example", at=NOON)

    listed = seller.get(page("widget_look", assistant)).content.decode()

    assert WidgetSighting.objects.count() == MOST_ORIGINS
    assert "https://s0.example" in listed
