"""The vectors of questions are remembered per tenant, and forgotten in time."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from assistants.models import Assistant
from knowledge.models import EmbeddingModel, QueryEmbedding
from knowledge.paraphrases import ENGLISH, RUSSIAN
from knowledge.questions import TIME_TO_LIVE, embed_question, prune, question_hash
from tests.factories.assistants import AssistantFactory
from tests.knowledge.meaning import Understanding

pytestmark = pytest.mark.django_db


def model_of(assistant: Assistant) -> EmbeddingModel:
    return EmbeddingModel(tenant=assistant.tenant, name="concepts-1", dims=64, threshold=0.5)


@pytest.mark.parametrize("other", ["Ёлка  на столе", "елка на столе", "ЕЛКА НА\tСТОЛЕ", "Е\u0308лка на столе"])
def test_texts_that_search_treats_alike_have_one_key(other):
    assert question_hash(other, model="m", dims=3) == question_hash("ёлка на столе", model="m", dims=3)


def test_key_depends_on_model_and_width():
    keys = {question_hash("x", model=model, dims=dims) for model in ("a", "b") for dims in (3, 4)}

    assert len(keys) == 4


def test_question_of_another_tenant_is_embedded_anew(knowing):
    understanding = knowing(Understanding())
    for assistant in (AssistantFactory(), AssistantFactory()):
        for _ in range(2):
            embed_question("Где заказ?", assistant=assistant, model=model_of(assistant), at=now())

    assert len(understanding.requests) == 2
    assert QueryEmbedding.objects.count() == 2


def test_use_is_counted_at_most_once_an_hour(knowing):
    knowing(Understanding())
    assistant, at = AssistantFactory(), now()

    for minutes in (0, 1, 59, 61, 62, 190):
        embed_question("Где заказ?", assistant=assistant, model=model_of(assistant), at=at + timedelta(minutes=minutes))

    assert QueryEmbedding.objects.get().usage_count == 3


def test_old_questions_are_forgotten_and_the_latest_kept(knowing, monkeypatch):
    understanding = knowing(Understanding())
    assistant, at = AssistantFactory(), now()
    for number in range(6):
        moment = at + timedelta(hours=number)
        embed_question(f"Вопрос {number}?", assistant=assistant, model=model_of(assistant), at=moment)
    monkeypatch.setattr("knowledge.questions.KEPT_PER_TENANT", 4)

    assert prune(at=at) == 2
    assert prune(at=at + TIME_TO_LIVE + timedelta(minutes=1)) == 4
    assert len(understanding.requests) == 6


def test_probe_is_made_of_whole_triples():
    for triples in (RUSSIAN, ENGLISH):
        assert len(triples) == 20
        assert all(len(triple) == 3 and all(triple) for triple in triples)
