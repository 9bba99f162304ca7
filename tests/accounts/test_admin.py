"""The staff's pages of accounts."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.timezone import now

from accounts import services
from accounts.enums import AggregationPeriod, MetricType, SettingCategory
from accounts.models import ApiKey, Platform, SystemSetting, User
from tests.factories.accounts import (
    ApiKeyFactory,
    InvitationFactory,
    SyncLogFactory,
    TenantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MODELS = [model for model in admin.site._registry if model._meta.app_label in {"accounts", "account", "mfa"}]


@pytest.fixture
def staff(browser_of):
    return browser_of(UserFactory(is_staff=True, is_superuser=True))


@pytest.fixture
def rows():
    tenant = TenantFactory()
    InvitationFactory(tenant=tenant)
    ApiKeyFactory(tenant=tenant)
    platform = Platform.objects.get(pk="deepseek")
    integration = services.connect(tenant, platform=platform, credentials={"api_key": "sk-canary-0123456789"})
    SyncLogFactory(integration=integration)
    services.record_metric(
        platform,
        metric_type=MetricType.ERRORS,
        value=1,
        at=now(),
        integration=integration,
        period=AggregationPeriod.DAY,
    )
    services.set_setting(SettingCategory.EMAIL, "password", "canary-0123456789", is_sensitive=True)
    services.record_step(session_id="s", event_type="signup")
    services.begin(tenant, principal="user:1", route="/", key="k", body_hash="h", at=now())
    return tenant


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_and_every_row_opens_without_showing_a_secret(staff, rows, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = [staff.get(reverse(f"{name}_changelist")), staff.get(reverse(f"{name}_changelist"), {"q": "person"})]
    if (row := model._base_manager.first()) is not None:
        pages.append(staff.get(reverse(f"{name}_change", args=[row.pk])))

    assert [page.status_code for page in pages] == [200] * len(pages)
    assert all(b"canary-0123456789" not in page.content for page in pages)


def test_staff_let_in_and_shut_out(staff):
    waiting = UserFactory(is_approved=False)
    people = reverse("admin:accounts_user_changelist")
    assert waiting.email in staff.get(people, {"queue": "waiting"}).content.decode()

    staff.post(people, {"action": "approve_people", "_selected_action": [waiting.pk]})
    waiting.refresh_from_db()
    assert waiting.is_approved

    staff.post(people, {"action": "block_people", "_selected_action": [waiting.pk]})
    waiting.refresh_from_db()
    assert waiting.status == "blocked"


def test_staff_who_are_no_superusers_make_no_superusers(browser_of):
    from django.contrib.auth.models import Permission

    clerk, boss = UserFactory(is_staff=True), UserFactory(is_staff=True, is_superuser=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    browser = browser_of(clerk)

    browser.post(
        reverse("admin:accounts_user_change", args=[clerk.pk]),
        {"is_superuser": "on", "language_code": "ru", "timezone": "UTC"},
    )
    answer = browser.post(reverse("admin:accounts_user_change", args=[boss.pk]), {"full_name": "x"})

    clerk.refresh_from_db()
    assert not clerk.is_superuser
    assert answer.status_code == 403


def test_staff_revoke_keys(staff):
    key = ApiKeyFactory()

    staff.post(reverse("admin:accounts_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})

    assert ApiKey.objects.get().revoked_at


def test_a_sensitive_setting_is_written_and_an_empty_field_keeps_it(staff):
    form = {"category": "email", "key": "password", "data_type": "string", "is_sensitive": "on", "is_active": "on"}
    staff.post(reverse("admin:accounts_systemsetting_add"), {**form, "value": "hunter2-hunter2"})
    row = SystemSetting.objects.get()
    change = reverse("admin:accounts_systemsetting_change", args=[row.pk])

    staff.post(change, {**form, "value": "", "description": "SMTP"})

    row.refresh_from_db()
    assert row.description == "SMTP"
    assert "hunter2" not in row.value
    assert services.setting(SettingCategory.EMAIL, "password") == "hunter2-hunter2"


def test_a_setting_of_another_type_is_refused(staff):
    form = {"category": "limits", "key": "n", "data_type": "integer", "value": "many", "is_active": "on"}

    page = staff.post(reverse("admin:accounts_systemsetting_add"), form)

    assert page.status_code == 200
    assert not SystemSetting.objects.exists()


def test_sellers_do_not_get_in(browser_of):
    assert browser_of(TenantFactory().owner).get("/admin/").status_code == 302
    assert User.objects.filter(is_staff=True).count() == 0
