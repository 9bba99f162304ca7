"""Dashboard pages of accounts."""

import pytest
from django.core import mail
from django.test import override_settings

from accounts import ports, services
from accounts.enums import Role
from accounts.models import ApiKey, Membership
from tests.factories.accounts import ApiKeyFactory, InvitationFactory, MembershipFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/team/", "/api-keys/", "/profile/", "/accounts/email/", "/accounts/2fa/"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_open_for_an_administrator(browser_of, path, language):
    tenant = TenantFactory()
    InvitationFactory(tenant=tenant)
    ApiKeyFactory(tenant=tenant)
    browser = browser_of(tenant.owner)
    browser.cookies["django_language"] = language

    page = browser.get(path)

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/x/",
        "/accounts/inactive/",
        "/accounts/3rdparty/login/cancelled/",
    ],
)
def test_entrance_pages_open_for_strangers(client, path):
    page = client.get(path)

    assert page.status_code in {200, 401}
    assert "entrance.html" in [template.name for template in page.templates]


@pytest.mark.parametrize("path", ["/", "/team/", "/api-keys/", "/profile/"])
def test_pages_ask_strangers_to_log_in(client, path):
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("member_count", [1, 3])
def test_the_team_page_asks_the_database_the_same_for_one_and_three(
    browser_of, member_count, django_assert_max_num_queries
):
    tenant = TenantFactory()
    MembershipFactory.create_batch(member_count, tenant=tenant)
    browser = browser_of(tenant.owner)
    browser.get("/team/")

    with django_assert_max_num_queries(9):
        page = browser.get("/team/")

    assert page.content.decode().count('/remove/"') == member_count


def test_a_viewer_sees_the_team_and_manages_nothing(browser_of):
    membership = MembershipFactory(role=Role.USER)
    browser = browser_of(membership.user)

    page = browser.get("/team/")

    assert page.context["may_manage"] is False
    assert browser.post("/team/invite/", {"email": "x@example.com", "role": "admin"}).status_code == 403
    assert browser.get("/api-keys/").status_code == 403


def test_an_administrator_invites_changes_and_removes(browser_of, django_capture_on_commit_callbacks, eager_tasks):
    membership = MembershipFactory()
    browser, uuid = browser_of(membership.tenant.owner), membership.user.uuid

    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/team/invite/", {"email": "new@example.com", "role": "operator"})
    browser.post(f"/team/members/{uuid}/role/", {"role": "admin"})
    membership.refresh_from_db()
    browser.post(f"/team/members/{uuid}/remove/")

    assert mail.outbox[0].to == ["new@example.com"]
    assert membership.role == Role.ADMIN
    assert not Membership.objects.filter(pk=membership.pk).exists()


@pytest.mark.parametrize("body", [{}, {"email": "x", "role": "admin"}, {"email": "x@example.com", "role": "owner"}])
def test_a_malformed_invitation_is_shown_again(browser_of, body):
    assert browser_of(TenantFactory().owner).post("/team/invite/", body).status_code == 422


def test_a_new_key_is_shown_once(browser_of):
    browser = browser_of(TenantFactory().owner)

    page = browser.post("/api-keys/", {"name": "Сайт", "scope": "all", "days": "90"})

    key = ApiKey.objects.get()
    secret = page.context["secret"]
    assert services.authenticate_api_key(secret, at=key.created_at) == key
    assert secret not in browser.get("/api-keys/").content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_revoked_key_stops_working(browser_of, api):
    key = ApiKeyFactory()

    browser_of(key.tenant.owner).post(f"/api-keys/{key.uuid}/revoke/")

    assert api(key.secret).get("/api/v1/auth/me/").status_code == 401


def test_the_profile_keeps_what_was_written(browser_of):
    user = MembershipFactory().user
    facts = {"full_name": "Анна <b>", "phone": "+7 900 000-00-00", "language_code": "en", "timezone": "Asia/Omsk"}
    browser = browser_of(user)

    browser.post("/profile/", facts)

    user.refresh_from_db()
    assert {name: getattr(user, name) for name in facts} == facts
    assert "Анна &lt;b&gt;" in browser.get("/profile/").content.decode()


def test_a_person_switches_between_their_shops_only(browser_of):
    user = UserFactory()
    first, second = (MembershipFactory(user=user).tenant for _ in range(2))
    stranger, browser = TenantFactory(), browser_of(user)
    assert browser.get("/").context["tenant"] == first

    browser.post("/switch-tenant/", {"tenant": second.uuid})
    refused = [browser.post("/switch-tenant/", {"tenant": wrong}) for wrong in (stranger.uuid, "x", "")]

    assert browser.get("/").context["tenant"] == second
    assert {answer.status_code for answer in refused} == {404}


def test_higher_apps_put_numbers_and_parts_on_the_home_page(browser_of, monkeypatch):
    monkeypatch.setattr(ports, "_cards", [])
    monkeypatch.setattr(ports, "_panels", [])
    ports.show_on_home(lambda tenant, *, at: ports.Card(label="Second", value="2"), order=20)
    ports.show_on_home(lambda tenant, *, at: ports.Card(label="First", value="1", unit="₽"), order=10)
    ports.show_on_home(lambda tenant, *, at: None)

    page = browser_of(TenantFactory().owner).get("/")

    assert [card.label for card in page.context["cards"]] == ["First", "Second"]


@override_settings(DEBUG=False)
def test_a_missing_page_is_ours(client):
    page = client.get("/nothing/here/")

    assert page.status_code in {302, 404}


@pytest.mark.parametrize("path", ["/team/", "/api-keys/"])
def test_a_person_without_a_shop_is_refused_politely(browser_of, path):
    browser = browser_of(UserFactory())

    assert browser.get(path).status_code == 403
    assert browser.get("/").status_code == 200


def test_sections_without_a_page_are_hidden(browser_of):
    names = {item["name"] for item in browser_of(TenantFactory().owner).get("/").context["navigation"]}

    assert {"home", "team", "api_keys"} <= names


def test_every_page_forbids_inline_scripts(client, browser_of):
    for page in (client.get("/accounts/login/"), browser_of(TenantFactory().owner).get("/")):
        policy = page["Content-Security-Policy"]
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == directives["style-src"] == "'self'"
        assert directives["frame-ancestors"] == "'none'"
        assert "unsafe" not in policy


def test_the_menu_leaves_out_what_would_only_refuse(browser_of):
    shop = TenantFactory()
    viewer = MembershipFactory(tenant=shop, role=Role.USER).user
    names = {item["name"] for item in browser_of(viewer).get("/").context["navigation"]}

    assert names & {"console", "api_keys", "integrations", "webhooks"} == set()
    assert {"dialogs", "reviews", "balance"} <= names
    assert {"console", "api_keys"} <= {item["name"] for item in browser_of(shop.owner).get("/").context["navigation"]}
