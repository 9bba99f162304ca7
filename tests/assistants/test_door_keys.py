"""Which key is taken, how calls are counted, whose key comes first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from accounts.enums import IntegrationStatus
from accounts.models import Integration, Platform
from accounts.services import connect
from assistants.door import Message, NoModelAvailable, complete
from assistants.door.failures import Failure
from assistants.door.network import public_address
from assistants.door.redaction import redacted
from assistants.door.routes import Catalogue, provider_at, routes_for
from assistants.enums import Currency, ModelKind, ParkedReason, Provider
from assistants.models import AiModel, AiTokenPool, AiTokenUsage
from tests.factories.accounts import TenantFactory
from tests.factories.assistants import AssistantFactory, ModelFactory, PoolKeyFactory

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GREETING = [Message("user", "Привет")]


def names(at=NOON, wanted="", tenant=None, kind=ModelKind.CHAT):
    tenant = tenant or TenantFactory()
    return [route.name for route in routes_for(tenant, kind=kind, wanted=wanted, at=at)]


@pytest.mark.django_db
def test_priority_one_comes_first_then_the_least_loaded():
    for name, priority, used in [("c", 2, 0), ("b", 1, 90), ("a", 1, 10), ("d", 10, 0)]:
        PoolKeyFactory(
            name=name,
            provider=Provider.OPENAI,
            priority=priority,
            daily_limit=100,
            current_daily_usage=used,
            last_reset_daily=NOON,
        )

    assert names() == ["a", "b", "c", "d"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "is_eligible"),
    [
        ({}, True),
        ({"is_active": False}, False),
        ({"parked_reason": ParkedReason.MANUAL}, False),
        ({"error_count": 4}, True),
        ({"error_count": 5}, False),
        ({"error_count": 5, "cooldown_until": NOON - timedelta(seconds=1)}, True),
        ({"error_count": 5, "cooldown_until": NOON + timedelta(seconds=1)}, False),
        ({"cooldown_until": NOON + timedelta(seconds=1)}, False),
        ({"cooldown_until": NOON - timedelta(seconds=1)}, True),
        ({"daily_limit": 5, "current_daily_usage": 5, "last_reset_daily": NOON}, False),
        ({"daily_limit": 5, "current_daily_usage": 4, "last_reset_daily": NOON}, True),
        ({"daily_limit": 5, "current_daily_usage": 5, "last_reset_daily": NOON - timedelta(days=1)}, True),
        ({"daily_limit": 0, "last_reset_daily": NOON - timedelta(days=1)}, False),
        ({"monthly_limit": 5, "current_monthly_usage": 5, "last_reset_monthly": NOON}, False),
        ({"monthly_limit": 5, "current_monthly_usage": 5, "last_reset_monthly": NOON - timedelta(days=31)}, True),
        ({"model_access": ["gpt-4o"]}, True),
    ],
)
def test_a_key_is_eligible_only_while_active_healthy_and_under_its_limits(changes, is_eligible):
    PoolKeyFactory(provider=Provider.OPENAI, name="key", **changes)

    assert names() == (["key"] if is_eligible else [])


@pytest.mark.django_db
def test_keys_that_may_use_the_wanted_model_come_before_others():
    PoolKeyFactory(name="other", provider=Provider.DEEPSEEK, priority=1)
    PoolKeyFactory(name="wanted", provider=Provider.OPENAI, priority=9, model_access=["gpt-4o"])

    routes = routes_for(TenantFactory(), kind=ModelKind.CHAT, wanted="gpt-4o", at=NOON)

    assert [(route.name, route.model) for route in routes] == [("wanted", "gpt-4o"), ("other", "deepseek-flash")]


@pytest.mark.django_db
def test_the_tenants_own_key_then_the_environment_then_the_pool_then_the_embedded_server(settings):
    settings.EMBEDDED_MODEL_URL = "http://127.0.0.1:9/v1"
    settings.LLM_BASE_URL, settings.LLM_API_KEY = "https://llm.example.com/v1", "sk-environment"
    settings.LLM_CHAT_MODEL = "big-model"
    tenant = TenantFactory()
    PoolKeyFactory(name="pool", provider=Provider.OPENAI)
    connect(
        tenant, platform=Platform.objects.get(pk="deepseek"), credentials={"api_key": "sk-own-key-0000000"}, name="mine"
    )

    routes = routes_for(tenant, kind=ModelKind.CHAT, at=NOON)

    assert [(route.name, route.model) for route in routes] == [
        ("mine", "deepseek-flash"),
        ("environment", "big-model"),
        ("pool", "gpt-4o-mini"),
        ("embedded", "otklik-quote-1"),
    ]
    assert "sk-own" not in repr(routes)
    assert names(tenant=TenantFactory()) == ["environment", "pool", "embedded"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "status", [IntegrationStatus.DISCONNECTED, IntegrationStatus.REAUTH_REQUIRED, IntegrationStatus.PENDING]
)
def test_an_own_key_that_does_not_work_is_left_out(status):
    tenant = TenantFactory()
    connect(
        tenant, platform=Platform.objects.get(pk="openai"), credentials={"api_key": "sk-own-key-0000000"}, status=status
    )

    assert names(tenant=tenant) == []


@pytest.mark.django_db
def test_an_own_key_is_used_recorded_without_a_pool_key_and_parked_for_its_owner(model_server, settings):
    settings.LLM_ALLOW_PRIVATE_ADDRESSES = True
    tenant = TenantFactory()
    integration = connect(
        tenant,
        platform=Platform.objects.get(pk="openai_compatible"),
        credentials={"api_key": "sk-own-key-000000000", "base_url": model_server.url},
        settings={"chat_model": "otklik-quote-1"},
    )

    complete(tenant=tenant, messages=GREETING, at=now())
    model_server.fail("status", status=401)
    with pytest.raises(NoModelAvailable):
        complete(tenant=tenant, messages=GREETING, at=now())

    assert list(AiTokenUsage.objects.order_by("pk").values_list("token", "success")) == [(None, True), (None, False)]
    assert Integration.objects.get(pk=integration.pk).status == IntegrationStatus.REAUTH_REQUIRED
    with pytest.raises(NoModelAvailable):
        complete(tenant=tenant, messages=GREETING, at=now())
    assert len(model_server.journal()) == 2


@pytest.mark.django_db
def test_an_address_that_a_tenant_names_is_reached_only_on_the_public_internet(model_server):
    tenant = TenantFactory()
    connect(
        tenant,
        platform=Platform.objects.get(pk="openai_compatible"),
        credentials={"api_key": "sk-own-key-000000000", "base_url": model_server.url},
        settings={"chat_model": "otklik-quote-1"},
    )

    with pytest.raises(NoModelAvailable):
        complete(tenant=tenant, messages=GREETING, at=now())

    assert model_server.journal() == []
    assert AiTokenUsage.objects.get().error_code == "connection"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "0.0.0.0", "localhost", "fe80::1"])
def test_private_addresses_are_refused(host):
    with pytest.raises(Exception, match=r"public|found"):
        public_address(host, 80)


def test_public_addresses_pass():
    assert public_address("93.184.216.34", 80) == "93.184.216.34"


@pytest.mark.django_db
def test_models_that_their_provider_has_shut_down_are_not_chosen():
    before, after = Catalogue(ModelKind.CHAT, at=NOON), Catalogue(ModelKind.CHAT, at=NOON + timedelta(days=90))

    assert before.choose(Provider.OPENAI, "gpt-4o-mini") == "gpt-4o-mini"
    assert after.choose(Provider.OPENAI, "gpt-4o-mini") == "gpt-6-luna"
    assert before.choose(Provider.DEEPSEEK, "deepseek-chat") == "deepseek-flash"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1", Provider.OPENAI),
        ("https://api.deepseek.com", Provider.DEEPSEEK),
        ("http://127.0.0.1:11434/v1/", Provider.OLLAMA),
        ("http://ollama:8080/v1", Provider.OLLAMA),
        ("https://vllm.example.com/v1", Provider.COMPATIBLE),
    ],
)
def test_the_environment_tells_its_provider_by_the_address(url, provider):
    assert provider_at(url) == provider


@pytest.mark.django_db
def test_deepseek_thinks_no_longer_than_asked_and_prices_follow_the_clock(model_server):
    PoolKeyFactory(provider=Provider.DEEPSEEK, base_url=model_server.url)
    tenant = TenantFactory()

    calm = complete(tenant=tenant, messages=GREETING, at=datetime(2026, 11, 20, 12, tzinfo=UTC))
    peak = complete(tenant=tenant, messages=GREETING, at=datetime(2026, 11, 20, 7, tzinfo=UTC))

    assert model_server.journal()[0]["payload"]["thinking"] == {"type": "disabled"}
    assert calm.model == "deepseek-flash"
    assert peak.cost == 2 * calm.cost > 0
    assert calm.cost_currency == Currency.USD


@pytest.mark.django_db
def test_a_model_may_want_its_limit_under_another_name(model_server):
    PoolKeyFactory(provider=Provider.OPENAI, base_url=model_server.url, model_access=["gpt-6-luna"])

    complete(tenant=TenantFactory(), messages=GREETING, max_tokens=60, at=now())

    payload = model_server.journal()[0]["payload"]
    assert payload["max_completion_tokens"] == 60
    assert payload["reasoning_effort"] == "none"
    assert "max_tokens" not in payload


@pytest.mark.django_db
def test_the_assistants_model_is_asked_for(model_server):
    PoolKeyFactory(provider=Provider.OPENAI, base_url=model_server.url)
    assistant = AssistantFactory(ai_model="gpt-4o")

    completion = complete(tenant=assistant.tenant, assistant=assistant, messages=GREETING, at=now())

    assert completion.model == model_server.journal()[0]["model"] == "gpt-4o"


def test_the_price_counts_cached_tokens_and_long_prompts():
    model = ModelFactory.build(
        price_input=2,
        price_cached=1,
        price_output=10,
        surcharges=[{"prompt_tokens_above": 1000, "input": 2, "output": 1.5}],
    )

    assert model.cost(prompt_tokens=1000, completion_tokens=100, cached_tokens=400, at=NOON) * 1_000_000 == 2600
    assert model.cost(prompt_tokens=2000, completion_tokens=100, at=NOON) * 1_000_000 == 9500
    assert ModelFactory.build(price_input=None).cost(prompt_tokens=1, completion_tokens=1, at=NOON) is None


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_take_exactly_what_the_limit_leaves():
    key = PoolKeyFactory(daily_limit=100, current_daily_usage=60, last_reset_daily=NOON, last_reset_monthly=NOON)

    def take(_):
        try:
            return AiTokenPool.objects.filter(pk=key.pk).claim(at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        taken = sum(threads.map(take, range(96)))

    key.refresh_from_db()
    assert taken == 40
    assert key.current_daily_usage == 100
    assert key.current_monthly_usage == 40


@pytest.mark.django_db(transaction=True)
def test_counting_by_reading_and_writing_back_would_lose_calls():
    """The negative control: without the conditional UPDATE, the same race oversells."""
    key = PoolKeyFactory(daily_limit=100, current_daily_usage=60, last_reset_daily=NOON, last_reset_monthly=NOON)

    def take(_):
        try:
            row = AiTokenPool.objects.get(pk=key.pk)
            if row.current_daily_usage >= row.daily_limit:
                return 0
            row.current_daily_usage += 1
            row.save(update_fields=["current_daily_usage"])
            return 1
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        taken = sum(threads.map(take, range(96)))

    assert taken > 40


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_rivals_one_probes_a_broken_key():
    key = PoolKeyFactory(error_count=5, cooldown_until=NOON - timedelta(seconds=1))

    def take(_):
        try:
            return AiTokenPool.objects.filter(pk=key.pk).claim(at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(take, range(16))) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after", "daily", "monthly"),
    [
        ("2026-11-20T23:59:59+00:00", "2026-11-20T23:59:59.500000+00:00", 8, 8),
        ("2026-11-20T23:59:59+00:00", "2026-11-21T00:00:00+00:00", 1, 8),
        ("2026-11-30T23:59:59+00:00", "2026-12-01T00:00:00+00:00", 1, 1),
        ("2026-12-31T23:59:59+00:00", "2027-01-01T00:00:01+00:00", 1, 1),
        ("2026-10-31T12:00:00+00:00", "2026-12-15T12:00:00+00:00", 1, 1),
        ("2026-11-20T23:59:59+03:00", "2026-11-21T00:00:01+03:00", 8, 8),
    ],
)
def test_a_new_day_and_a_new_month_begin_at_zero_without_any_timer(before, after, daily, monthly):
    moment = datetime.fromisoformat(before)
    key = PoolKeyFactory(
        current_daily_usage=7, current_monthly_usage=7, last_reset_daily=moment, last_reset_monthly=moment
    )

    AiTokenPool.objects.filter(pk=key.pk).claim(at=datetime.fromisoformat(after))

    key.refresh_from_db()
    assert (key.current_daily_usage, key.current_monthly_usage) == (daily, monthly)


def test_rest_is_never_longer_than_thirty_seconds_nor_negative():
    assert Failure("rate_limited", "x", rest_seconds=1e9).rest_seconds == 30
    assert Failure("rate_limited", "x", rest_seconds=-5).rest_seconds == 0


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abcdefgh12345678.",
        "Bearer abcdef0123456789abcdef",
        "token=0123456789abcdef0123456789abcdef",
        "API key: 'AIzaSyA-1234567890abcdefghijklmnop'",
    ],
)
def test_what_looks_like_a_key_is_blotted_out(text):
    assert "…" in redacted(text)
    assert not any(part in redacted(text) for part in ("abcdefgh1234", "0123456789abcdef", "AIzaSyA"))


def test_ordinary_error_texts_stay_readable():
    text = "400: This model's maximum context length is 8192 tokens."

    assert redacted(text) == text


@pytest.mark.django_db
def test_the_catalogue_knows_which_embedding_models_speak_russian():
    spoken = {model.name: model.speaks("ru") for model in AiModel.objects.of_kind(ModelKind.EMBEDDING)}

    assert spoken == {
        "lexhash-v1": False,
        "text-embedding-3-small": True,
        "bge-m3": True,
        "nomic-embed-text": False,
    }
