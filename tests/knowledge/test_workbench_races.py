"""People and customers at the same moment: one passage, one question, one answer."""

from typing import Any

import pytest
from django.utils.timezone import now

from config.errors import DomainError
from knowledge.errors import PassageChanged
from knowledge.models import KnowledgeEmbedding, KnowledgeGap
from knowledge.services import answers, gaps, workbench
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import AnswerFactory, learned
from tests.knowledge.test_workbench import LONG, assert_counts_are_true
from tests.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("idle_workers", "_no_broker")]


@pytest.fixture
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.tasks.embed_passages.delay", lambda **_: None)


@pytest.fixture
def shop() -> Any:
    return AssistantFactory()


def ask(shop: Any) -> list[Any]:
    return race(
        lambda n: gaps.note(shop.tenant, assistant=shop, text=f"Есть доставка дроном{'!' * n}", at=now()), threads=8
    )


def test_same_question_of_many_customers_is_one_gap(shop):
    ask(shop)

    assert KnowledgeGap.objects.get().asked_count == 8


def test_without_the_lock_twins_miss_each_other(shop, monkeypatch):
    """Negative control: with the lock off, several see no gap and each opens one."""
    monkeypatch.setattr(gaps, "_one_by_one", lambda tenant: None)

    ask(shop)

    assert KnowledgeGap.objects.count() > 1


def passage_of(shop: Any) -> KnowledgeEmbedding:
    return learned(shop.tenant, "Доставка в Самару.", assistant=shop, title="Доставка").chunks.get()


def test_of_many_who_edit_the_same_words_one_wins(shop):
    passage = passage_of(shop)
    seen = workbench.seen(passage)

    outcomes = race(lambda n: workbench.edit(passage, text=f"Правка номер {n}.", at=now(), expected=seen), threads=6)

    assert sum(isinstance(outcome, KnowledgeEmbedding) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, PassageChanged) for outcome in outcomes) == 5
    assert_counts_are_true()


def test_without_naming_the_words_seen_the_last_overwrites_all(shop):
    """Negative control: an edit that does not say what it saw never loses."""
    passage = passage_of(shop)

    outcomes = race(lambda n: workbench.edit(passage, text=f"Правка номер {n}.", at=now()), threads=6)

    assert sum(isinstance(outcome, KnowledgeEmbedding) for outcome in outcomes) == 6


def test_everything_at_once_keeps_the_counts_true(shop):
    document = learned(shop.tenant, LONG, assistant=shop, title="Справка")
    passages = list(document.chunks.in_order().without_vectors())
    verbs = (
        lambda row: workbench.merge_next(row, at=now()),
        lambda row: workbench.split(row, position=300, at=now()),
        lambda row: workbench.switch(row, is_enabled=False),
        lambda row: workbench.edit(row, text="Совсем другое.", at=now()),
    )

    outcomes = race(lambda n: verbs[n % 4](passages[n % 3]), threads=12)

    assert [
        outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, DomainError)
    ] == []
    assert_counts_are_true()


def test_answer_is_confirmed_once(shop):
    entry = AnswerFactory(tenant=shop.tenant, assistant=shop)

    outcomes = race(lambda _: answers.confirm(type(entry).objects.get(pk=entry.pk), at=now()), threads=6)

    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert entry.passages.filter(is_current=True).count() == 1
    assert_counts_are_true()
