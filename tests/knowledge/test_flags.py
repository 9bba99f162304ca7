"""Contradictions and old texts are found by rule, and dealt with once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import Role
from accounts.ports import home_decisions
from assistants.models import Assistant
from knowledge.conflicts import conflicts_in, facts_of
from knowledge.enums import FlagStatus
from knowledge.errors import FlagClosed
from knowledge.models import Document, KnowledgeFlag
from knowledge.search import search
from knowledge.services import answers, flags, workbench
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import learned

pytestmark = pytest.mark.django_db

OLD = "Доставка курьером по Москве стоит 300 рублей."
NEW = "Курьером по Москве доставка стоит 350 ₽, привозим вечером."


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


def found(*texts: str) -> list[tuple[str, ...]]:
    facts = [fact for n, text in enumerate(texts) for fact in facts_of(text, passage=n, source=n, scope=None)]
    return [(conflict.unit, *conflict.values) for conflict in conflicts_in(facts)]


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (OLD, "Курьером по Москве доставка стоит 350 ₽.", ("₽", "300", "350")),
        ("Вернуть товар можно за 14 дней.", "Товар можно вернуть в течение 30 дней.", ("day", "14", "30")),
        ("Вернуть товар можно за четырнадцать дней.", "Вернуть товар можно за 14 календарных дней.", None),
        ("Скидка на первый заказ 10%", "На первый заказ скидка 15 процентов", ("%", "10", "15")),
        (
            "Магазин открыт с 9:00 до 21:00.",
            "Магазин открыт с 10:00 до 21:00.",
            ("clock", "9:00, 21:00", "10:00, 21:00"),
        ),
        ("Магазин в центре открыт с 9:00.", "Магазин в центре открыт с 10.00", ("clock", "9:00", "10:00")),
        ("Заказ хранится в пункте 5-7 дней.", "В пункте заказ хранится 3 дня.", ("day", "5–7", "3")),
        ("Платье стоит 1 500 рублей.", "Платье стоит 1500 руб.", None),
        ("Доставка в Самару идёт два дня.", "Доставка в Омск идёт пять дней.", None),
        ("Лён стирают при 40 градусах.", "Шёлк стирают при 30 градусах.", None),
        ("Ткань тянется 5 частями.", "Ткань тянется 7 частями.", None),
        ("| Самара | 300 рублей |", "| Самара | 400 рублей |", None),
    ],
)
def test_sentences_conflict_only_when_they_are_about_the_same(one, other, conflict):
    assert found(one, other) == ([conflict] if conflict else [])


def test_one_document_does_not_contradict_itself():
    facts = [*facts_of(f"{OLD} {NEW}", passage=1, source=1, scope=None)]

    assert list(conflicts_in(facts)) == []


def test_conflict_is_flagged_once_and_explained(shop):
    learned(shop.tenant, OLD, assistant=shop, title="Доставка")
    learned(shop.tenant, "Курьером по Москве доставка стоит 350 ₽.", title="Цены")

    assert [flags.review(shop.tenant, at=now()) for _ in range(2)] == [1, 1]

    flag = KnowledgeFlag.objects.get()
    assert (flag.kind, flag.difference) == ("conflict", "300 ₽ ≠ 350 ₽")
    assert {flag.sentence, flag.other_sentence} == {OLD, "Курьером по Москве доставка стоит 350 ₽."}


def test_assistants_of_their_own_do_not_contradict_each_other(shop):
    learned(shop.tenant, OLD, assistant=shop)
    learned(shop.tenant, OLD.replace("300", "350"), assistant=AssistantFactory(tenant=shop.tenant))
    learned(AssistantFactory().tenant, OLD.replace("300", "400"))

    assert flags.review(shop.tenant, at=now()) == 0


def test_confirmed_answer_may_contradict_a_document(shop):
    learned(shop.tenant, OLD, assistant=shop)
    answers.add(shop.tenant, assistant=shop, question="Почём курьер?", answer=OLD.replace("300", "390"), at=now())

    assert flags.review(shop.tenant, at=now()) == 1


def conflict_of(shop: Assistant) -> KnowledgeFlag:
    learned(shop.tenant, OLD, assistant=shop)
    learned(shop.tenant, OLD.replace("300", "350"), assistant=shop)
    flags.review(shop.tenant, at=now())
    return KnowledgeFlag.objects.get()


def test_what_is_still_right_does_not_come_back(shop):
    flag = conflict_of(shop)
    flags.keep(flag, by=shop.tenant.owner, at=now())
    with pytest.raises(FlagClosed):
        flags.keep(flag, at=now())

    assert flags.review(shop.tenant, at=now()) == 0
    flag.refresh_from_db()
    assert (flag.status, flag.closed_by) == ("kept", shop.tenant.owner)


def test_mended_sentence_closes_its_flag_and_a_new_contradiction_opens_one(shop):
    flag = conflict_of(shop)
    workbench.edit(flag.other, text=OLD, at=now())

    assert flags.review(shop.tenant, at=now()) == 0
    flag.refresh_from_db()
    assert flag.status == FlagStatus.RESOLVED

    workbench.restore(flag.other, at=now())
    assert flags.review(shop.tenant, at=now()) == 1
    flag.refresh_from_db()
    assert (flag.status, flag.closed_at) == ("open", None)


def test_wrong_passage_is_switched_off(shop):
    flag = conflict_of(shop)

    flags.drop(flag, flag.chunk, by=shop.tenant.owner, at=now())

    texts = [passage.text for passage in search(shop, "доставка курьером", at=now()).passages]
    assert texts == [flag.other_sentence]
    assert flags.review(shop.tenant, at=now()) == 0


def test_old_and_expired_documents_are_flagged_and_looked_through(shop, settings):
    settings.KNOWLEDGE_STALE_MONTHS = 6
    old, expired, _ = (learned(shop.tenant, f"Текст {n}.", assistant=shop, title=f"Статья {n}") for n in range(3))
    Document.objects.filter(pk=old.pk).update(created_at=now() - timedelta(days=200))
    Document.objects.filter(pk=expired.pk).update(valid_until=date(2020, 1, 1))

    assert flags.review(shop.tenant, at=now()) == 2
    stale_flag, expired_flag = (KnowledgeFlag.objects.get(kind=kind) for kind in ("stale", "expired"))
    flags.keep(stale_flag, at=now())
    flags.archive(expired_flag, at=now())

    expired.refresh_from_db()
    assert expired.status == "archived"
    assert flags.review(shop.tenant, at=now()) == 0
    assert flags.review(shop.tenant, at=now() + timedelta(days=190)) == 2


def test_validity_that_is_lifted_holds_for_ever(shop):
    document = learned(shop.tenant, "Текст.", assistant=shop)
    Document.objects.filter(pk=document.pk).update(valid_until=date(2020, 1, 1))
    flags.review(shop.tenant, at=now())

    flags.keep(KnowledgeFlag.objects.get(), at=now())

    document.refresh_from_db()
    assert document.valid_until is None
    assert flags.review(shop.tenant, at=now()) == 0


def test_every_shop_with_knowledge_is_looked_through(shop):
    learned(shop.tenant, "Текст.", assistant=shop)
    AssistantFactory()

    assert flags.reviewable() == [shop.tenant_id]


# --- pages -----------------------------------------------------------------------------------


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_list_is_worked_on_the_page(shop, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr("knowledge.tasks.review_knowledge.delay", lambda *, tenant_id: asked.append(tenant_id))
    seller, flag = logged_in(shop.tenant.owner), conflict_of(shop)

    assert "300 ₽ ≠ 350 ₽" in seller.get(reverse("knowledge_flags")).content.decode()
    assert {each.url for each in home_decisions(shop.tenant, at=now())} >= {reverse("knowledge_flags")}
    seller.post(reverse("knowledge_flags_review"))
    assert asked == [shop.tenant_id]
    assert seller.post(reverse("knowledge_flag_act", args=[flag.uuid, "archive"])).status_code == 404
    seller.post(reverse("knowledge_flag_act", args=[flag.uuid, "drop-other"]))
    flag.refresh_from_db()
    assert (flag.status, flag.other.is_enabled) == ("resolved", False)
    assert "300 ₽ ≠ 350 ₽" in seller.get(reverse("knowledge_flags"), {"status": "resolved"}).content.decode()


def test_validity_is_set_on_the_documents_page(shop):
    seller, document = logged_in(shop.tenant.owner), learned(shop.tenant, "Текст.", assistant=shop)
    address = reverse("knowledge_validity", args=[document.uuid])

    seller.post(address, {"valid_until": "2030-05-01"})
    seller.post(address, {"valid_until": "nonsense"})
    document.refresh_from_db()
    assert document.valid_until == date(2030, 5, 1)
    assert 'value="2030-05-01"' in seller.get(reverse("knowledge_document", args=[document.uuid])).content.decode()

    seller.post(address, {"valid_until": ""})
    document.refresh_from_db()
    assert document.valid_until is None


def test_viewer_decides_nothing(shop):
    flag = conflict_of(shop)
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    assert "keep" not in viewer.get(reverse("knowledge_flags")).content.decode()
    assert viewer.post(reverse("knowledge_flag_act", args=[flag.uuid, "keep"])).status_code == 403
    assert viewer.post(reverse("knowledge_flags_review")).status_code == 403
