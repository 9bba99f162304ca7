"""The widget's pages: who may see them, who may frame them, what they may hold."""

import gzip
import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import reverse

from dialogs.appearance import DARK_GROUND, LIGHT_GROUND, READABLE, Appearance, contrast
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import AssistantFactory

pytestmark = pytest.mark.django_db
PAGES = ("widget_loader", "widget_frame", "widget_demo")
EVIL = "</script><img src=x onerror=alert(1)>"


def policy(response):
    directives = (line.split() for line in response["Content-Security-Policy"].split(";") if line.strip())
    return {name: values for name, *values in directives}


def block(page, name):
    """Return what a JSON script block of a page holds."""
    return json.loads(re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)[1])


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_without_an_account_gets_the_page(client, page):
    assistant = AssistantFactory()

    response = client.get(reverse(page, args=[assistant.uuid]))

    assert response.status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_assistant_is_not_found(client, page):
    assert client.get(reverse(page, args=[uuid4()])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("switch", ["is_active", "website_integration_enabled"])
def test_an_assistant_that_is_off_is_not_found(client, page, switch):
    assistant = AssistantFactory(**{switch: False})

    assert client.get(reverse(page, args=[assistant.uuid])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_the_widget_of_a_blocked_shop_is_not_found(client, page):
    assistant = AssistantFactory(tenant=TenantFactory(is_active=False))

    assert client.get(reverse(page, args=[assistant.uuid])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_only_read(client, page):
    assert client.post(reverse(page, args=[AssistantFactory().uuid])).status_code == 405


def test_the_loader_is_a_small_cacheable_script(client):
    response = client.get(reverse("widget_loader", args=[AssistantFactory().uuid]))

    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "max-age=300" in response["Cache-Control"]
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(gzip.compress(response.content)) < 10_000


def test_the_loader_never_lets_a_name_end_its_script(client):
    assistant = AssistantFactory(name=EVIL, widget_settings={"title": EVIL})

    script = client.get(reverse("widget_loader", args=[assistant.uuid])).content.decode()

    assert "<img" not in script
    assert r"\u003c/script\u003e\u003cimg src=x onerror=alert(1)\u003e" in script


@pytest.mark.parametrize("page", ["widget_frame", "widget_demo"])
def test_names_greetings_and_questions_are_text(client, page):
    assistant = AssistantFactory(
        tenant=TenantFactory(name=EVIL),
        name=EVIL,
        greeting=EVIL,
        suggested_questions=[EVIL],
        widget_settings={
            "consent_text": EVIL,
            "subtitle": EVIL,
            "storefront": {"shop": {"tagline": EVIL}, "products": [{"name": EVIL, "category": EVIL, "colors": [EVIL]}]},
        },
    )

    content = client.get(reverse(page, args=[assistant.uuid])).content.decode()

    assert "<img" not in content


@pytest.mark.parametrize("page", ["widget_frame", "widget_demo"])
def test_pages_run_only_our_own_files(client, page):
    response = client.get(reverse(page, args=[AssistantFactory().uuid]))

    assert policy(response)["script-src"] == ["'self'"]
    assert policy(response)["style-src"] == ["'self'"]
    assert not re.search(rb"<script(?![^>]*(src=|application/json))|<style|\sstyle=|\son\w+=", response.content)


def test_any_website_may_frame_the_chat_until_some_are_named(client):
    response = client.get(reverse("widget_frame", args=[AssistantFactory().uuid]))

    assert policy(response)["frame-ancestors"] == ["*"]
    assert "X-Frame-Options" not in response


def test_only_named_websites_frame_the_chat(client):
    assistant = AssistantFactory(
        allowed_origins=["https://shop.example", "http://localhost:3000/page", "shop.test", "лён.рф"]
    )

    response = client.get(reverse("widget_frame", args=[assistant.uuid]))

    named = ["https://shop.example", "http://localhost:3000", "https://shop.test", "https://xn--k1ae3d.xn--p1ai"]
    assert policy(response)["frame-ancestors"] == ["'self'", *named]
    assert block(response.content.decode(), "config")["origins"] == named


@pytest.mark.parametrize("line", ["https://a.example; script-src *", "javascript:alert(1)", "'none'", "https://*", ""])
def test_a_website_that_is_none_opens_the_chat_to_nobody(client, settings, line):
    assistant = AssistantFactory(allowed_origins=[line])

    response = client.get(reverse("widget_frame", args=[assistant.uuid]))

    assert policy(response)["frame-ancestors"] == ["'self'", settings.BASE_URL]
    assert policy(response)["script-src"] == ["'self'"]


def test_the_trial_page_itself_is_framed_by_nobody(client):
    response = client.get(reverse("widget_demo", args=[AssistantFactory().uuid]))

    assert policy(response)["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize(
    ("own", "chosen", "browser", "spoken"),
    [
        ("ru", None, "en", "ru"),
        ("en", None, "ru", "en"),
        ("ru", "en", "ru", "en"),
        ("ru", "auto", "en", "en"),
        ("de", None, "en", "en"),
    ],
)
def test_the_chat_speaks_the_assistants_language_unless_told_otherwise(client, own, chosen, browser, spoken):
    look = {"language": chosen} if chosen else {}
    assistant = AssistantFactory(language_code=own, widget_settings=look)

    response = client.get(reverse("widget_frame", args=[assistant.uuid]), headers={"accept-language": browser})

    assert f'<html lang="{spoken}"'.encode() in response.content


def test_the_shop_window_is_not_told_to_the_chat(client):
    assistant = AssistantFactory(widget_settings={"storefront": {"shop": {"about": "секрет"}}, "color": "#112233"})

    frame = client.get(reverse("widget_frame", args=[assistant.uuid])).content.decode()
    public = client.get(reverse("widget_config", args=[assistant.uuid])).json()

    assert "секрет" not in frame
    assert public["settings"] == Appearance.of(assistant).as_json()


@pytest.mark.parametrize("storefront", [None, "text", {"products": "x"}, {"products": [1, {}], "shop": []}])
def test_a_broken_shop_window_still_makes_a_page(client, storefront):
    assistant = AssistantFactory(widget_settings={"storefront": storefront})

    response = client.get(reverse("widget_demo", args=[assistant.uuid]))

    assert assistant.tenant.name in response.content.decode()


@pytest.mark.parametrize("color", ["#ffffff", "#000000", "#ffe500", "#0a6b5b", "#777777", "#ff00aa"])
def test_words_are_readable_on_every_colour(color):
    look = Appearance.of(AssistantFactory.build(widget_settings={"color": color}))

    assert contrast(look.ink, look.color) >= READABLE
    assert contrast(look.on_light, LIGHT_GROUND) >= READABLE
    assert contrast(look.on_dark, DARK_GROUND) >= READABLE


@pytest.mark.parametrize(
    "nonsense", [{"color": "red; x"}, {"color": 5}, {"consent_url": "javascript:alert(1)"}, [], {}]
)
def test_nonsense_in_the_settings_falls_back(nonsense):
    look = Appearance.of(AssistantFactory.build(name="Стеша", widget_settings=nonsense))

    assert (look.color, look.consent_url, look.title, look.theme) == ("#0a6b5b", "", "Стеша", "auto")


SDK = {
    "open",
    "close",
    "show",
    "hide",
    "identify",
    "setContext",
    "sendMessage",
    "startHandoff",
    "reset",
    "setLocale",
    "on",
}


def test_the_loader_has_every_command_that_is_documented(client):
    documented = (Path(__file__).parents[2] / "docs/widget.md").read_text()
    script = client.get(reverse("widget_loader", args=[AssistantFactory().uuid])).content.decode()

    commands = script[script.index("const commands = {") :]

    assert {name for name in SDK if re.search(rf"^    (?:async )?{name}[(:]", commands, re.MULTILINE)} == SDK
    assert {name for name in SDK if f"`{name}(" in documented} == SDK


def test_the_button_speaks_both_languages_and_the_page_chooses(client):
    assistant = AssistantFactory(language_code="ru", widget_settings={"launcher": "Спросить", "hidden_on": ["/pay"]})

    script = client.get(reverse("widget_loader", args=[assistant.uuid])).content.decode()
    config = json.loads(re.search(r"const config = (\{.*\});", script)[1])
    english = client.get(reverse("widget_frame", args=[assistant.uuid]), {"language": "en"}).content.decode()

    assert (config["words"]["ru"]["open"], config["words"]["en"]["open"]) == ("Открыть чат", "Open the chat")
    assert (config["look"]["launcher"], config["look"]["hidden_on"]) == ("Спросить", ["/pay"])
    assert '<html lang="en"' in english
