"""Saved questions tell whether search got better or worse."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import Role
from assistants.models import Assistant
from knowledge import services
from knowledge.errors import NothingToRun, QueryEmpty, TooManyQuestions
from knowledge.models import KnowledgeEmbedding, Trial, TrialQuestion, TrialResult
from knowledge.models.trials import LEASE
from knowledge.services import trials, workbench
from knowledge.workbench import outcomes
from tests.factories.accounts import MembershipFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import learned
from tests.knowledge.making import processed, taken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("idle_workers")]

ARTICLES = {
    "Доставка": "Привозим заказы курьером и почтой по всей России. До Самары посылка идёт два дня, цена 300 рублей.",
    "Возврат": "Вернуть покупку можно в течение 14 дней, если её не носили. Деньги придут на карту за три дня.",
    "Оплата": "Принимаем карты, СБП и оплату при получении. Чек приходит на почту.",
}


@pytest.fixture
def shop() -> Assistant:
    assistant = AssistantFactory()
    for title, text in ARTICLES.items():
        learned(assistant.tenant, text, assistant=assistant, title=title)
    return assistant


def passage_of(title: str) -> KnowledgeEmbedding:
    return KnowledgeEmbedding.objects.without_vectors().get(title=title)


def ran(assistant: Assistant) -> Trial:
    trial = trials.begin_trial(assistant)
    trials.run_trial(trial.pk, at=now())
    trial.refresh_from_db()
    return trial


def test_run_counts_what_was_found_and_where(shop):
    trials.save_question(shop, text="сколько стоит доставка в Самару", passage=passage_of("Доставка"))
    trials.save_question(shop, text="как вернуть деньги на карту", passage=passage_of("Оплата"))
    trials.save_question(shop, text="какая погода на Марсе завтра")
    trials.save_question(shop, text="доставка в Самару", document=None)

    trial = ran(shop)

    results = {row.question.text: row for row in TrialResult.objects.select_related("question")}
    assert results["сколько стоит доставка в Самару"].rank == 1
    assert results["как вернуть деньги на карту"].rank == 2
    assert results["какая погода на Марсе завтра"].is_right
    assert not results["доставка в Самару"].is_right
    assert (trial.status, trial.questions_count, trial.right_count) == ("done", 4, 3)
    assert (trial.hit_rate, trial.mrr, trial.search_model) == (0.75, 0.75, "bm25")


def test_same_question_may_have_two_right_passages(shop):
    trials.save_question(shop, text="как вернуть деньги на карту", passage=passage_of("Оплата"))
    question = trials.save_question(shop, text=" как вернуть  деньги на карту ", passage=passage_of("Возврат"))

    assert question.expectations.count() == 2
    assert ran(shop).mrr == 1

    trials.save_question(shop, text="как вернуть деньги на карту")
    assert (TrialQuestion.objects.get().expects_nothing, question.expectations.count()) == (True, 0)


def test_change_since_the_run_before_is_seen(shop):
    trials.save_question(shop, text="доставка в Самару", passage=passage_of("Доставка"))
    trials.save_question(shop, text="как вернуть деньги", passage=passage_of("Возврат"))
    first = ran(shop)
    workbench.switch(passage_of("Доставка"), is_enabled=False)

    second = ran(shop)

    assert outcomes.previous_of(second) == first
    found = outcomes.outcomes_of(second, first)
    assert [outcome.change for outcome in found] == ["worse", ""]
    assert outcomes.changes(found) == {"better": 0, "worse": 1}
    assert [outcome.change for outcome in outcomes.outcomes_of(first, None)] == ["", ""]


def test_expected_passage_is_recognised_in_the_next_version(assistant):
    first = processed(taken(assistant))
    trials.save_question(assistant, text="сколько дней на возврат", passage=first.chunks.without_vectors().get())
    trials.save_question(assistant, text="куда привозите по России", document=first)

    processed(
        taken(
            assistant, "# Доставка\n\nПривозим за три дня по всей России.\n\n# Возврат\n\nДвадцать дней на возврат.\n"
        )
    )

    assert ran(assistant).hit_rate == 1


def test_interrupted_run_goes_on_where_it_stopped(shop, monkeypatch):
    for text in ("доставка", "возврат", "оплата"):
        trials.save_question(shop, text=text)
    trial = trials.begin_trial(shop)
    genuine, asked = trials.search, []

    def failing(assistant: Assistant, query: str, **options: Any) -> Any:
        asked.append(query)
        if len(asked) == 2:
            raise OSError("killed")
        return genuine(assistant, query, **options)

    monkeypatch.setattr(trials, "search", failing)
    with pytest.raises(OSError, match="killed"):
        trials.run_trial(trial.pk, at=now())
    trials.run_trial(trial.pk, at=now())  # the lease still holds
    assert len(asked) == 2

    sent: list[int] = []
    monkeypatch.setattr("knowledge.tasks.run_trial.delay", lambda *, trial_id: sent.append(trial_id))
    later = now() + LEASE + timedelta(seconds=1)
    services.sweep(at=later)
    trials.run_trial(trial.pk, at=later)

    trial.refresh_from_db()
    assert sent == [trial.pk]
    assert asked == ["доставка", "возврат", "возврат", "оплата"]
    assert (trial.status, trial.questions_count) == ("done", 3)


def test_run_that_always_dies_ends_as_failed(shop):
    trials.save_question(shop, text="доставка")
    trial = trials.begin_trial(shop)
    Trial.objects.filter(pk=trial.pk).update(attempts=trials.MAX_ATTEMPTS)

    trials.run_trial(trial.pk, at=now())

    trial.refresh_from_db()
    assert trial.status == "failed"
    assert trials.begin_trial(shop).pk != trial.pk


def test_second_press_returns_the_run_there_is(shop):
    trials.save_question(shop, text="доставка")

    assert trials.begin_trial(shop) == trials.begin_trial(shop)


def test_refusals(shop, monkeypatch):
    with pytest.raises(NothingToRun):
        trials.begin_trial(shop)
    with pytest.raises(QueryEmpty):
        trials.save_question(shop, text=" ")
    monkeypatch.setattr(trials, "MOST_QUESTIONS", 1)
    trials.save_question(shop, text="доставка")
    with pytest.raises(TooManyQuestions):
        trials.save_question(shop, text="возврат")
    trials.save_question(shop, text="доставка", passage=passage_of("Доставка"))
    assert TrialQuestion.objects.count() == 1


# --- pages ---------------------------------------------------------------------------------


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_question_is_tried_saved_and_run_on_the_page(shop):
    seller, passage = logged_in(shop.tenant.owner), passage_of("Доставка")
    asked = {"question": "доставка в Самару", "assistant": str(shop.uuid)}

    page = seller.get(reverse("knowledge_test"), asked).content.decode()
    assert 'class="threshold"' in page
    assert str(passage.uuid) in page
    saved = seller.post(reverse("knowledge_test_save"), asked | {"passage": str(passage.uuid)}, follow=True)
    assert "card expected" in saved.content.decode()
    answer = seller.post(reverse("knowledge_test_run"), {"assistant": str(shop.uuid)})
    trial = Trial.objects.get()
    assert answer["Location"] == reverse("knowledge_trial", args=[trial.uuid])
    assert "every 1s" in seller.get(answer["Location"]).content.decode()
    trials.run_trial(trial.pk, at=now())
    done = seller.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert ("every 1s" in done, "<html" in done, "badge ok" in done) == (False, False, True)
    seller.post(reverse("knowledge_test_forget", args=[TrialQuestion.objects.get().uuid]))
    assert not TrialQuestion.objects.exists()


def test_two_wordings_are_compared(shop):
    seller = logged_in(shop.tenant.owner)
    asked = {"question": "доставка в Самару", "other": "какая погода на Марсе", "assistant": str(shop.uuid)}

    page = seller.get(reverse("knowledge_test"), asked).content.decode()

    assert ("alert ok" in page, "alert warn" in page, 'class="compare"' in page) == (True, True, True)


def test_nothing_of_another_shop_is_saved_or_run(shop):
    stranger = logged_in(AssistantFactory().tenant.owner)
    own = Assistant.objects.exclude(pk=shop.pk).get()
    form = {"question": "x", "assistant": str(own.uuid), "passage": str(passage_of("Доставка").uuid)}

    assert stranger.post(reverse("knowledge_test_save"), form).status_code == 404
    assert stranger.post(reverse("knowledge_test_save"), form | {"assistant": str(shop.uuid)}).status_code == 400
    assert stranger.post(reverse("knowledge_test_run"), {"assistant": str(shop.uuid)}).status_code == 404
    assert stranger.post(reverse("knowledge_test_run"), {"assistant": "nonsense"}).status_code == 404
    assert not TrialQuestion.objects.exists()


def test_viewer_tries_but_saves_nothing(shop):
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.USER).user)

    page = viewer.get(reverse("knowledge_test"), {"question": "доставка", "assistant": str(shop.uuid)})

    assert reverse("knowledge_test_save") not in page.content.decode()
    for name in ("knowledge_test_save", "knowledge_test_run"):
        assert viewer.post(reverse(name), {"question": "x", "assistant": str(shop.uuid)}).status_code == 403
