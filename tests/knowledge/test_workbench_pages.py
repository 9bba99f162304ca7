"""The workbench on the dashboard."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from assistants.models import Assistant
from knowledge import seams
from knowledge.models import KnowledgeEmbedding
from knowledge.services import workbench
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import learned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]

TEXT = "Доставка в Самару идёт два дня. Возврат четырнадцать дней."


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def seller(shop) -> Client:
    return logged_in(shop.tenant.owner)


@pytest.fixture
def passage(shop) -> KnowledgeEmbedding:
    return learned(shop.tenant, TEXT, assistant=shop, title="Правила").chunks.get()


def shown(client: Client, name: str, *arguments: Any, **options: Any) -> str:
    response = client.get(reverse(name, args=arguments), **options)
    assert response.status_code == 200
    return response.content.decode()


def test_passages_are_found_and_filtered(seller, shop, passage):
    other = learned(shop.tenant, "Оплата картой.", title="Касса").chunks.get()
    workbench.switch(other, is_enabled=False)

    def listed(**filters: str) -> tuple[bool, bool]:
        text = shown(seller, "knowledge_passages", data=filters)
        return f"p-{passage.uuid}" in text, f"p-{other.uuid}" in text

    assert listed() == (True, True)
    assert listed(q="самар") == (True, False)
    assert listed(q="касса") == (False, True)
    assert listed(document=str(other.document.uuid)) == (False, True)
    assert listed(assistant=str(shop.uuid)) == (True, False)
    assert listed(state="disabled") == (False, True)
    assert listed(state="enabled") == (True, False)
    assert listed(state="pinned") == (False, False)
    assert listed(state="edited") == (False, False)
    assert listed(state="unused", source="document") == (True, True)
    assert listed(state="nonsense") == (True, True)
    assert "<html" not in shown(seller, "knowledge_passages", headers={"HX-Request": "true"})


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_whatever_its_length(seller, shop, count, django_assert_max_num_queries):
    for number in range(count):
        learned(shop.tenant, f"Текст {number}.", assistant=shop, title=f"Статья {number}")

    with django_assert_max_num_queries(11):
        shown(seller, "knowledge_passages")


def test_passage_is_edited(seller, passage):
    form = {"title": "Правила", "text": "Привозим за день.", "expected": workbench.seen(passage)}

    assert seller.post(reverse("knowledge_passage_edit", args=[passage.uuid]), form).status_code == 302
    late = seller.post(reverse("knowledge_passage_edit", args=[passage.uuid]), form | {"text": "Поздно."})

    text = shown(seller, "knowledge_passage", passage.uuid)
    assert late.status_code == 422
    assert "Привозим за день." in text
    assert TEXT in text
    assert reverse("knowledge_passage_act", args=[passage.uuid, "restore"]) in text


def test_passage_is_split_and_merged_again(seller, passage):
    end = seams.pieces(TEXT)[0].end
    address = reverse("knowledge_passage_split", args=[passage.uuid])

    seller.post(address, {"position": end})
    assert [row.chunk_text for row in passage.document.chunks.in_order()] == TEXT.replace(". ", ".\n").split("\n")
    seller.post(reverse("knowledge_passage_act", args=[passage.uuid, "merge"]))

    assert passage.document.chunks.in_use().get().pk == passage.pk
    for nonsense in ("", "x", "0", "9" * 40):
        assert seller.post(address, {"position": nonsense}).status_code == 302
    assert passage.document.chunks.in_use().count() == 1


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [("disable", "is_enabled", False), ("pin", "is_pinned", True), ("unpin", "is_pinned", False)],
)
def test_htmx_gets_the_row_anew(seller, passage, verb, field, value):
    response = seller.post(reverse("knowledge_passage_act", args=[passage.uuid, verb]), headers={"HX-Request": "true"})

    passage.refresh_from_db()
    assert getattr(passage, field) is value
    assert response.content.decode().strip().startswith("<article")


def test_verb_nobody_knows_is_not_found(seller, passage):
    assert seller.post(reverse("knowledge_passage_act", args=[passage.uuid, "explode"])).status_code == 404


def test_viewer_reads_and_changes_nothing(shop, passage):
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    assert "<textarea" not in shown(viewer, "knowledge_passage", passage.uuid)
    assert '<form class="row"' not in shown(viewer, "knowledge_passages")
    for name in ("edit", "split"):
        assert viewer.post(reverse(f"knowledge_passage_{name}", args=[passage.uuid]), {"text": "x"}).status_code == 403
    assert viewer.post(reverse("knowledge_passage_act", args=[passage.uuid, "disable"])).status_code == 403
    passage.refresh_from_db()
    assert (passage.chunk_text, passage.is_enabled) == (TEXT, True)


def test_pages_have_no_inline_scripts_or_styles(seller, passage):
    text = shown(seller, "knowledge_passages") + shown(seller, "knowledge_passage", passage.uuid)

    assert "style=" not in text
    assert "onclick" not in text
    assert "<script>" not in text


def test_markup_in_a_passage_stays_text(seller, shop):
    passage = learned(shop.tenant, "<img src=x onerror=alert(1)> слово", title="<b>Жирно</b>").chunks.get()

    text = shown(seller, "knowledge_passages") + shown(seller, "knowledge_passage", passage.uuid)

    assert "<img src=x" not in text
    assert "<b>Жирно" not in text
