"""What the rules cannot tell is asked of a model, once, and a person's word stays."""

from datetime import UTC, datetime

import pytest

from billing.models import Balance
from marketplace.enums import ChatTag, ClassificationStatus, DecidedBy
from marketplace.models import AiLog, Chat, ChatClassification
from marketplace.services import attending, cascade, classifying
from tests.assistants.conftest import _model_server_process, _no_models, model_server  # noqa: F401 -- fixtures
from tests.factories.marketplace import ChatFactory, ChatMessageFactory

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
