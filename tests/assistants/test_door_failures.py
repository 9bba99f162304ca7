"""The fault matrix of the door, against a real server over loopback."""

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now

from assistants import signals
from assistants.door import Message, ModelFailed, NoModelAvailable, complete
from assistants.enums import ParkedReason, Provider
from assistants.models import AiRoute, AiTokenPool, AiTokenUsage
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import AssistantFactory, PoolKeyFactory

pytestmark = pytest.mark.django_db

GREETING = [Message("user", "Привет")]
MODEL = "otklik-quote-1"


def ask(**options):
    options.setdefault("tenant", TenantFactory())
    return complete(messages=GREETING, at=now(), **{"deadline": 5, **options})


def pool_key(server, **options):
    return PoolKeyFactory(base_url=server.url, model_access=[MODEL], **options)


def test_an_answer_streams_and_leaves_one_usage_row(embedded):
    pieces = []
    assistant = AssistantFactory()

    completion = ask(tenant=assistant.tenant, assistant=assistant, on_text=pieces.append)

    assert "".join(pieces) == completion.text
    assert len(pieces) > 5
    assert completion.text.startswith("Здравствуйте!")
    usage = AiTokenUsage.objects.get()
    assert usage.pk == completion.usage_id
    assert (usage.tenant, usage.assistant, usage.token) == (assistant.tenant, assistant, None)
    assert (usage.provider, usage.model_used, usage.key_name) == (Provider.EMBEDDED, MODEL, "embedded")
    assert usage.success
    assert not usage.is_estimated
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 0
    assert usage.cost == 0
    assert usage.first_token_time <= usage.response_time


def test_l1_a_limited_key_rests_and_the_next_one_answers(model_server):
    first, *_ = (pool_key(model_server, token=f"sk-limited-{n}-000000000000", priority=n) for n in (1, 2, 3))
    model_server.fail("status", status=429, retry_after="20", match={"key": "sk-limited-1"})
    tenant = TenantFactory()

    answers = [ask(tenant=tenant) for _ in range(60)]

    assert len(answers) == 60
    assert len(model_server.journal("sk-limited-1-000000000000")) == 1
    assert len(model_server.journal("sk-limited-2-000000000000")) == 60
    first.refresh_from_db()
    assert timedelta(seconds=10) < first.cooldown_until - now() <= timedelta(seconds=20)
    assert first.error_count == 0
    assert first.parked_reason == ""


@pytest.mark.parametrize(
    ("retry_after", "at_most"), [("600", 30), ("Fri, 31 Dec 2100 23:59:59 GMT", 30), ("3", 3), (None, 10), ("soon", 10)]
)
def test_l1_retry_after_is_honoured_up_to_thirty_seconds(model_server, retry_after, at_most):
    key = pool_key(model_server)
    model_server.fail("status", status=429, retry_after=retry_after)

    with pytest.raises(NoModelAvailable):
        ask()

    key.refresh_from_db()
    assert timedelta(seconds=at_most - 2) < key.cooldown_until - now() <= timedelta(seconds=at_most)
    assert len(model_server.journal()) == 1


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (429, "insufficient_quota", ParkedReason.INSUFFICIENT_QUOTA),
        (401, "invalid_api_key", ParkedReason.UNAUTHORISED),
        (402, None, ParkedReason.INSUFFICIENT_QUOTA),
        (403, None, ParkedReason.FORBIDDEN),
    ],
)
def test_l2_a_refused_key_is_parked_told_about_and_never_used_again(
    embedded, status, code, reason, django_capture_on_commit_callbacks
):
    key = pool_key(embedded, token="sk-refused-key-0000000000000000")
    embedded.fail("status", status=status, code=code, match={"key": "sk-refused"})
    heard = []
    signals.key_parked.connect(lambda **facts: heard.append(facts), weak=False, dispatch_uid="test")
    tenant = TenantFactory()

    try:
        with django_capture_on_commit_callbacks(execute=True):
            answers = [ask(tenant=tenant) for _ in range(3)]
    finally:
        signals.key_parked.disconnect(dispatch_uid="test")

    assert {answer.provider for answer in answers} == {Provider.EMBEDDED}
    key.refresh_from_db()
    assert key.parked_reason == reason
    assert len(embedded.journal("sk-refused-key-0000000000000000")) == 1
    assert [(facts["key_name"], facts["reason"], facts["tenant_id"]) for facts in heard] == [(key.name, reason, None)]


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("status", {"status": 500}),
        ("status", {"status": 502, "body": "bad gateway"}),
        ("status", {"status": 503}),
        ("reset", {}),
        ("html", {}),
        ("schema", {}),
        ("empty", {}),
        ("blank", {}),
        ("cut", {}),
        ("garbage", {}),
        ("status", {"status": 400, "code": "context_length_exceeded"}),
        ("status", {"status": 404, "code": "model_not_found"}),
        ("status", {"status": 307}),
    ],
)
def test_l3_and_l5_before_the_first_word_the_next_key_answers(embedded, action, options):
    pool_key(embedded, token="sk-failing-key-0000000000000000")
    embedded.fail(action, match={"key": "sk-failing"}, **options)

    completion = ask()

    assert completion.provider == Provider.EMBEDDED
    failed, answered = AiTokenUsage.objects.order_by("pk")
    assert (failed.success, answered.success) == (False, True)
    assert failed.error_code
    assert failed.token.name == failed.key_name


@pytest.mark.parametrize("action", ["reset", "cut", "garbage", "hang"])
def test_l3_after_the_first_word_the_beginning_is_kept_and_no_other_key_is_tried(embedded, action):
    pool_key(embedded, token="sk-breaking-key-000000000000000")
    embedded.fail(action, match={"key": "sk-breaking"}, at_chunk=5)
    pieces = []

    with pytest.raises(ModelFailed) as failure:
        ask(on_text=pieces.append, deadline=1.5)

    assert failure.value.partial == "".join(pieces) != ""
    usage = AiTokenUsage.objects.get()
    assert usage.pk == failure.value.usage_id
    assert not usage.success
    assert usage.is_estimated
    assert usage.completion_tokens > 0


def test_l3_five_errors_open_the_breaker_and_one_probe_closes_it(model_server):
    key = pool_key(model_server)
    model_server.fail("status", status=503, times=5)
    at = now()
    for _ in range(5):
        with pytest.raises(NoModelAvailable):
            complete(tenant=TenantFactory(), messages=GREETING, at=at)
    with pytest.raises(NoModelAvailable):
        complete(tenant=TenantFactory(), messages=GREETING, at=at + timedelta(seconds=10))

    assert len(model_server.journal()) == 5
    complete(tenant=TenantFactory(), messages=GREETING, at=at + timedelta(seconds=40))

    key.refresh_from_db()
    assert key.error_count == 0
    assert key.cooldown_until is None


def test_l3_the_breaker_of_a_way_outside_the_pool_works_alike(embedded):
    embedded.fail("status", status=503)
    at, tenant = now(), TenantFactory()

    for seconds in range(8):
        with pytest.raises(NoModelAvailable):
            complete(tenant=tenant, messages=GREETING, at=at + timedelta(seconds=seconds))

    assert len(embedded.journal()) == 5
    assert AiRoute.objects.get().error_count == 5


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("hang", {}),
        ("drip", {"unit": "byte", "seconds": 0.3}),
        ("drip", {"unit": "chunk", "seconds": 0.3}),
        ("hang", {"at_chunk": 3}),
    ],
)
def test_l4_the_deadline_holds_whatever_the_server_does(embedded, action, options):
    embedded.fail(action, **options)
    started = time.monotonic()

    with pytest.raises((ModelFailed, NoModelAvailable)):
        ask(deadline=1.5)

    assert 1.4 < time.monotonic() - started < 2.0
    assert AiTokenUsage.objects.get().error_code in {"deadline", "timeout"}


def test_l4_a_silent_key_leaves_time_for_the_next(embedded):
    pool_key(embedded, token="sk-silent-key-00000000000000000")
    embedded.fail("hang", match={"key": "sk-silent"})
    started = time.monotonic()

    completion = ask(deadline=3)

    assert completion.provider == Provider.EMBEDDED
    assert time.monotonic() - started < 2


def test_l5_ten_megabytes_are_cut_at_the_limit(embedded):
    embedded.fail("huge")

    completion = ask(max_tokens=50, deadline=20)

    assert completion.finish_reason == "length"
    assert len(completion.text) < 1000
    assert completion.is_estimated


def test_l5_nonsense_is_asked_once_more_and_then_named(embedded):
    embedded.fail("schema")

    with pytest.raises(ModelFailed) as failure:
        ask()

    assert failure.value.reason == "wrong_schema"
    assert len(embedded.journal()) == 2


def test_l5_one_repair_try_can_succeed(embedded):
    embedded.fail("garbage", times=1)

    assert ask().text.startswith("Здравствуйте!")


def test_l6_without_any_key_nothing_is_asked_and_nothing_recorded():
    with pytest.raises(NoModelAvailable):
        ask()

    assert not AiTokenUsage.objects.exists()


def test_l6_with_all_keys_dead_the_caller_is_told_at_once(model_server):
    for number in range(3):
        pool_key(model_server, priority=number + 1)
    model_server.fail("status", status=401)
    tenant = TenantFactory()

    for _ in range(20):
        with pytest.raises(NoModelAvailable):
            ask(tenant=tenant)

    assert len(model_server.journal()) == 3
    assert AiTokenPool.objects.exclude(parked_reason="").count() == 3


def test_l7_missing_usage_is_estimated_within_five_percent(embedded):
    known = ask()
    embedded.fail("no_usage")

    estimated = ask()

    assert estimated.is_estimated
    assert not known.is_estimated
    assert abs(estimated.completion_tokens - known.completion_tokens) <= 0.05 * known.completion_tokens
    assert abs(estimated.prompt_tokens - known.prompt_tokens) <= 0.05 * known.prompt_tokens


def test_l8_the_limit_of_tokens_is_always_sent(embedded):
    ask(max_tokens=77)

    assert embedded.journal()[0]["payload"]["max_tokens"] == 77


def test_a_stopped_answer_ends_the_stream_and_is_no_failure(embedded):
    pieces = []
    embedded.fail("drip", unit="chunk", seconds=0.05)

    completion = ask(on_text=pieces.append, should_stop=lambda: len(pieces) >= 3)

    assert completion.stopped
    assert completion.text == "".join(pieces)
    assert len(pieces) == 3
    usage = AiTokenUsage.objects.get()
    assert usage.stopped
    assert usage.success
    assert usage.error_message == ""
    assert usage.is_estimated
    assert AiRoute.objects.filter(error_count__gt=0).count() == 0
    time.sleep(0.3)
    assert embedded.journal()[0]["client_gone"]


def test_a_silent_server_is_left_within_a_second_when_nobody_waits_any_more(embedded):
    embedded.fail("hang")
    started = time.monotonic()

    completion = ask(should_stop=lambda: time.monotonic() - started > 0.2, deadline=10)

    assert completion.stopped
    assert time.monotonic() - started < 1.8


def test_a_caller_that_fails_while_listening_still_leaves_a_usage_row(embedded):
    def break_off(piece):
        raise RuntimeError("socket gone")

    with pytest.raises(RuntimeError, match="socket gone"):
        ask(on_text=break_off)

    assert AiTokenUsage.objects.get().stopped


def test_a_model_is_never_called_inside_a_transaction(embedded):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        ask()

    assert embedded.journal() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_database_connection_is_held_while_the_model_speaks(embedded):
    from django.db import connection

    held = []

    ask(on_text=lambda piece: held.append(connection.connection is not None))

    assert set(held) == {False}


def test_errors_never_contain_keys(model_server):
    secret = "sk-proj-AbCdEfGh1234567890IjKlMnOp"
    key = pool_key(model_server, token=secret)
    model_server.fail(
        "status", status=401, body={"error": {"message": f"Incorrect API key provided: {secret}.", "code": "x"}}
    )

    with pytest.raises(NoModelAvailable) as failure:
        ask()

    key.refresh_from_db()
    texts = [AiTokenUsage.objects.get().error_message, key.last_error_message, str(failure.value), repr(key)]
    assert all(secret not in text and secret[-12:] not in text for text in texts)
    assert "Incorrect API key" in texts[0]
