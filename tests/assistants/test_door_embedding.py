"""Vectors through the door."""

import math

import pytest
from django.utils.timezone import now

from assistants.door import ModelFailed, NoModelAvailable, embed
from assistants.enums import Provider, RequestType
from assistants.models import AiTokenUsage
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import AssistantFactory, PoolKeyFactory

pytestmark = pytest.mark.django_db


def vectors_of(texts, **options):
    options.setdefault("tenant", TenantFactory())
    return embed(texts, **{"purpose": "document", "at": now(), **options})


def test_vectors_are_of_unit_length_in_order_and_the_same_every_time(embedded):
    texts = ["Возврат в течение 30 дней", "Доставка СДЭК", "Возврат в течение 30 дней"]

    one, other = vectors_of(texts), vectors_of(texts)

    assert (one.model, one.dims) == ("lexhash-v1", 1536)
    assert one.vectors == other.vectors
    assert one.vectors[0] == one.vectors[2] != one.vectors[1]
    assert all(math.isclose(math.hypot(*vector), 1, abs_tol=1e-6) for vector in one.vectors)
    usage = AiTokenUsage.objects.first()
    assert usage.request_type == RequestType.EMBEDDING
    assert usage.completion_tokens == 0
    assert not usage.is_estimated


def test_many_texts_go_in_batches_and_stay_in_order(embedded):
    texts = [f"статья {number}" for number in range(300)]

    together = vectors_of(texts)

    assert len(embedded.journal()) == 3
    assert together.vectors[299] == vectors_of(["статья 299"]).vectors[0]


def test_a_named_model_is_used_and_no_other(embedded):
    PoolKeyFactory(provider=Provider.OPENAI, base_url=embedded.url)

    assert vectors_of(["текст"]).model == "text-embedding-3-small"
    assert vectors_of(["текст"], model="lexhash-v1").model == "lexhash-v1"
    with pytest.raises(NoModelAvailable):
        vectors_of(["текст"], model="bge-m3")


def test_while_a_key_rests_no_other_model_takes_its_place(embedded):
    PoolKeyFactory(provider=Provider.OPENAI, base_url=embedded.url, token="sk-openai-key-0000000000000")
    embedded.fail("status", status=429, times=1, match={"key": "sk-openai"})

    for _ in range(2):
        with pytest.raises(NoModelAvailable):
            vectors_of(["текст"])

    assert [entry["model"] for entry in embedded.journal()] == ["text-embedding-3-small"]


def test_another_key_of_the_same_model_does(embedded):
    for number in (1, 2):
        PoolKeyFactory(provider=Provider.OPENAI, base_url=embedded.url, priority=number)
    embedded.fail("status", status=500, times=1)

    assert vectors_of(["текст"]).model == "text-embedding-3-small"
    assert list(AiTokenUsage.objects.order_by("pk").values_list("success", flat=True)) == [False, True]


def test_the_assistants_embedding_model_is_used(embedded):
    PoolKeyFactory(provider=Provider.OLLAMA, base_url=embedded.url)
    assistant = AssistantFactory(embedding_model="nomic-embed-text")

    vectors = vectors_of(["текст"], tenant=assistant.tenant, assistant=assistant, purpose="query")

    assert vectors.model == "nomic-embed-text"
    assert embedded.journal()[0]["payload"]["input"] == ["search_query: текст"]


@pytest.mark.parametrize("action", ["garbage", "schema", "empty", "html"])
def test_what_are_no_vectors_is_named(embedded, action):
    embedded.fail(action)

    with pytest.raises(ModelFailed):
        vectors_of(["текст"])

    assert not AiTokenUsage.objects.get().success


def test_a_dripping_server_does_not_outlast_the_deadline(embedded, settings):
    settings.LLM_TIMEOUT_SECONDS = 1
    embedded.fail("drip", seconds=0.2)

    with pytest.raises((ModelFailed, NoModelAvailable)):
        vectors_of(["текст"])

    assert 0.9 < AiTokenUsage.objects.get().response_time < 1.6


def test_nothing_to_embed_is_the_callers_mistake(embedded):
    with pytest.raises(ValueError, match="nothing"):
        vectors_of([])
