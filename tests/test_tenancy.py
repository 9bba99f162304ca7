"""A stranger finds nothing: every route of the API and of the dashboard, visited with other people's ids.

The probe reads the routes from the URL configuration, so a new one is probed
without being named here. What it cannot know is which row an address is about:
each app says so in ``tests/<app>/tenancy.py``::

    CASES = {
        "document-detail": lambda tenant: {"uuid": DocumentFactory(tenant=tenant).uuid},
    }
    PUBLIC = {"widget-script": "every visitor of the seller's site loads it"}

A key is the route's name; its case returns the address's arguments, made of a
row that belongs to ``tenant``. Routes without arguments need no case. A route
that is open to strangers is listed in ``PUBLIC`` with the reason. A route that
the probe can neither fill nor finds listed fails the test.
"""

from importlib import import_module, util

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core import serializers
from django.urls import URLPattern, get_resolver

from accounts.enums import Role, Scope
from accounts.models import Membership, Owned, Tenant
from tests.factories.accounts import ApiKeyFactory, MembershipFactory, TenantFactory

APPS = ("accounts", "billing", "assistants", "knowledge", "dialogs", "operators", "marketplace")
SKIPPED = ("admin/", "accounts/", "api/schema/", "api/docs/", "i18n/", "healthz", "readyz", "metrics", "static/")
METHODS = ("get", "post", "put", "patch", "delete")
HIDDEN = {401, 403, 404, 405, 410}
CANARY = "canary-of-another-tenant"

CASES, PUBLIC = {}, {}
for app in APPS:
    if util.find_spec(f"tests.{app}.tenancy"):
        contribution = import_module(f"tests.{app}.tenancy")
        CASES |= getattr(contribution, "CASES", {})
        PUBLIC |= getattr(contribution, "PUBLIC", {})


def routes():
    """Return ``(address, name, argument names)`` of everything but the staff's and the framework's own pages."""
    found = []

    def walk(patterns, prefix):
        for entry in patterns:
            address = prefix + str(entry.pattern)
            if address.startswith(SKIPPED):
                continue
            if isinstance(entry, URLPattern):
                found.append((address, entry.name or address, tuple(entry.pattern.regex.groupindex)))
            else:
                walk(entry.url_patterns, address)

    walk(get_resolver().url_patterns, "")
    return found


ROUTES = routes()
PROBED = sorted({name for _, name, _ in ROUTES if name not in PUBLIC})
FILLED = [name for name in PROBED if name in CASES]
LISTS = sorted({name for _, name, arguments in ROUTES if not arguments and name not in PUBLIC})


def path_of(name, arguments):
    from django.urls import reverse

    return reverse(name, kwargs=arguments)


def state_of(tenant):
    """Return everything the database holds for a tenant, to see whether a visit changed it."""
    rows = []
    for model in apps.get_models():
        if issubclass(model, Owned):
            rows += serializers.serialize("python", model._base_manager.filter(tenant=tenant).order_by("pk"))
    return [*rows, *serializers.serialize("python", Tenant.objects.filter(pk=tenant.pk))]


def strangers(api, browser_of):
    """Return clients that have nothing to do with the tenant: another's administrator, by every door, and nobody."""
    other = MembershipFactory(role=Role.ADMIN)
    return {
        "a person of another tenant, by token": api(other.user),
        "a person of another tenant, by session": browser_of(other.user),
        "a key of another tenant": api(ApiKeyFactory(tenant=other.tenant, scopes=[Scope.ALL]).secret),
        "nobody": api(),
    }


def test_every_route_is_known_to_the_probe():
    unknown = {name: address for address, name, arguments in ROUTES if arguments and name not in CASES | PUBLIC}
    assert unknown == {}


def test_what_is_listed_exists():
    names = {name for _, name, _ in ROUTES}
    assert (set(CASES) | set(PUBLIC)) - names == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILLED)
def test_a_stranger_finds_nothing_and_changes_nothing(name, api, browser_of):
    tenant = TenantFactory(name=CANARY)
    path = path_of(name, CASES[name](tenant))
    before = state_of(tenant)

    for stranger, client in strangers(api, browser_of).items():
        for method in METHODS:
            answer = getattr(client, method)(path)
            to_log_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
            assert answer.status_code in HIDDEN or to_log_in, (stranger, method, path, answer.status_code)
            assert CANARY.encode() not in getattr(answer, "content", b""), (stranger, method, path)

    assert state_of(tenant) == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILLED)
def test_a_missing_row_looks_like_a_strangers(name, api):
    tenant, stranger = TenantFactory(name=CANARY), MembershipFactory(role=Role.ADMIN).user
    arguments = CASES[name](tenant)
    missing = {
        key: "00000000-0000-7000-8000-000000000000" if "-" in str(value) else value for key, value in arguments.items()
    }
    if missing == arguments:
        pytest.skip("not addressed by a public id")

    theirs, nobodys = (api(stranger).get(path_of(name, values)) for values in (arguments, missing))

    assert theirs.status_code == nobodys.status_code


@pytest.mark.django_db
def test_no_list_and_no_page_shows_a_stranger_our_rows(api, browser_of):
    tenant = TenantFactory(name=CANARY)
    MembershipFactory(tenant=tenant, user__full_name=CANARY)
    ours = {str(value) for case in CASES.values() for value in case(tenant).values() if "-" in str(value)}
    leaks, open_doors = [], []

    for stranger, client in strangers(api, browser_of).items():
        for name in LISTS:
            answer = client.get(path_of(name, {}))
            text = b"".join(answer) if answer.streaming else answer.content
            leaks += [(stranger, name) for secret in {CANARY, *ours} if secret.encode() in text]
            if stranger == "nobody" and answer.status_code not in {302, 401, 403, 404, 405}:
                open_doors.append((name, answer.status_code))

    assert (leaks, open_doors) == ([], [])


@pytest.mark.parametrize("model", [model for model in apps.get_models() if issubclass(model, Owned)])
def test_owned_rows_fail_closed(model):
    assert hasattr(model._default_manager, "visible_to"), model
    assert model._default_manager.visible_to(AnonymousUser()).query.is_empty()


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"is_approved": False}, {"status": "blocked"}])
def test_who_is_not_let_in_sees_nothing(facts):
    from tests.factories.accounts import UserFactory

    user = UserFactory(**facts)
    MembershipFactory(user=user)
    user.refresh_from_db()

    assert not Membership.objects.visible_to(user).exists()


@pytest.mark.django_db
def test_a_closed_tenant_sees_nothing_either():
    membership = MembershipFactory(tenant__is_active=False)

    assert not Membership.objects.visible_to(membership.user).exists()


@pytest.mark.django_db
def test_negative_control_the_probe_sees_a_leak(api, monkeypatch):
    """Without the filter the same visit must be found out."""
    from accounts.models.tenancy import OwnedQuerySet

    tenant, stranger = TenantFactory(), MembershipFactory(role=Role.ADMIN).user
    path = path_of("integration-detail", CASES["integration-detail"](tenant))
    monkeypatch.setattr(OwnedQuerySet, "visible_to", lambda self, principal: self)
    monkeypatch.setattr(
        "accounts.api.views.OwnedByCurrentTenant.get_queryset", lambda self: self.model.objects.visible_to(None)
    )

    assert api(stranger).get(path).status_code == 200
