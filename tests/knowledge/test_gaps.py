"""Questions without an answer are put together, answered once, and come back when they are asked again."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.ports import home_decisions
from assistants.models import Assistant
from knowledge.enums import GapReason, GapStatus
from knowledge.errors import ArticleUnwritten, GapMismatch, GapMoved
from knowledge.likeness import ALIKE, likeness, stems_of
from knowledge.masking import mask
from knowledge.models import Document, KnowledgeGap, KnowledgeGapQuestion
from knowledge.services import gaps
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import learned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


def asked(shop: Assistant, text: str, **facts: Any) -> Any:
    return gaps.note(shop.tenant, assistant=shop, text=text, at=now(), **facts)


# --- likeness and masks -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("Есть ли у вас доставка дроном?", "доставляете дронами?", True),
        ("Сколько стоит вышивка на полотенце", "почём вышивку сделать на полотенцах", True),
        ("Можно вернуть деньги?", "как оформить возврат средств", True),
        ("Можно купить аквариум для рыбок?", "Продаёте аквариумы и рыбок, мой телефон [телефон]", True),
        ("Есть ли доставка в Казахстан?", "Есть ли доставка дроном?", False),
        ("Сколько стоит вышивка", "Сколько стоит пошив штор", False),
        ("Do you ship to Canada?", "shipping to Canada", True),
    ],
)
def test_questions_are_compared_by_their_telling_words(one, other, is_alike):
    assert (likeness(stems_of(one), stems_of(other)) >= ALIKE) is is_alike


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Мой телефон +7 (912) 345-67-89, звоните", "Мой телефон [телефон], звоните"),
        ("8 912 345 67 89", "[phone]"),
        ("почта anna.k+1@example.co.uk!", "почта [e-mail]!"),
        ("где заказ №12345-А и заказ 998877?", "где заказ [номер заказа] и заказ [номер заказа]?"),
        ("карта 4276 1234 5678 9012 не прошла", "карта [карта] не прошла"),
        ("пишите @anna_k", "пишите [аккаунт]"),
        ("стоит 1500 рублей, 44 размер, 100000 руб. опт", "стоит 1500 рублей, 44 размер, 100000 руб. опт"),
        ("order 55555 is late", "order [order number] is late"),
    ],
)
def test_what_names_a_person_is_masked(text, masked):
    assert mask(text).text == masked


# --- the inbox -------------------------------------------------------------------------------


def test_likes_come_together_and_others_do_not(shop):
    first = asked(shop, "Есть ли у вас доставка дроном?")
    second = asked(shop, "доставляете дронами?")
    third = asked(shop, "Можно ли сделать вышивку на халате?")

    assert first == second != third
    first.refresh_from_db()
    assert (first.title, first.asked_count, first.status) == ("Есть ли у вас доставка дроном?", 2, "open")


def test_each_assistant_and_shop_has_its_own(shop):
    other = AssistantFactory(tenant=shop.tenant)
    stranger = AssistantFactory()

    found = {asked(one, "Есть доставка дроном?").pk for one in (shop, other, stranger)}

    assert len(found) == 3


def test_same_message_is_noted_once_and_without_names(shop):
    where = {"dialog_uuid": uuid4(), "seq": 2}
    gap = asked(shop, "Когда придёт заказ №12345? Мой номер +79123456789", **where)
    asked(shop, "Когда придёт заказ №12345? Мой номер +79123456789", **where)

    gap.refresh_from_db()
    assert gap.asked_count == 1
    assert gap.title == "Когда придёт заказ [номер заказа]? Мой номер [телефон]"
    assert asked(shop, "???") is None


def test_liked_after_all_takes_the_question_back(shop):
    where = {"dialog_uuid": uuid4(), "seq": 2, "reason": GapReason.DISLIKED}
    asked(shop, "Есть доставка дроном?", **where)
    asked(shop, "доставка дроном есть?")

    gaps.withdraw(shop.tenant, **where)
    assert KnowledgeGap.objects.get().asked_count == 1

    gaps.withdraw(shop.tenant, **where)
    assert KnowledgeGap.objects.get().asked_count == 1


def test_gap_nobody_asked_about_any_more_is_gone(shop):
    where = {"dialog_uuid": uuid4(), "seq": 2, "reason": GapReason.DISLIKED}
    asked(shop, "Есть доставка дроном?", **where)

    gaps.withdraw(shop.tenant, **where)

    assert not KnowledgeGap.objects.exists()


def test_answered_gap_comes_back_when_it_is_asked_in_vain_again(shop):
    gap = asked(shop, "Есть доставка дроном?")
    gaps.resolve(gap, by=shop.tenant.owner, at=now())
    with pytest.raises(GapMoved):
        gaps.resolve(gap, at=now())

    asked(shop, "доставка дронами есть?")

    gap.refresh_from_db()
    assert (gap.status, gap.reopened_count, gap.closed_at, gap.closed_by) == ("open", 1, None, None)


def test_dismissed_gap_comes_back_only_when_it_goes_on_being_asked(shop):
    gap = asked(shop, "Есть доставка дроном?")
    gaps.dismiss(gap, at=now())

    states = []
    for _ in range(gaps.PATIENCE):
        asked(shop, "доставка дронами есть?")
        gap.refresh_from_db()
        states.append(gap.status)

    assert states == ["dismissed", "dismissed", "open"]


def test_merged_questions_attract_their_likes(shop):
    drone, embroidery = asked(shop, "Есть доставка дроном?"), asked(shop, "Можно вышивку на халате?")

    gaps.merge(embroidery, into=drone)

    assert asked(shop, "вышивку на халатах делаете?") == drone
    assert KnowledgeGap.objects.get().asked_count == 3
    with pytest.raises(GapMismatch):
        gaps.merge(drone, into=drone)
    with pytest.raises(GapMismatch):
        gaps.merge(drone, into=asked(AssistantFactory(tenant=shop.tenant), "Есть доставка дроном?"))


def test_words_kept_are_bounded(shop, monkeypatch):
    monkeypatch.setattr(gaps, "KEPT", 3)

    for _ in range(5):
        asked(shop, "Есть доставка дроном?")

    assert KnowledgeGapQuestion.objects.count() == 3
    assert KnowledgeGap.objects.get().asked_count == 5


def test_article_closes_the_gap_and_becomes_knowledge(shop):
    gap = asked(shop, "Есть доставка дроном?")
    draft = gaps.draft(gap, heading="Спрашивают")
    assert "- Есть доставка дроном?" in draft
    with pytest.raises(ArticleUnwritten):
        gaps.write_article(gap, title="Дроны", text=draft, assistant=shop, at=now())

    document = gaps.write_article(
        gap, title="Дроны", text=f"Дроном не возим.{draft}", assistant=shop, by=shop.tenant.owner, at=now()
    )

    gap.refresh_from_db()
    assert (gap.status, gap.document, gap.closed_by) == ("answered", document, shop.tenant.owner)
    with pytest.raises(GapMoved):
        gaps.write_article(gap, title="Дроны", text="Ещё раз.", assistant=shop, at=now())
    assert Document.objects.count() == 1


# --- pages and API ---------------------------------------------------------------------------------


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_inbox_is_worked_on_the_pages(shop):
    seller = logged_in(shop.tenant.owner)
    learned(shop.tenant, "Доставка курьером за два дня.", assistant=shop, title="Доставка")
    gap, other = asked(shop, "Есть доставка дроном?"), asked(shop, "Можно вышивку на халате?")

    listed = seller.get(reverse("knowledge_gaps")).content.decode()
    assert ("Есть доставка дроном?" in listed, "Можно вышивку" in listed) == (True, True)
    shown = seller.get(reverse("knowledge_gap", args=[gap.uuid])).content.decode()
    assert "Доставка курьером за два дня." in shown
    assert str(other.uuid) in shown
    empty = seller.post(
        reverse("knowledge_gap_article", args=[gap.uuid]), {"title": "Дрон", "text": "- Есть доставка дроном?"}
    )
    assert empty.status_code == 422
    done = seller.post(reverse("knowledge_gap_article", args=[gap.uuid]), {"title": "Дрон", "text": "Не возим."})
    assert done.status_code == 302
    assert "Можно вышивку" in seller.get(reverse("knowledge_gaps")).content.decode()
    assert "Есть доставка" in seller.get(reverse("knowledge_gaps"), {"status": "answered"}).content.decode()
    for verb, status in (("dismiss", "dismissed"), ("reopen", "open"), ("resolve", "answered")):
        seller.post(reverse("knowledge_gap_act", args=[other.uuid, verb]))
        other.refresh_from_db()
        assert other.status == status
    assert seller.post(reverse("knowledge_gap_act", args=[other.uuid, "explode"])).status_code == 404
    assert seller.post(reverse("knowledge_gap_merge", args=[other.uuid]), {"into": "x"}).status_code == 404
    assert seller.post(reverse("knowledge_gap_merge", args=[other.uuid]), {"into": str(gap.uuid)}).status_code == 302
    assert KnowledgeGap.objects.get().asked_count == 2


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_costs_the_same_whatever_its_length(shop, count, django_assert_max_num_queries):
    for words in ("дроном", "вышивка халата", "пошив штор")[:count]:
        asked(shop, words)

    seller = logged_in(shop.tenant.owner)

    with django_assert_max_num_queries(10):
        seller.get(reverse("knowledge_gaps"))


def test_viewer_reads_only(shop):
    gap = asked(shop, "Есть доставка дроном?")
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    assert "<textarea" not in viewer.get(reverse("knowledge_gap", args=[gap.uuid])).content.decode()
    assert viewer.post(reverse("knowledge_gap_act", args=[gap.uuid, "dismiss"])).status_code == 403
    assert (
        viewer.post(reverse("knowledge_gap_article", args=[gap.uuid]), {"title": "x", "text": "y"}).status_code == 403
    )


def test_home_page_counts_what_is_open(shop):
    asked(shop, "Есть доставка дроном?")
    asked(shop, "доставка дроном есть?")

    waiting = {each.url: each.count for each in home_decisions(shop.tenant, at=now())}

    assert waiting[reverse("knowledge_gaps")] == 1


def test_inbox_is_worked_over_the_api(shop):
    api = APIClient()
    api.force_authenticate(shop.tenant.owner)
    api.force_login(shop.tenant.owner)
    gap, other = asked(shop, "Есть доставка дроном?"), asked(shop, "Можно вышивку на халате?")
    address = f"/api/v1/gaps/{gap.uuid}/"

    assert [row["title"] for row in api.get("/api/v1/gaps/?status=open").data["results"]]
    assert api.get(f"{address}questions/").data[0]["text"] == "Есть доставка дроном?"
    assert api.post(f"{address}dismiss/").data["status"] == GapStatus.DISMISSED
    assert api.post(f"{address}reopen/").data["status"] == GapStatus.OPEN
    assert api.post(f"{address}merge/", {"into": str(uuid4())}, format="json").status_code == 400
    assert (
        api.post(f"/api/v1/gaps/{other.uuid}/merge/", {"into": str(gap.uuid)}, format="json").data["asked_count"] == 2
    )
    made = api.post(f"{address}article/", {"title": "Дроны", "text": "Не возим."}, format="json")
    assert (made.status_code, made.data["assistant"]) == (201, str(shop.uuid))
    assert api.post(f"{address}resolve/").json()["code"] == "gap_moved"
