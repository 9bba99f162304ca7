"""Assistants, their versions and what depends on them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from assistants import services
from assistants.enums import ExampleStatus, ParkedReason
from assistants.models import Assistant, BotInstance
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.assistants import AssistantFactory, BotFactory, DatasetFactory, ExampleFactory, PoolKeyFactory

pytestmark = pytest.mark.django_db


def test_a_new_assistant_begins_its_history():
    tenant = TenantFactory()

    assistant = services.create_assistant(tenant, by=tenant.owner, name="Софья", system_prompt="Отвечай кратко.")

    assert [(v.number, v.system_prompt, v.created_by) for v in assistant.versions.all()] == [
        (1, "Отвечай кратко.", tenant.owner)
    ]


def test_new_instructions_get_a_version_and_other_changes_do_not():
    assistant = services.create_assistant(TenantFactory(), by=None, name="Софья", system_prompt="один")

    services.change_assistant(assistant, by=None, system_prompt="два")
    services.change_assistant(assistant, by=None, fallback_text="Не знаю.")
    services.change_assistant(assistant, by=None, system_prompt="два")

    assert [v.number for v in assistant.versions.order_by("number")] == [1, 2]


def test_a_restored_version_is_a_new_one():
    assistant = services.create_assistant(TenantFactory(), by=None, name="Софья", system_prompt="один")
    services.change_assistant(assistant, by=None, system_prompt="два", ai_model="gpt-4o")

    restored = services.restore_version(assistant.versions.get(number=1), by=None, at=now())

    assert (restored.system_prompt, restored.ai_model) == ("один", "")
    assert [v.system_prompt for v in assistant.versions.order_by("number")] == ["один", "два", "один"]


def test_only_what_visitors_see_tells_the_widgets():
    assistant = services.create_assistant(TenantFactory(), by=None, name="Софья")

    assert services.change_assistant(assistant, by=None, system_prompt="x").widget_version == 1
    assert services.change_assistant(assistant, by=None, greeting="Привет!").widget_version == 2
    assert services.change_assistant(assistant, by=None, greeting="Привет!").widget_version == 2


def test_new_knowledge_is_told():
    assistant = AssistantFactory()

    services.note_new_knowledge(assistant)

    assert Assistant.objects.get(pk=assistant.pk).knowledge_version == 2


def test_fields_that_are_not_for_editing_are_refused():
    with pytest.raises(TypeError, match="tenant"):
        services.change_assistant(AssistantFactory(), by=None, tenant=TenantFactory())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["https://Shop.Example.ru/"], ["https://shop.example.ru"]),
        (["shop.example.ru", "  ", "shop.example.ru"], ["https://shop.example.ru"]),
        (["http://localhost:8000"], ["http://localhost:8000"]),
        (["https://лен.рф"], ["https://xn--e1alh.xn--p1ai"]),
    ],
)
def test_websites_are_kept_as_browsers_name_them(given, expected):
    assert services.clean_origins(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "javascript:alert(1)",
        "https://a b.ru",
        "https://shop.ru/path",
        "ftp://shop.ru",
        "https://",
        "https://x:y",
        "https://a..ru",
    ],
)
def test_what_is_no_website_is_refused(given):
    with pytest.raises(ValidationError):
        services.clean_origins([given])


def test_suggested_questions_are_few_and_short():
    assert services.clean_questions(["  Сколько   стоит доставка? ", "", "Сколько стоит доставка?"]) == [
        "Сколько стоит доставка?"
    ]
    with pytest.raises(ValidationError):
        services.clean_questions([str(number) for number in range(7)])
    with pytest.raises(ValidationError):
        services.clean_questions(["а" * 121])


def test_an_approved_example_says_who_and_when():
    example, user, at = ExampleFactory(), UserFactory(), now()

    services.judge_example(example, status=ExampleStatus.APPROVED, by=user, at=at)
    example.refresh_from_db()
    assert (example.status, example.approved_by, example.approved_at) == ("approved", user, at)

    services.judge_example(example, status=ExampleStatus.REJECTED, by=user, at=at)
    example.refresh_from_db()
    assert (example.status, example.approved_by, example.approved_at) == ("rejected", None, None)


def test_a_key_parked_by_hand_comes_back_with_a_clean_record():
    key = PoolKeyFactory(error_count=3)

    services.park_key(key, at=now())
    key.refresh_from_db()
    assert key.parked_reason == ParkedReason.MANUAL

    services.unpark_key(key)
    key.refresh_from_db()
    assert (key.parked_reason, key.parked_at, key.error_count) == ("", None, 0)


def test_secrets_are_sealed_found_by_fingerprint_and_opened_only_in_their_row():
    bot = BotFactory(token="123456:AAE-secret-token")

    assert b"AAE-secret" not in bytes(bot.bot_token_encrypted)
    assert BotInstance.objects.with_token("123456:AAE-secret-token").get() == bot
    fresh = BotInstance.objects.get(pk=bot.pk)
    assert fresh.open_token() == "123456:AAE-secret-token"
    assert fresh.token_last4 == "oken"
    assert fresh.open_webhook_secret()
    other = BotFactory()
    other.bot_token_encrypted = bot.bot_token_encrypted
    with pytest.raises(Exception):  # noqa: B017, PT011 -- whatever accounts.secrets raises
        other.open_token()


def test_one_token_belongs_to_one_bot():
    BotFactory(token="123456:AAE-secret-token")

    with pytest.raises(IntegrityError, match="uq_bot_instances_token_fingerprint"):
        BotFactory(token="123456:AAE-secret-token")


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (
            lambda: BotFactory(assistant=AssistantFactory(), tenant=TenantFactory()),
            "fk_bot_instances_tenant_assistant_id",
        ),
        (
            lambda: ExampleFactory(dataset=DatasetFactory(), tenant=TenantFactory()),
            "fk_training_examples_tenant_dataset_id",
        ),
        (
            lambda: DatasetFactory(assistant=AssistantFactory(), tenant=TenantFactory()),
            "fk_training_datasets_tenant_assistant_id",
        ),
    ],
)
def test_the_database_refuses_to_tie_rows_of_two_tenants(make, constraint):
    def make_and_check():
        make()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_and_check()


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("priority", 0, "ck_ai_token_pool_priority"),
        ("priority", 11, "ck_ai_token_pool_priority"),
        ("daily_limit", -1, "ck_ai_token_pool_counts"),
        ("current_daily_usage", -1, "ck_ai_token_pool_usage"),
        ("provider", "'nobody'", "ck_ai_token_pool_provider"),
        ("parked_reason", "'tired'", "ck_ai_token_pool_parked_reason"),
    ],
)
def test_the_database_refuses_nonsense_in_the_pool(column, value, constraint):
    key = PoolKeyFactory()

    with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
        cursor.execute(f"UPDATE ai_token_pool SET {column} = {value} WHERE id = {key.pk}")


def test_a_change_through_plain_sql_is_dated():
    assistant = AssistantFactory()
    assistant.refresh_from_db()
    before = assistant.updated_at

    with connection.cursor() as cursor:
        cursor.execute("UPDATE assistants SET name = 'x' WHERE id = %s", [assistant.pk])

    assistant.refresh_from_db()
    assert assistant.updated_at > before
