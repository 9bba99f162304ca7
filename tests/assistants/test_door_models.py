"""What differs between models: windows, thoughts aloud, shutdown days; and keys that hang."""

import threading
import time

import pytest
from django.utils.timezone import now

from accounts.enums import IntegrationStatus
from accounts.models import Platform
from accounts.services import connect
from assistants.door import Message, ModelFailed, NoModelAvailable, bulkhead, complete
from assistants.door.failures import Failure
from assistants.door.fitting import fit
from assistants.door.routes import routes_for
from assistants.door.thinking import Aloud
from assistants.enums import ModelKind, Provider
from assistants.models import AiModel
from config.modelserver import tokens
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import PoolKeyFactory

MARK = "ab12"


def passages(count, words=60):
    blocks = "".join(
        f'<passage n="{n}" title="t{n}">\n{f"слово{n} " * words}\n</passage boundary="{MARK}">\n'
        for n in range(1, count + 1)
    )
    return f'Будь вежлива.\n\n<passages boundary="{MARK}">\n{blocks}</passages boundary="{MARK}">'


def size(messages):
    return tokens.count_messages([message.content for message in messages])


def test_a_conversation_that_fits_stays_whole():
    messages = [Message("system", "a"), Message("user", "b")]

    assert fit(messages, window=None, room=800) == messages
    assert fit(messages, window=4096, room=800) == messages


def test_the_oldest_turns_go_first_and_no_answer_stays_without_its_question():
    turns = [Message("user" if n % 2 == 0 else "assistant", f"реплика {n} " * 60) for n in range(21)]

    kept = fit([Message("system", passages(2)), *turns], window=2048, room=400)

    assert size(kept) * 1.1 < 2048 - 400
    assert kept[0].content == passages(2)
    assert kept[1].role == "user"
    assert kept[-1] == turns[-1]


def test_then_the_last_passages_go_and_the_first_one_stays():
    kept = fit([Message("system", passages(6, words=200)), Message("user", "Где?")], window=2048, room=800)

    assert 'n="1"' in kept[0].content
    assert 'n="6"' not in kept[0].content
    assert kept[0].content.endswith(f'</passages boundary="{MARK}">')
    assert size(kept) < 2048


def test_what_cannot_fit_is_refused_and_never_cut_in_silence():
    with pytest.raises(Failure) as refused:
        fit([Message("system", "слово " * 3000), Message("user", "Где?")], window=1024, room=200)

    assert refused.value.code == "window_too_small"


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["Доставка ", "490"], "Доставка 490"),
        (["<think>", "хм", "</think>", "\n\nДа"], "Да"),
        (["<th", "ink>хм</th", "ink>", "Да", " <think>"], "Да <think>"),
        (["<think>хм</think>Да"], "Да"),
        (["<", "b>Да"], "<b>Да"),
        (["\n", "<think>хм"], ""),
        (["<think>хм</think>", "\n", "Да"], "Да"),
        (["<"], "<"),
    ],
)
def test_thoughts_are_not_passed_on_however_they_are_cut(pieces, said):
    aloud = Aloud()

    assert "".join([*map(aloud.hear, pieces), aloud.rest()]) == said


@pytest.mark.django_db
def test_a_retired_model_is_answered_for_by_the_one_that_took_over(settings):
    settings.LLM_ALLOW_PRIVATE_ADDRESSES = True
    tenant = TenantFactory()
    connect(tenant, platform=Platform.objects.get(pk="deepseek"), credentials={"api_key": "sk-x"})

    wanted = [
        routes_for(tenant, kind=ModelKind.CHAT, wanted=name, at=now())[0].model
        for name in ("deepseek-chat", "deepseek-reasoner", "")
    ]

    assert wanted == ["deepseek-flash", "deepseek-v4-pro", "deepseek-flash"]


@pytest.mark.django_db
def test_a_retired_default_is_taken_over_too():
    AiModel.objects.filter(provider=Provider.OPENAI, is_default=True, kind=ModelKind.CHAT).update(
        shutdown_on="2026-01-01"
    )
    tenant = TenantFactory()
    connect(tenant, platform=Platform.objects.get(pk="openai"), credentials={"api_key": "sk-x"})

    from django.core.cache import caches

    caches["process"].clear()
    assert routes_for(tenant, kind=ModelKind.CHAT, at=now())[0].model == "gpt-6-luna"
    assert not routes_for(tenant, kind=ModelKind.EMBEDDING, wanted="gpt-4o", needs_wanted=True, at=now())


@pytest.mark.django_db
def test_the_window_is_the_smaller_of_the_model_and_its_server():
    tenant = TenantFactory()
    connect(
        tenant,
        platform=Platform.objects.get(pk="ollama"),
        credentials={"base_url": "http://models.example.ru:11434/v1"},
        settings={"context_length": 4096},
    )

    route = routes_for(tenant, kind=ModelKind.CHAT, at=now())[0]

    assert (route.model, route.window) == ("qwen2.5:3b", 4096)


def own_key(tenant, server, key="sk-own-0000000000000000"):
    return connect(
        tenant,
        platform=Platform.objects.get(pk="openai_compatible"),
        credentials={"base_url": server.url, "api_key": key},
        settings={"chat_model": "otklik-quote-1"},
        status=IntegrationStatus.CONNECTED,
    )


def ask(tenant, **options):
    return complete(tenant=tenant, messages=[Message("user", "Привет")], at=now(), **{"deadline": 6, **options})


@pytest.fixture
def crowd(model_server, settings):
    """A tenant whose own key hangs with as many calls as it may have, and what they came to."""
    from django.db import connection

    settings.LLM_ALLOW_PRIVATE_ADDRESSES = True
    tenant = TenantFactory()
    own_key(tenant, model_server)
    model_server.fail("hang", match={"key": "sk-own"})
    outcomes = []

    def call():
        started = time.monotonic()
        try:
            ask(tenant)
        except (ModelFailed, NoModelAvailable) as error:
            outcomes.append((type(error).__name__, time.monotonic() - started))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(16)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    yield tenant, threads, outcomes
    for thread in threads:
        thread.join(20)


@pytest.mark.django_db(transaction=True)
def test_a_hung_key_holds_some_workers_and_another_tenant_is_answered(crowd, model_server):
    PoolKeyFactory(base_url=model_server.url, model_access=["otklik-quote-1"], token="sk-pool-00000000000000000")
    _tenant, threads, outcomes = crowd

    started = time.monotonic()
    answer = ask(TenantFactory())

    assert answer.text
    assert time.monotonic() - started < 2
    assert sum(thread.is_alive() for thread in threads) <= 16
    assert len(model_server.journal("sk-own-0000000000000000")) == bulkhead.PER_KEY
    for thread in threads:
        thread.join(20)
    refused = [seconds for _name, seconds in outcomes if seconds < bulkhead.PATIENCE_SECONDS + 1]
    assert len(refused) == 16 - bulkhead.PER_KEY


@pytest.mark.django_db(transaction=True)
def test_a_key_that_has_been_silent_gets_no_further_call(crowd, model_server, monkeypatch):
    monkeypatch.setattr(bulkhead, "SILENCE_SECONDS", 0.2)
    tenant, _threads, _outcomes = crowd

    started = time.monotonic()
    with pytest.raises(NoModelAvailable):
        ask(tenant)

    assert time.monotonic() - started < 1


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_places_a_hung_key_takes_every_worker(model_server, monkeypatch, request):
    monkeypatch.setattr(bulkhead, "PER_KEY", 100)
    monkeypatch.setattr(bulkhead, "ALL_OWN_KEYS", 100)
    request.getfixturevalue("crowd")
    time.sleep(0.5)

    assert len(model_server.journal("sk-own-0000000000000000")) == 16
