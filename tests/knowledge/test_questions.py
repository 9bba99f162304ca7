"""The vectors of questions are remembered per tenant, and forgotten in time."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from assistants.models import Assistant
from knowledge.models import EmbeddingModel, QueryEmbedding
from knowledge.paraphrases import ENGLISH, RUSSIAN
from knowledge.questions import TIME_TO_LIVE, _Recent, embed_question, prune, question_hash
from tests.factories.assistants import AssistantFactory
from tests.knowledge.meaning import Understanding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_memory(monkeypatch):
    """Let a test remember only its own questions."""
    monkeypatch.setattr("knowledge.questions._recent", _Recent())


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


def test_every_use_is_counted_and_written_at_most_once_an_hour(knowing):
    knowing(Understanding())
    assistant, at = AssistantFactory(), now()
    counted = []

    for minutes in (0, 1, 59, 62, 63, 190):
        embed_question("Где заказ?", assistant=assistant, model=model_of(assistant), at=at + timedelta(minutes=minutes))
        counted.append(QueryEmbedding.objects.get().usage_count)

    assert counted == [1, 1, 1, 4, 4, 6]
    assert QueryEmbedding.objects.get().last_used == at


def test_last_use_is_known_to_the_day(knowing):
    knowing(Understanding())
    assistant, at = AssistantFactory(), now()

    for hours in (0, 30, 60):
        embed_question("Где заказ?", assistant=assistant, model=model_of(assistant), at=at + timedelta(hours=hours))

    assert QueryEmbedding.objects.get().last_used == at + timedelta(hours=60)


def test_question_older_than_its_time_is_embedded_anew_once(knowing):
    understanding = knowing(Understanding())
    assistant, at = AssistantFactory(), now()
    embed_question("Где заказ?", assistant=assistant, model=model_of(assistant), at=at)
    QueryEmbedding.objects.update(created_at=at - TIME_TO_LIVE)

    for minutes in (61, 130):
        embed_question("Где заказ?", assistant=assistant, model=model_of(assistant), at=at + timedelta(minutes=minutes))

    assert len(understanding.requests) == 2


def test_vector_from_memory_is_the_vector_that_was_made(knowing):
    understanding = knowing(Understanding())
    assistant, at = AssistantFactory(), now()

    found = [
        embed_question("Где заказ?", assistant=assistant, model=model_of(assistant), at=at + timedelta(minutes=minutes))
        for minutes in (0, 1, 70)
    ]

    assert len(understanding.requests) == 1
    assert [vector.to_list() for vector in found] == [pytest.approx(understanding.vector("Где заказ?"), abs=1e-6)] * 3


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
