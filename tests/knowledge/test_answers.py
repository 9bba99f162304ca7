"""What operators answered becomes knowledge when somebody confirmed it."""

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
from knowledge import services
from knowledge.enums import EntryStatus, Source
from knowledge.errors import EntryIncomplete, EntryMoved
from knowledge.models import EmbeddingModel, KnowledgeEmbedding, KnowledgeEntry, KnowledgeLexical
from knowledge.search import search
from knowledge.services import answers, gaps, workbench
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import AnswerFactory, EntryFactory, learned
from tests.knowledge.test_workbench import assert_counts_are_true

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]

QUESTION = "Делаете ли вы вышивку на халатах?"
ANSWER = "Да, вышиваем инициалы за три дня, это стоит 500 рублей."


@pytest.fixture
def shop() -> Assistant:
    return AssistantFactory()


def proposed(shop: Assistant, answer: str = ANSWER, question: str = QUESTION, **facts: Any) -> Any:
    return answers.propose(shop.tenant, assistant=shop, question=question, answer=answer, **facts)


def test_proposed_answer_hides_who_asked_and_is_not_searched(shop):
    entry = proposed(
        shop, f"{ANSWER} Перезвоним на +79121234567.", f"{QUESTION} Мой заказ №55443", by=shop.tenant.owner
    )

    assert entry.question == f"{QUESTION} Мой заказ [номер заказа]"
    assert entry.content == f"{ANSWER} Перезвоним на [телефон]."
    assert (entry.masked_count, entry.status, entry.created_by) == (2, "proposed", shop.tenant.owner)
    assert search(shop, QUESTION, at=now()).passages == ()


def test_answer_in_pieces_is_one_proposal(shop):
    where = {"dialog_uuid": uuid4(), "seq": 3}
    entry = proposed(shop, "Да, вышиваем инициалы.", **where)
    proposed(shop, "Это стоит 500 рублей.", **where)
    proposed(shop, "Это стоит 500 рублей.", **where)

    entry.refresh_from_db()
    assert entry.content == "Да, вышиваем инициалы.\nЭто стоит 500 рублей."

    answers.reject(entry, at=now())
    assert proposed(shop, "И ещё кое-что.", **where).content == entry.content
    assert KnowledgeEntry.objects.count() == 1


def test_same_words_are_proposed_once_and_nothing_is_no_proposal(shop):
    assert proposed(shop) == proposed(shop)
    assert proposed(shop, " ") is None
    assert proposed(shop, question="\u200b") is None


def test_confirmed_answer_is_found_by_its_question_and_closes_the_gap(shop):
    learned(shop.tenant, "Халаты из льна: вышивка на фото сделана вручную.", assistant=shop, title="Халаты")
    gap = gaps.note(shop.tenant, assistant=shop, text="можно вышивку на халат?", at=now())
    entry = proposed(shop)

    answers.confirm(entry, question=f"{QUESTION}\nМонограмма на одежде", by=shop.tenant.owner, at=now())

    found = search(shop, "делаете вышивку на халатах", at=now())
    assert (found.passages[0].text, found.passages[0].source) == (ANSWER, Source.CONFIRMED_KNOWLEDGE)
    assert found.is_enough
    assert search(shop, "монограмма", at=now()).passages[0].text == ANSWER
    gap.refresh_from_db()
    assert (gap.status, gap.entry) == ("answered", entry)
    assert (entry.status, entry.reviewed_by) == ("active", shop.tenant.owner)
    assert_counts_are_true()


def test_first_knowledge_of_a_shop_is_embedded_by_the_model_there_is(assistant):
    entry = answers.add(assistant.tenant, assistant=assistant, question=QUESTION, answer=ANSWER, at=now())
    passage = entry.passages.without_vectors().get()
    assert (passage.embedding_model, passage.embedding) == ("", None)

    assert services.embed_passages([passage.pk], at=now()) == 1

    passage.refresh_from_db()
    assert (passage.embedding_model, passage.dims) == ("lexhash-v1", 1536)
    assert EmbeddingModel.objects.get().name == "lexhash-v1"


def test_later_knowledge_takes_the_model_of_its_neighbours(shop):
    learned(shop.tenant, "Доставка.", assistant=shop, title="Доставка")

    entry = answers.add(shop.tenant, assistant=shop, question=QUESTION, answer=ANSWER, at=now())

    assert entry.passages.get().embedding_model == "test-embedding"


def test_revised_answer_is_what_search_finds(shop):
    entry = answers.add(shop.tenant, assistant=shop, question=QUESTION, answer=ANSWER, at=now())

    answers.revise(entry, question=QUESTION, answer="Вышивку больше не делаем.")

    assert [passage.text for passage in search(shop, QUESTION, at=now()).passages] == ["Вышивку больше не делаем."]
    assert_counts_are_true()


def test_passage_mended_on_the_workbench_mends_its_entry(shop):
    entry = answers.add(shop.tenant, assistant=shop, question=QUESTION, answer=ANSWER, at=now())

    workbench.edit(entry.passages.get(), text="Вышивка стоит 700 рублей.", title="Вышивка?", at=now())

    entry.refresh_from_db()
    assert (entry.question, entry.content) == ("Вышивка?", "Вышивка стоит 700 рублей.")


def test_retired_answer_is_found_no_more_until_it_is_used_again(shop):
    entry = answers.add(shop.tenant, assistant=shop, question=QUESTION, answer=ANSWER, at=now())

    answers.retire(entry, at=now())
    assert search(shop, QUESTION, at=now()).passages == ()
    assert not KnowledgeLexical.objects.exists()
    with pytest.raises(EntryMoved):
        answers.retire(entry, at=now())
    with pytest.raises(EntryMoved):
        answers.revise(entry, question=QUESTION, answer="Нет.")

    answers.confirm(entry, at=now())
    assert search(shop, QUESTION, at=now()).is_enough


def test_decisions_are_made_once(shop):
    entry = proposed(shop)
    with pytest.raises(EntryIncomplete):
        answers.confirm(entry, question=" ", at=now())
    answers.reject(entry, at=now())
    with pytest.raises(EntryMoved):
        answers.confirm(entry, at=now())
    answers.reconsider(entry)
    answers.confirm(entry, at=now())
    with pytest.raises(EntryMoved):
        answers.reject(entry, at=now())

    assert KnowledgeEmbedding.objects.filter(is_current=True).count() == 1


def test_use_of_a_confirmed_answer_is_counted(shop):
    entry = answers.add(shop.tenant, assistant=shop, question=QUESTION, answer=ANSWER, at=now())
    original = EntryFactory(document=learned(shop.tenant, "Текст.", assistant=shop))
    chunks = [entry.passages.get().pk, original.document.chunks.get().pk]

    services.count_use(chunks, tenant_id=shop.tenant_id, at=now())

    assert set(KnowledgeEntry.objects.values_list("usage_count", flat=True)) == {1}


# --- pages and API -----------------------------------------------------------------------


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_queue_is_worked_on_the_page(shop):
    seller, entry = logged_in(shop.tenant.owner), AnswerFactory(tenant=shop.tenant, assistant=shop)
    assert entry.content in seller.get(reverse("knowledge_answers")).content.decode()

    def press(verb: str, **words: str) -> str:
        assert seller.post(reverse("knowledge_answer_act", args=[entry.uuid, verb]), words).status_code == 302
        entry.refresh_from_db()
        return str(entry.status)

    assert press("save", question="Вышивка?", answer="Делаем вышивку.") == "proposed"
    assert entry.content == "Делаем вышивку."
    assert press("confirm", question="", answer="") == "proposed"
    assert press("reject") == "rejected"
    assert press("reconsider") == "proposed"
    assert press("confirm", question="Вышивка?", answer="Вышиваем за день.") == "active"
    assert "Вышиваем за день." in seller.get(reverse("knowledge_answers"), {"status": "active"}).content.decode()
    assert press("retire") == "retired"
    assert press("revive", question="", answer="") == "active"
    assert seller.post(reverse("knowledge_answer_act", args=[entry.uuid, "explode"])).status_code == 404


def test_answer_is_written_on_the_page(shop):
    seller = logged_in(shop.tenant.owner)

    seller.post(reverse("knowledge_answer_add"), {"question": QUESTION, "answer": ANSWER, "assistant": str(shop.uuid)})
    refused = seller.post(reverse("knowledge_answer_add"), {"question": QUESTION, "answer": "\u200b"})

    assert (refused.status_code, "data-open-now" in refused.content.decode()) == (422, True)
    assert KnowledgeEntry.objects.get().status == EntryStatus.ACTIVE


def test_viewer_reads_only(shop):
    entry = AnswerFactory(tenant=shop.tenant)
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    assert "<textarea" not in viewer.get(reverse("knowledge_answers")).content.decode()
    assert viewer.post(reverse("knowledge_answer_act", args=[entry.uuid, "confirm"])).status_code == 403
    assert viewer.post(reverse("knowledge_answer_add"), {"question": "a", "answer": "b"}).status_code == 403


def test_home_page_counts_what_waits(shop):
    AnswerFactory.create_batch(2, tenant=shop.tenant)

    waiting = {each.url: each.count for each in home_decisions(shop.tenant, at=now())}

    assert waiting[reverse("knowledge_answers")] == 2


def test_entries_are_worked_over_the_api(shop):
    api = APIClient()
    api.force_authenticate(shop.tenant.owner)
    api.force_login(shop.tenant.owner)
    original = EntryFactory(document=learned(shop.tenant, "Текст.", assistant=shop))
    new = {"question": QUESTION, "answer": ANSWER, "assistant": str(shop.uuid)}

    made = api.post("/api/v1/knowledge-entries/", new, format="json")
    address = f"/api/v1/knowledge-entries/{made.data['uuid']}/"
    waiting = AnswerFactory(tenant=shop.tenant)

    assert (made.status_code, made.data["status"], made.data["type"]) == (201, "active", "confirmed")
    assert api.patch(address, {"answer": "Нет."}, format="json").data["content"] == "Нет."
    assert api.post(f"{address}retire/").data["status"] == "retired"
    assert api.post(f"{address}reject/").json()["code"] == "entry_moved"
    theirs = f"/api/v1/knowledge-entries/{waiting.uuid}/"
    assert api.post(f"{theirs}confirm/", {"question": "Вышивка?"}, format="json").data["question"] == "Вышивка?"
    assert api.patch(f"/api/v1/knowledge-entries/{original.uuid}/", {"answer": "x"}, format="json").status_code == 400
    listed = api.get("/api/v1/knowledge-entries/?type=confirmed&status=active").data["results"]
    assert [row["uuid"] for row in listed] == [str(waiting.uuid)]
