"""Telling people: once each, in their language, by the ways they chose; the bell and the list."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from accounts.enums import Role, Topic
from accounts.models import Notification
from accounts.services import notifying
from accounts.services.notifying import notify
from tests.factories.accounts import MembershipFactory, TenantFactory, UserFactory
from tests.races import race

pytestmark = pytest.mark.django_db
HOME = gettext_lazy("Home")


def tell(tenant, **changes):
    return notify(tenant, **{"topic": Topic.MONEY, "title": HOME, "key": "k", "at": now(), "url": "/team/", **changes})


def test_administrators_hear_once_each_in_their_language():
    tenant = TenantFactory(owner__language_code="ru")
    MembershipFactory(tenant=tenant, role=Role.ADMIN, user__language_code="en")
    MembershipFactory(tenant=tenant, role=Role.OPERATOR)

    first, second = tell(tenant), tell(tenant)

    assert {row.title for row in first} == {"Главная", "Home"}
    assert second == []
    assert Notification.objects.count() == 2


@pytest.mark.parametrize(
    "facts", [{"user__status": "blocked"}, {"user__is_approved": False}, {"role": Role.USER}], ids=str
)
def test_who_may_not_know_is_not_told(facts):
    tenant = TenantFactory()
    MembershipFactory(tenant=tenant, **{"role": Role.ADMIN, **facts})

    assert [row.user for row in tell(tenant)] == [tenant.owner]


def test_who_did_it_knows_already_and_strangers_are_left_out():
    tenant, stranger = TenantFactory(), UserFactory()

    assert tell(tenant, by=tenant.owner) == []
    assert tell(tenant, to=[stranger]) == []
    assert [row.user for row in tell(tenant, to=[tenant.owner])] == [tenant.owner]


@pytest.mark.parametrize(
    ("in_app", "by_mail", "listed", "letters"),
    [(True, True, 1, 1), (True, False, 1, 0), (False, True, 0, 1), (False, False, 0, 0)],
)
def test_people_choose_the_ways(
    in_app, by_mail, listed, letters, mailoutbox, eager_tasks, django_capture_on_commit_callbacks
):
    tenant = TenantFactory()
    notifying.choose(tenant.owner, topic=Topic.MONEY, in_app=in_app, by_mail=by_mail)

    with django_capture_on_commit_callbacks(execute=True):
        tell(tenant)

    assert Notification.objects.shown_to(tenant.owner).count() == listed
    assert len(mailoutbox) == letters
    assert not Notification.objects.exclude(mail_after=None).exists()


def test_a_letter_whose_worker_died_is_found_and_one_of_last_week_given_up(mailoutbox, eager_tasks):
    tenant = TenantFactory()
    fresh, old = tell(tenant, at=now() - timedelta(minutes=3)), tell(tenant, key="old", at=now() - timedelta(days=7))

    assert notifying.sweep_letters(at=now()) == len(fresh) == len(old) == 1
    assert [letter.to for letter in mailoutbox] == [[tenant.owner.email]]
    assert notifying.sweep_letters(at=now()) == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_tells():
    tenant = TenantFactory()

    outcomes = race(lambda _: tell(tenant), threads=8)

    assert sum(len(made) for made in outcomes) == 1
    assert Notification.objects.count() == 1


def test_the_bell_counts_and_opening_leads_to_the_page(browser_of):
    tenant = TenantFactory()
    (row,) = tell(tenant)
    browser = browser_of(tenant.owner)
    assert '<span class="count">1</span>' in browser.get("/notifications/bell/").content.decode()

    opened = browser.post(f"/notifications/{row.uuid}/")

    assert opened["Location"] == "/team/"
    assert 'class="count"' not in browser.get("/notifications/bell/").content.decode()
    assert str(row.uuid) in browser.get("/notifications/").content.decode()
    assert str(row.uuid) not in browser.get("/notifications/?new").content.decode()


def test_a_colleague_cannot_open_what_is_not_theirs(browser_of):
    tenant = TenantFactory()
    (row,) = tell(tenant)
    colleague = MembershipFactory(tenant=tenant, role=Role.ADMIN).user

    assert browser_of(colleague).post(f"/notifications/{row.uuid}/").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_who_left_the_shop_no_longer_sees_its_news(browser_of):
    membership = MembershipFactory(role=Role.ADMIN)
    tell(membership.tenant)
    browser = browser_of(membership.user)
    membership.delete()

    assert 'class="count"' not in browser.get("/notifications/bell/").content.decode()


def test_an_address_outside_is_not_followed(browser_of):
    tenant = TenantFactory()
    (row,) = tell(tenant, url="https://evil.example/")

    assert browser_of(tenant.owner).post(f"/notifications/{row.uuid}/")["Location"] == "/notifications/"


def test_all_are_read_and_choices_are_kept(browser_of):
    tenant = TenantFactory()
    tell(tenant)
    browser = browser_of(tenant.owner)

    browser.post("/notifications/read/")
    browser.post("/notifications/preferences/", {"money-in_app": "on"})

    assert not Notification.objects.unread().exists()
    assert notifying.preferences_of([tenant.owner])[tenant.owner.pk][Topic.MONEY] == (True, False)
    assert notifying.preferences_of([tenant.owner])[tenant.owner.pk][Topic.TEAM] == (False, False)
