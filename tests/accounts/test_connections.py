"""Connections, their synchronisations, system settings."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now

from accounts import services
from accounts.enums import IntegrationStatus, MetricType, SettingCategory, SettingType, SyncStatus, SyncType
from accounts.errors import CredentialsMissing, SettingInvalid
from accounts.models import Integration, Platform, PlatformMetric, StartPageEvent, SystemSetting
from tests.factories.accounts import IntegrationFactory, TenantFactory

pytestmark = pytest.mark.django_db

PLATFORMS = {
    "wildberries", "ozon", "telegram", "whatsapp", "openai", "deepseek", "ollama", "openai_compatible", "jira",
    "zendesk", "yookassa", "robokassa", "email",
}  # fmt: skip


def test_the_catalogue_is_there_and_fits_its_checks():
    assert set(Platform.objects.values_list("pk", flat=True)) == PLATFORMS


def test_credentials_are_kept_encrypted_and_come_back():
    tenant, jira = TenantFactory(), Platform.objects.get(pk="jira")
    credentials = {
        "base_url": "https://x.example",
        "email": "a@b.c",
        "api_token": "ATATT-secret-1234",
        "project": "SUP",
    }

    integration = services.connect(tenant, platform=jira, credentials=credentials)

    integration.refresh_from_db()
    assert services.credentials_of(integration) == credentials
    assert b"ATATT" not in bytes(integration.credentials_encrypted)
    assert services.masked_credentials(integration)["api_token"] == "…1234"


def test_a_platform_says_what_is_missing():
    with pytest.raises(CredentialsMissing, match="email, api_token"):
        services.connect(TenantFactory(), platform=Platform.objects.get(pk="jira"), credentials={"base_url": "x"})

    assert not Integration.objects.exists()


def test_connecting_an_account_again_renews_its_credentials():
    tenant, deepseek = TenantFactory(), Platform.objects.get(pk="deepseek")

    for key in ("sk-first-000000", "sk-second-00000"):
        services.connect(tenant, platform=deepseek, credentials={"api_key": key})

    assert services.credentials_of(Integration.objects.get()) == {"api_key": "sk-second-00000"}


def test_disconnecting_erases_the_credentials():
    integration = services.connect(
        TenantFactory(), platform=Platform.objects.get(pk="deepseek"), credentials={"api_key": "sk-1"}
    )

    services.disconnect(integration)

    integration.refresh_from_db()
    assert (integration.status, integration.credentials_encrypted) == (IntegrationStatus.DISCONNECTED, None)


def test_the_api_takes_credentials_whole_and_shows_them_masked(api):
    tenant = TenantFactory()
    body = {"platform": "openai", "name": "Наш ключ", "credentials": {"api_key": "sk-proj-very-secret-9876"}}

    made = api(tenant.owner).post("/api/v1/integrations/", body)
    changed = api(tenant.owner).patch(f"/api/v1/integrations/{made.json()['uuid']}/", {"name": "Ключ"})
    listed = api(tenant.owner).get("/api/v1/integrations/?status=connected")

    assert (made.status_code, changed.status_code, listed.json()["results"][0]["name"]) == (201, 200, "Ключ")
    assert made.json()["masked_credentials"] == {"api_key": "…9876"}
    assert all(b"very-secret" not in answer.content for answer in (made, changed, listed))
    assert services.credentials_of(Integration.objects.get()) == body["credentials"]


def test_a_run_is_closed_once_and_plans_the_next():
    integration, at = IntegrationFactory(sync_interval_minutes=30), now()
    log = services.start_sync(integration, sync_type=SyncType.REVIEWS, at=at)

    closings = [
        services.finish_sync(log, status=SyncStatus.SUCCESS, synced=7, at=at + timedelta(seconds=seconds))
        for seconds in (12, 99)
    ]

    log.refresh_from_db()
    integration.refresh_from_db()
    assert closings == [True, False]
    assert (log.records_synced, log.duration_seconds) == (7, 12)
    assert integration.next_sync_at == at + timedelta(seconds=12, minutes=30)


def test_the_number_of_one_period_is_written_once():
    deepseek, at = Platform.objects.get(pk="deepseek"), now()

    for value in (1, 2):
        services.record_metric(deepseek, metric_type=MetricType.API_CALLS, value=Decimal(value), at=at)

    assert PlatformMetric.objects.get().metric_value == 2


@pytest.mark.parametrize(
    ("data_type", "written", "read"),
    [
        (SettingType.STRING, "текст", "текст"),
        (SettingType.INTEGER, "7", 7),
        (SettingType.BOOLEAN, True, True),
        (SettingType.BOOLEAN, "no", False),
        (SettingType.JSON, {"a": [1]}, {"a": [1]}),
        (SettingType.STRING, None, "fallback"),
    ],
)
@pytest.mark.parametrize("is_sensitive", [False, True])
def test_settings_come_back_as_their_type(data_type, written, read, is_sensitive):
    services.set_setting(SettingCategory.GENERAL, "k", written, data_type=data_type, is_sensitive=is_sensitive)

    for _ in range(2):  # once from the database, once perhaps from the cache
        assert services.setting(SettingCategory.GENERAL, "k", "fallback") == read


def test_a_sensitive_setting_is_encrypted_and_never_cached(django_assert_num_queries):
    services.set_setting(SettingCategory.EMAIL, "password", "hunter2-hunter2", is_sensitive=True)
    services.set_setting(SettingCategory.EMAIL, "host", "mail.example")

    assert "hunter2" not in SystemSetting.objects.get(key="password").value
    for key, queries in (("password", 1), ("host", 0)):
        services.setting(SettingCategory.EMAIL, key)
        with django_assert_num_queries(queries):
            services.setting(SettingCategory.EMAIL, key)


def test_a_new_value_is_seen_at_once():
    services.set_setting(SettingCategory.LIMITS, "k", 1, data_type=SettingType.INTEGER)
    assert services.setting(SettingCategory.LIMITS, "k") == 1

    services.set_setting(SettingCategory.LIMITS, "k", 2)

    assert services.setting(SettingCategory.LIMITS, "k") == 2


@pytest.mark.parametrize(("data_type", "value"), [("integer", "many"), ("boolean", "perhaps"), ("json", "{")])
def test_a_value_of_another_type_is_refused(data_type, value):
    with pytest.raises(SettingInvalid):
        services.set_setting(SettingCategory.GENERAL, "k", value, data_type=SettingType(data_type))


def test_first_steps_are_recorded():
    services.record_step(session_id="s", event_type="signup", step=1, source="ad")

    assert StartPageEvent.objects.get().properties == {"source": "ad"}
