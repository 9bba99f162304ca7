"""Who did what: written with the deed, without secrets; the shop's page and its CSV."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from accounts import services
from accounts.enums import Role, Scope
from accounts.models import AuditEntry, User
from accounts.services.audit import HIDDEN, record
from tests.factories.accounts import IntegrationFactory, MembershipFactory, TenantFactory

pytestmark = pytest.mark.django_db


def test_deeds_of_the_team_and_its_keys_are_written_down():
    tenant = TenantFactory()
    owner, member = tenant.owner, MembershipFactory(tenant=tenant, role=Role.USER)

    services.invite(tenant, email="guest@example.com", role=Role.OPERATOR, by=owner, at=now())
    services.change_role(member, role=Role.ADMIN, by=owner)
    key, secret = services.issue_api_key(tenant, name="Сайт", scopes=[Scope.READ], created_by=owner, at=now())
    services.revoke_api_key(key, by=owner, at=now())
    services.disconnect(IntegrationFactory(tenant=tenant), by=owner)
    services.remove_member(member, by=owner)

    entries = list(AuditEntry.objects.of(tenant).order_by("pk"))
    assert [entry.action for entry in entries] == [
        "team.invited",
        "team.role_changed",
        "key.issued",
        "key.revoked",
        "integration.disconnected",
        "team.removed",
    ]
    assert {entry.actor for entry in entries} == {owner}
    assert (entries[1].before, entries[1].after) == ({"role": "user"}, {"role": "admin"})
    assert secret not in str([entry.__dict__ for entry in entries])


def test_a_refused_deed_leaves_no_line():
    tenant, stranger = TenantFactory(), MembershipFactory().user

    with pytest.raises(services.access.RoleRequired):
        services.invite(tenant, email="guest@example.com", role=Role.OPERATOR, by=stranger, at=now())

    assert not AuditEntry.objects.exists()


def test_only_what_changed_is_kept_and_secrets_never():
    tenant = TenantFactory()

    entry = record(
        "shop.changed",
        tenant=tenant,
        by=None,
        before={"name": "А", "language": "ru", "api_token": "canary-1"},
        after={"name": "Б", "language": "ru", "api_token": "canary-2"},
    )

    assert (entry.before, entry.after) == ({"name": "А", "api_token": HIDDEN}, {"name": "Б", "api_token": HIDDEN})


def test_the_page_filters_and_hides_other_shops(browser_of):
    tenant, other = TenantFactory(), TenantFactory()
    record("key.issued", tenant=tenant, by=tenant.owner, target="Ключ склада")
    record("team.invited", tenant=tenant, by=None, target="гость")
    record("key.issued", tenant=other, by=other.owner, target="Чужой ключ")
    browser = browser_of(tenant.owner)

    everything = browser.get("/settings/audit/").content.decode()
    keys = browser.get("/settings/audit/", {"action": "key.issued", "person": tenant.owner.uuid}).content.decode()

    assert ("Ключ склада" in everything, "гость" in everything, "Чужой ключ" in everything) == (True, True, False)
    assert ("Ключ склада" in keys, "гость" in keys) == (True, False)
    assert browser.get("/settings/audit/", {"since": "not a day"}).status_code == 200


def test_the_csv_cannot_become_a_formula(browser_of):
    tenant = TenantFactory()
    record("key.issued", tenant=tenant, by=tenant.owner, target="=HYPERLINK(1)")

    text = b"".join(browser_of(tenant.owner).get("/settings/audit/export/").streaming_content).decode("utf-8-sig")

    assert ";'=HYPERLINK(1);" in text
    assert len(text.splitlines()) == 2


def test_operators_do_not_read_it(browser_of):
    member = MembershipFactory(role=Role.OPERATOR)

    assert browser_of(member.user).get("/settings/audit/").status_code == 403


def test_a_line_has_the_address_and_the_request(browser_of):
    tenant = TenantFactory()

    browser_of(tenant.owner).post("/team/invite/", {"email": "guest@example.com", "role": "operator"})

    entry = AuditEntry.objects.get()
    assert entry.ip == "127.0.0.1"
    assert len(entry.request_id) == 36


@pytest.mark.parametrize("model", ["auditentry", "notification"])
def test_our_staff_searches(browser_of, model):
    record("key.issued", tenant=TenantFactory(), by=None, target="Ключ склада")
    staff = browser_of(User.objects.create_superuser("staff@example.com"))
    page = reverse(f"admin:accounts_{model}_changelist")

    assert [staff.get(page, query).status_code for query in ({}, {"q": "склада"}, {"action": "key.issued"})][0:2] == [
        200,
        200,
    ]
    if model == "auditentry":
        assert "Ключ склада" in staff.get(page, {"q": "склада"}).content.decode()
        detail = staff.get(reverse("admin:accounts_auditentry_change", args=[AuditEntry.objects.get().pk]))
        assert detail.status_code == 200
