"""Integrations in the dashboard: the catalogue, connecting, the state of a connection and its history."""

import pytest
from django.utils.timezone import now

from accounts import ports, services
from accounts.enums import IntegrationStatus, Role, SyncStatus
from accounts.errors import EndpointUnusable
from accounts.models import Integration, Platform
from tests.factories.accounts import IntegrationFactory, MembershipFactory, SyncLogFactory, TenantFactory

pytestmark = pytest.mark.django_db
TYPED = {"client_id": "123456", "api_key": "ozon-very-secret-9876", "name": "Лавка на Ozon"}


@pytest.fixture
def ozon(monkeypatch):
    """Let a higher app do something with Ozon."""
    started = []
    fulfilment = ports.Fulfilment(
        greet=lambda credentials: credentials["client_id"], sync=lambda row, at: started.append(row.pk)
    )
    monkeypatch.setitem(ports._fulfilments, "ozon", fulfilment)
    return started


def test_the_catalogue_leads_to_the_pages_where_platforms_are_connected(browser_of):
    browser = browser_of(TenantFactory().owner)

    page = browser.get("/integrations/")

    assert (page.status_code, page.context["integrations"]) == (200, [])
    assert {entry["platform"].pk for entry in page.context["available"]} >= {"telegram", "whatsapp", "openai"}
    assert "ozon" in {entry["platform"].pk for entry in page.context["others"]}
    assert browser.get("/integrations/new/telegram/")["Location"] == "/bots/telegram/new/"
    assert browser.get("/integrations/new/openai/")["Location"] == "/models/keys/new/openai/"
    assert browser.get("/integrations/new/ozon/").status_code == 404


def test_the_form_asks_for_what_the_platform_requires(browser_of, ozon):
    tenant = TenantFactory()
    browser = browser_of(tenant.owner)

    refused = browser.post("/integrations/new/ozon/", {"client_id": "1"})
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"api_key"})

    made = browser.post("/integrations/new/ozon/", TYPED)

    row = Integration.objects.get()
    assert made["Location"] == f"/integrations/{row.uuid}/"
    assert (row.tenant, row.external_account, row.name) == (tenant, "123456", "Лавка на Ozon")
    page = browser.get(made["Location"])
    assert b"very-secret" not in page.content
    assert "…9876" in page.content.decode()


def test_what_the_platform_refuses_is_not_kept(browser_of, ozon, monkeypatch):
    def refuse(credentials):
        raise EndpointUnusable

    monkeypatch.setitem(ports._fulfilments, "ozon", ports.Fulfilment(greet=refuse))

    answer = browser_of(TenantFactory().owner).post("/integrations/new/ozon/", TYPED)

    assert (answer.status_code, Integration.objects.count()) == (422, 0)
    assert b"very-secret" not in answer.content


def test_new_credentials_replace_the_old_ones_of_the_same_account(browser_of, ozon):
    browser = browser_of(TenantFactory().owner)
    for key in ("first-key-111111", "second-key-22222"):
        browser.post("/integrations/new/ozon/", {**TYPED, "api_key": key})

    assert services.credentials_of(Integration.objects.get())["api_key"] == "second-key-22222"


def test_a_connection_says_how_it_is_and_what_it_did(browser_of, ozon):
    tenant = TenantFactory()
    row = IntegrationFactory(tenant=tenant, platform_id="ozon", status=IntegrationStatus.REAUTH_REQUIRED)
    services.mark(row, status=IntegrationStatus.REAUTH_REQUIRED, message="401 Unauthorized")
    SyncLogFactory(integration=row, status=SyncStatus.FAILED, error_message="token expired")
    SyncLogFactory(integration=row, status=SyncStatus.SUCCESS, records_synced=12)
    browser = browser_of(tenant.owner)

    page = browser.get(f"/integrations/{row.uuid}/")
    failed = browser.get(f"/integrations/{row.uuid}/?status=failed")

    assert "401 Unauthorized" in page.content.decode()
    assert [run.records_synced for run in page.context["page"].rows] == [12, 0]
    assert [run.error_message for run in failed.context["page"].rows] == ["token expired"]
    assert browser.post(f"/integrations/{row.uuid}/sync/").status_code == 302
    assert ozon == [row.pk]


def test_credentials_that_cannot_be_decrypted_are_said_to_be_lost(browser_of, ozon, settings):
    tenant = TenantFactory()
    row = services.connect(tenant, platform=Platform.objects.get(pk="ozon"), credentials=TYPED)
    settings.ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]

    page = browser_of(tenant.owner).get(f"/integrations/{row.uuid}/")

    assert (page.status_code, page.context["is_unreadable"]) == (200, True)


def test_disconnecting_erases_the_credentials_and_keeps_the_history(browser_of, ozon):
    tenant = TenantFactory()
    row = services.connect(tenant, platform=Platform.objects.get(pk="ozon"), credentials=TYPED)
    services.finish_sync(SyncLogFactory(integration=row), status=SyncStatus.SUCCESS, at=now())
    browser = browser_of(tenant.owner)

    browser.post(f"/integrations/{row.uuid}/disconnect/")

    row.refresh_from_db()
    assert (row.status, row.credentials_encrypted, row.sync_logs.count()) == (IntegrationStatus.DISCONNECTED, None, 1)
    assert browser.post(f"/integrations/{row.uuid}/sync/").status_code == 404


@pytest.mark.parametrize("role", [Role.USER, Role.OPERATOR])
def test_only_administrators_see_integrations(browser_of, role):
    member = MembershipFactory(role=role)

    assert browser_of(member.user).get("/integrations/").status_code == 403
