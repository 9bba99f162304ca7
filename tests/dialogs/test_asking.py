"""``POST /api/v1/assistants/<uuid>/ask/``: an answer whole, or as it forms."""

import json
import threading

import pytest
from django.db import connection
from django.test import AsyncClient, Client
from django.utils.timezone import now

from accounts import services as accounts
from accounts.enums import Scope
from billing.models import BalanceTransaction
from dialogs.models import Dialog, DialogMessage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(informed):
    _, secret = accounts.issue_api_key(
        informed.tenant, name="Shop", scopes=[Scope.ALL], created_by=informed.tenant.owner, at=now()
    )
    return secret


def ask(assistant, key, text, **fields):
    return Client().post(
        f"/api/v1/assistants/{assistant.uuid}/ask/",
        {"text": text, **fields},
        content_type="application/json",
        headers={"Authorization": f"Api-Key {key}"},
    )


@pytest.mark.usefixtures("busy_workers", "embedded")
def test_an_answer_comes_with_sources_and_receipt(informed, key):
    response = ask(informed, key, "Сколько стоит курьер СДЭК?", session_id="order-7")

    assert response.status_code == 200
    answer = response.json()
    assert "490" in answer["text"]
    assert answer["sources"][0]["title"].startswith("Доставка по России")
    assert "490 рублей" in answer["sources"][0]["quote"]
    assert (answer["handoff"], answer["session_id"]) == (False, "order-7")
    assert answer["receipt"]["price"] == "1.500000"
    assert Dialog.objects.get().uuid.hex == answer["dialog"].replace("-", "")


@pytest.mark.usefixtures("busy_workers", "embedded")
def test_a_session_continues_one_dialog(informed, key):
    for text in ("Сколько стоит курьер СДЭК?", "А как вернуть одежду?"):
        assert ask(informed, key, text, session_id="s1").status_code == 200

    dialog = Dialog.objects.get()
    assert dialog.messages_count == 4


@pytest.mark.usefixtures("busy_workers", "embedded")
def test_a_call_for_a_person_is_said_so(informed, key):
    answer = ask(informed, key, "Позовите человека").json()

    assert answer["handoff"] is True
    assert answer["text"]
    assert answer["receipt"] is None


@pytest.mark.usefixtures("busy_workers", "embedded")
async def test_the_answer_streams_as_server_sent_events(informed, key):
    response = await AsyncClient().post(
        f"/api/v1/assistants/{informed.uuid}/ask/",
        json.dumps({"text": "Сколько стоит курьер СДЭК?"}),
        content_type="application/json",
        headers={"Authorization": f"Api-Key {key}", "Accept": "text/event-stream"},
    )

    assert response["Content-Type"] == "text/event-stream"
    body = b"".join([part async for part in response.streaming_content]).decode()
    events = [block.split("\n") for block in body.strip().split("\n\n")]
    names = [lines[0].removeprefix("event: ") for lines in events]
    facts = [json.loads(lines[1].removeprefix("data: ")) for lines in events]
    assert names[-1] == "answer"
    assert names[:-1] == ["delta"] * (len(names) - 1)
    assert len(names) > 1
    assert facts[-1]["text"].startswith(facts[0]["text"].strip()[:10])


@pytest.mark.usefixtures("busy_workers", "embedded")
def test_twenty_at_once_lose_and_double_nothing(informed, key):
    answers = {}

    def customer(number):
        try:
            answers[number] = ask(informed, key, f"Сколько стоит курьер СДЭК? {number}", session_id=f"s{number}").json()
        finally:
            connection.close()

    threads = [threading.Thread(target=customer, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 20
    assert all("490" in answer["text"] for answer in answers.values())
    assert Dialog.objects.count() == 20
    assert DialogMessage.objects.count() == 40
    assert BalanceTransaction.objects.filter(transaction_type="ai_message").count() == 20


@pytest.mark.usefixtures("sleeping_workers")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"text": ""}', 400, "message_empty"),
        ('{"text": "   "}', 400, "message_empty"),
        (json.dumps({"text": "я" * 9_000}), 400, "message_too_long"),
        (json.dumps({"text": "я" * 100_000}), 400, "invalid"),
        ('{"text": "a\\u0000b"}', 400, "parse_error"),
        ('{"text": "\\ud800"}', 400, "parse_error"),
        (b'{"text": "\xff\xfe"}', 400, "parse_error"),
        ('{"text": NaN}', 400, "parse_error"),
        ("[" * 100_000, 400, "parse_error"),
        ("{}", 400, "invalid"),
        ('{"text": ["a"]}', 400, "invalid"),
        ('{"text": "hi", "session_id": "a b"}', 400, "invalid"),
    ],
)
def test_bad_questions_are_refused_in_words_and_nothing_is_saved(informed, key, body, status, code):
    response = Client().post(
        f"/api/v1/assistants/{informed.uuid}/ask/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Api-Key {key}"},
    )

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response["Content-Type"] == "application/problem+json"
    assert not DialogMessage.objects.exists()


@pytest.mark.usefixtures("sleeping_workers")
@pytest.mark.parametrize("authorization", ["", "Api-Key otk_forged", "Bearer x.y.z", "Basic YTpi"])
def test_strangers_are_turned_away(informed, authorization):
    response = Client().post(
        f"/api/v1/assistants/{informed.uuid}/ask/",
        {"text": "Привет"},
        content_type="application/json",
        headers={"Authorization": authorization},
    )

    assert response.status_code == 401
    assert not DialogMessage.objects.exists()


@pytest.mark.usefixtures("sleeping_workers")
def test_another_tenants_assistant_does_not_exist(informed, db):
    from tests.factories.accounts import TenantFactory

    stranger = TenantFactory()
    _, secret = accounts.issue_api_key(stranger, name="x", scopes=[Scope.ALL], created_by=stranger.owner, at=now())

    response = ask(informed, secret, "Привет")

    assert response.status_code == 404
    assert not DialogMessage.objects.exists()


@pytest.mark.usefixtures("sleeping_workers")
def test_an_assistant_that_is_off_says_so(informed, key):
    type(informed).objects.filter(pk=informed.pk).update(is_active=False)

    response = ask(informed, key, "Привет")

    assert (response.status_code, response.json()["code"]) == (409, "assistant_off")
