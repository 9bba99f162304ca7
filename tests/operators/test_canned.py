"""Canned replies: whose they are, what is filled in, who changes them."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from operators.errors import NotYours, ShortcutTaken
from operators.models import CannedReply
from operators.services import canned
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.dialogs import DialogFactory
from tests.factories.operators import CannedReplyFactory, operator_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return TenantFactory(name="Чайная лавка")


def test_variables_are_filled_in_and_missing_ones_stay_visible(shop):
    dialog = DialogFactory(tenant=shop, contact__first_name="Мария", contact__email="")
    operator = operator_of(shop, full_name="Анна Первая")
    text = "{{contact.first_name}}, это {{ operator.name }} из «{{shop}}». Почта: {{contact.email}}"

    filled = canned.fill(text, canned.values_for(dialog, operator))

    assert filled == "Мария, это Анна из «Чайная лавка». Почта: {{contact.email}}"
    assert canned.unknown_in("{{contact.name}} {{contact.shoe}}") == ["contact.shoe"]


def test_ones_own_reply_stands_beside_the_teams_and_nobody_else_has_it(shop):
    anna, boris = operator_of(shop), operator_of(shop)
    CannedReplyFactory(tenant=shop, shortcut="hi", text="Общее")
    canned.keep(CannedReply(tenant=shop, shortcut="hi", title="Моё", text="Моё", owner=anna), by=anna)

    assert [reply["text"] for reply in canned.at_hand(shop, anna)] == ["Моё", "Общее"]
    assert [reply["text"] for reply in canned.at_hand(shop, boris)] == ["Общее"]
    with pytest.raises(ShortcutTaken):
        canned.keep(CannedReply(tenant=shop, shortcut="hi", title="Ещё", text="Ещё", owner=anna), by=anna)


def test_only_an_administrator_changes_the_teams_replies(shop):
    operator, admin = operator_of(shop), operator_of(shop, role=Role.ADMIN)
    reply = CannedReplyFactory(tenant=shop, shortcut="hi")
    reply.text = "Новое"

    with pytest.raises(NotYours):
        canned.keep(reply, by=operator)
    reply.owner = operator  # taking it over is a change too
    with pytest.raises(NotYours):
        canned.keep(reply, by=operator)
    with pytest.raises(NotYours):
        canned.forget(reply, by=None)
    reply.owner = None
    canned.keep(reply, by=admin)

    assert CannedReply.objects.get().text == "Новое"


def test_an_operator_keeps_a_reply_on_the_page(shop, client):
    operator = operator_of(shop)
    client.force_login(operator)
    facts = {"shortcut": "hi", "title": "Привет", "language_code": "ru", "is_active": "on", "is_own": "own"}

    refused = client.post(reverse("canned_reply_new"), {**facts, "text": "{{contact.shoe}}"})
    kept = client.post(reverse("canned_reply_new"), {**facts, "text": "{{contact.name}}, здравствуйте!"})
    twice = client.post(reverse("canned_reply_new"), {**facts, "text": "Ещё раз"})

    reply = CannedReply.objects.get()
    assert (refused.status_code, kept.status_code, twice.status_code) == (422, 302, 422)
    assert (reply.owner, reply.created_by, reply.tenant) == (operator, operator, shop)
    assert reply.text in client.get(reverse("canned_replies")).content.decode()
    client.post(reverse("canned_reply_delete", args=[reply.uuid]))
    assert not CannedReply.objects.exists()


def test_programs_keep_the_teams_replies_over_the_api(shop, api):
    assistant = AssistantFactory(tenant=shop)
    caller = api(operator_of(shop, role=Role.ADMIN))

    made = caller.post(
        "/api/v1/canned-replies/",
        {"shortcut": "hi", "title": "Привет", "text": "{{shop}}", "assistant": str(assistant.uuid)},
        format="json",
    )
    uuid = made.json()["uuid"]
    changed = caller.patch(f"/api/v1/canned-replies/{uuid}/", {"title": "Здравствуйте"}, format="json")
    strange = caller.patch(
        f"/api/v1/canned-replies/{uuid}/", {"assistant": str(AssistantFactory().uuid)}, format="json"
    )

    assert (made.status_code, changed.status_code, strange.status_code) == (201, 200, 400)
    assert (changed.json()["title"], changed.json()["assistant"]) == ("Здравствуйте", str(assistant.uuid))
    assert caller.delete(f"/api/v1/canned-replies/{uuid}/").status_code == 204
