"""Registering, confirming, letting in, shutting out."""

import pytest
from django.core import mail
from django.utils.timezone import now

from accounts import services
from accounts.enums import Role, UserStatus
from accounts.errors import EmailTaken
from accounts.models import Membership, Tenant, User
from accounts.signals import tenant_created, user_approved
from tests.factories.accounts import ApiKeyFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    facts = []

    def hear_tenant(sender, **facts_of_signal):
        facts.append("tenant_created")

    def hear_approval(sender, **facts_of_signal):
        facts.append("user_approved")

    tenant_created.connect(hear_tenant)
    user_approved.connect(hear_approval)
    yield facts
    tenant_created.disconnect(hear_tenant)
    user_approved.disconnect(hear_approval)


def test_registering_opens_a_shop_whose_owner_administers_it(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        user = services.register(User(email="Anna@Example.COM"), password="long enough", shop="Тёплый дом", at=now())

    membership = Membership.objects.get(user=user)
    assert (user.email, membership.role, membership.tenant.owner) == ("anna@example.com", Role.ADMIN, user)
    assert membership.tenant.slug == "teplyi-dom"
    assert heard == ["tenant_created"]
    assert (user.is_approved, user.is_email_confirmed) == (False, False)


def test_two_shops_of_one_name_have_two_addresses():
    slugs = {
        services.open_tenant(UserFactory(), name="Дом", at=now()).slug,
        services.open_tenant(UserFactory(), name="Дом", at=now()).slug,
    }

    assert len(slugs) == 2


@pytest.mark.parametrize("name", ["🧸", "…", "東京"])
def test_a_shop_without_latin_letters_gets_an_address_all_the_same(name):
    assert services.open_tenant(UserFactory(), name=name, at=now()).slug


@pytest.mark.parametrize("twin", ["anna@example.com", "ANNA@example.com", " anna@example.com", "\uff41nna@example.com"])
def test_an_email_registers_once_in_whatever_case(twin):
    UserFactory(email="anna@example.com")

    with pytest.raises(EmailTaken):
        services.register(User(email=twin), password="long enough", shop="Shop", at=now())

    assert User.objects.count() == 1
    assert not Tenant.objects.exists()


def test_people_are_let_in_once(heard, django_capture_on_commit_callbacks, eager_tasks):
    user, staff = UserFactory(is_approved=False), UserFactory(is_staff=True)

    with django_capture_on_commit_callbacks(execute=True):
        decisions = [services.approve(user, by=staff, at=now()) for _ in range(2)]

    assert decisions == [True, False]
    assert heard == ["user_approved"]
    assert [(letter.to, "/" in letter.body) for letter in mail.outbox] == [([user.email], True)]


def test_without_the_gate_a_confirmed_email_lets_in(settings):
    settings.REQUIRE_APPROVAL = False
    user = UserFactory(is_approved=False, is_email_confirmed=False)

    services.confirm_email(user, at=now())

    user.refresh_from_db()
    assert (user.is_email_confirmed, user.is_approved) == (True, True)


def test_a_blocked_person_is_out_at_once_and_so_are_the_keys_of_their_shop(browser_of, api):
    tenant = TenantFactory()
    browser, key = browser_of(tenant.owner), ApiKeyFactory(tenant=tenant)
    assert browser.get("/team/").status_code == 200

    services.block(tenant.owner, by=None, at=now())

    assert browser.get("/team/").status_code == 302
    assert api(key.secret).get("/api/v1/members/").status_code == 401
    assert services.unblock(tenant.owner)
    tenant.owner.refresh_from_db()
    assert tenant.owner.status == UserStatus.ACTIVE
