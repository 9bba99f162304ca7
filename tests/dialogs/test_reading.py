"""A model that can reason reads what the rules are unsure about; the rules stand whenever it fails."""

import json
from decimal import Decimal

import pytest
from django.utils.timezone import now

from dialogs.enums import HandoffStatus
from dialogs.services import answering, reading
from dialogs.services.receiving import receive
from tests.dialogs.conftest import dialog_of
from tests.factories.assistants import PoolKeyFactory

pytestmark = pytest.mark.django_db(transaction=True)

UNCLEAR = "Мне бы кого-нибудь, кто разберётся с QX-77"
ASKS = {"intent": "ask_person", "confidence": 0.9, "entities": {"product": ["QX-77"]}}


@pytest.fixture
def thinker(model_server, sleeping_workers):
    """A pool key of a model that is not the embedded one."""
    PoolKeyFactory(base_url=model_server.url, model_access=["otklik-quote-1"])
    return model_server


def said(thinker, answer):
    body = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    thinker.fail("say", body=body, match={"path": "chat", "text": "JSON object"})


def test_what_the_rules_did_not_see_the_model_does_and_a_person_is_called(informed, thinker):
    said(thinker, f"Sure!\n```json\n{json.dumps(ASKS)}\n```")
    dialog = dialog_of(informed)
    received = receive(dialog, text=UNCLEAR, at=now())
    received.run.due_at = now()
    received.run.save()

    answering.answer(received.run.pk, at=now())

    dialog.refresh_from_db()
    assert dialog.handoff_status == HandoffStatus.REQUESTED
    message = received.message
    message.refresh_from_db()
    assert (message.intent, message.confidence) == ("ask_person", Decimal("0.90"))
    assert message.entities == {"product": ["QX-77"]}


def test_sure_rules_and_the_embedded_model_ask_nobody(informed, thinker, settings):
    dialog = dialog_of(informed)
    sure = receive(dialog, text="Позовите оператора", at=now()).message

    assert not reading.refine(dialog, [sure], at=now())

    unsure = receive(dialog_of(informed, "other"), text=UNCLEAR, at=now()).message
    from assistants.models import AiTokenPool

    AiTokenPool.objects.all().delete()
    settings.EMBEDDED_MODEL_URL = thinker.url
    assert not reading.refine(dialog, [unsure], at=now())
    assert thinker.journal() == []


def test_nobody_is_asked_where_a_person_is_in_charge(informed, thinker):
    dialog = dialog_of(informed)
    received = receive(dialog, text=UNCLEAR, at=now())
    received.run.due_at = now()
    received.run.save()
    dialog.hand_over(HandoffStatus.REQUESTED)

    answering.answer(received.run.pk, at=now())

    assert thinker.journal() == []


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I think it is a question.",
        "{",
        "[1, 2]",
        '"ask_person"',
        {"intent": "delete_everything", "confidence": 1},
        {"intent": "question"},
        {"intent": "question", "confidence": "NaN"},
        {"intent": "question", "confidence": 7},
        {"intent": ["question"], "confidence": 1},
        '{"intent": null, "confidence": 1}',
    ],
)
def test_an_answer_of_another_shape_changes_nothing(answer):
    body = answer if isinstance(answer, str) else json.dumps(answer)

    assert reading.understood(body, text=UNCLEAR) is None


def test_entities_the_message_does_not_contain_are_left_out():
    invented = {
        "product": ["QX-77", "QX-99", 5, "x" * 500],
        "order": "20415",
        "phone": ["+7 900 000-00-00"],
        "who": ["x"],
    }

    understood = reading.understood(json.dumps({**ASKS, "entities": invented}), text=UNCLEAR)

    assert understood["entities"] == {"product": ["QX-77"]}


@pytest.mark.parametrize("action", ["status", "hang", "garbage"])
def test_a_model_that_fails_leaves_the_rules_reading(informed, thinker, monkeypatch, action):
    monkeypatch.setattr(reading, "PATIENCE_SECONDS", 0.5)
    thinker.fail(action, match={"path": "chat"})
    dialog = dialog_of(informed)
    message = receive(dialog, text=UNCLEAR, at=now()).message

    assert not reading.refine(dialog, [message], at=now())

    message.refresh_from_db()
    assert message.intent == "question"
