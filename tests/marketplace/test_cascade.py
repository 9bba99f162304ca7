"""What the rules cannot tell is asked of a model, once, and a person's word stays."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing import services as billing
from billing.models import Balance
from marketplace.enums import ChatStage, ChatTag, ClassificationStatus, DecidedBy
from marketplace.models import AiLog, Chat, ChatClassification
from marketplace.services import attending, cascade, classifying, composing
from tests.assistants.conftest import _model_server_process, _no_models, model_server  # noqa: F401 -- fixtures
from tests.factories.marketplace import (
    ChatFactory,
    ChatMessageFactory,
    ProductFactory,
    ProductRuleFactory,
    ReviewFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
UNCLEAR = "А скажите, она с подкладкой или без?"


@pytest.fixture
def model(model_server, settings):  # noqa: F811 -- the fixture
    settings.LLM_BASE_URL, settings.LLM_API_KEY, settings.LLM_CHAT_MODEL = model_server.url, "sk-test", "thinker"
    return model_server


@pytest.fixture
def chat():
    chat = ChatFactory()
    ChatMessageFactory(chat=chat, text=UNCLEAR, sent_at=NOW)
    Chat.objects.update(last_message_date=NOW, last_message_text=UNCLEAR, last_message_sender="client")
    attending.attend(Chat.objects.get(), at=NOW)
    return Chat.objects.get()


def judged():
    return ChatClassification.objects.values_list("status", "decided_by", "tag").get()


def test_without_a_model_the_rules_have_the_last_word(chat):
    assert judged()[0] == ClassificationStatus.PENDING

    assert [cascade.sweep(at=NOW), cascade.sweep(at=NOW)] == [1, 0]

    assert judged() == (ClassificationStatus.DONE, DecidedBy.RULES, ChatTag.ACTIVE)
    assert not AiLog.objects.exists()


def test_a_model_is_asked_once_and_its_call_is_logged(chat, model):
    model.fail("say", body="Refund_requested.")

    assert [cascade.sweep(at=NOW), cascade.sweep(at=NOW)] == [1, 0]

    assert judged() == (ClassificationStatus.DONE, DecidedBy.LARGE_MODEL, ChatTag.REFUND_REQUESTED)
    assert (Chat.objects.get().tag, Chat.objects.get().tag_by) == (ChatTag.REFUND_REQUESTED, DecidedBy.LARGE_MODEL)
    log = AiLog.objects.get()
    assert (log.action, log.entity_id, ChatClassification.objects.get().log) == ("classify_chat", chat.pk, log)
    assert not Balance.objects.filter(total_spent__gt=0).exists()


def test_the_large_model_is_asked_where_the_small_one_does_not_know(chat, model, settings):
    settings.LLM_SMALL_MODEL = "small"
    model.fail("say", body="не знаю", times=1)
    model.fail("say", body="spam")

    cascade.sweep(at=NOW)

    assert judged() == (ClassificationStatus.DONE, DecidedBy.LARGE_MODEL, ChatTag.SPAM)
    assert AiLog.objects.count() == 2


def test_a_persons_word_stays_whatever_a_model_says(chat, model):
    classifying.correct(chat, by=None, at=NOW, tag=ChatTag.SUCCESSFUL)
    model.fail("say", body="spam")

    cascade.sweep(at=NOW)

    assert (Chat.objects.get().tag, Chat.objects.get().tag_by) == (ChatTag.SUCCESSFUL, DecidedBy.PERSON)


def about_a_bad_review(chat, rating=1):
    review = ReviewFactory(product__store=chat.store, rating=rating)
    return chat.links.create(
        tenant=chat.tenant, store=chat.store, review=review, method="likeness", confidence=1, state="linked"
    )


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("deletion_agreed", ChatStage.DELETION_AGREED),
        ("deletion_confirmed", ChatStage.NONE),  # only the buyer or a person can say so
        ("почти", ChatStage.NONE),
    ],
)
def test_a_model_says_the_stage_of_a_chat_about_a_bad_review(chat, model, said, stage):
    about_a_bad_review(chat)
    model.fail("say", body="active", times=1)
    model.fail("say", body=said)

    cascade.sweep(at=NOW)

    assert Chat.objects.get().stage == stage
    assert ChatClassification.objects.get().stage == stage
    assert AiLog.objects.count() == 2


def test_without_a_bad_review_no_stage_is_asked(chat, model):
    about_a_bad_review(chat, rating=5)
    model.fail("say", body="active")

    cascade.sweep(at=NOW)

    assert Chat.objects.get().stage == ChatStage.NONE
    assert AiLog.objects.count() == 1


@pytest.mark.parametrize("is_allowed", [True, False])
def test_compensation_is_offered_only_as_the_products_rule_says(model, is_allowed):
    product = ProductFactory()
    ProductRuleFactory(
        product=product, offer_compensation=is_allowed, compensation_type="деньги на карту", max_compensation=300,
        compensation_by="магазин",
    )  # fmt: skip
    chat = ChatFactory(store=product.store, product_nm_id=product.wb_product_id)
    ChatMessageFactory(chat=chat, text="Пришла дырявая", sent_at=NOW)
    billing.top_up(product.tenant, amount=Decimal(100), key="first", at=NOW)
    model.fail("say", body="Здравствуйте! Очень жаль. Пришлите, пожалуйста, фото брака.")

    composing.draft(Chat.objects.select_related("store__tenant").get(), at=NOW)

    prompt = AiLog.objects.get().prompt
    assert ("не больше 300 ₽" in prompt) is is_allowed
    assert ("не за отзыв" in prompt) is is_allowed
