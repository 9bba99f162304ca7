"""Staff sees a shop with the eyes of one of its people; staff announces something to everybody."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import now

from accounts.enums import Role
from accounts.models import (
    Announcement,
    AnnouncementDismissal,
    ApiKey,
    Impersonation,
    ImpersonationStep,
    Invitation,
    User,
)
from billing.models import Payment
from knowledge.models import Document
from tests.factories.accounts import MembershipFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
REASON = "Ticket 42: the seller asked for help with uploads"


@pytest.fixture(autouse=True)
def _nothing_remembered():
    caches["process"].clear()


@pytest.fixture
def staff():
    return UserFactory(is_staff=True, is_superuser=True, email="boss@example.com")


@pytest.fixture
def tenant():
    return TenantFactory(name="Linen Maple")


def begin(client, tenant, person=None, **fields):
    form = {"person": (person or tenant.owner).pk, "reason": REASON, "minutes": "15", **fields}
    return client.post(reverse("admin:impersonate", args=[tenant.pk]), form)


@pytest.fixture
def looking(browser_of, staff, tenant):
    client = browser_of(staff)
    assert begin(client, tenant).status_code == 302
    return client


def test_staff_sees_the_shop_as_its_owner_does_under_a_banner(looking, tenant):
    page = looking.get(reverse("home"))

    assert (page.wsgi_request.user, page.wsgi_request.tenant) == (tenant.owner, tenant)
    assert 'id="impersonation"' in page.content.decode()
    assert REASON in page.content.decode()


def test_who_is_looked_at_sees_no_banner_and_is_not_said_to_have_been_there(looking, tenant, browser_of):
    looking.get(reverse("home"))

    assert User.objects.get(pk=tenant.owner.pk).last_activity is None
    assert 'id="impersonation"' not in browser_of(tenant.owner).get(reverse("home")).content.decode()


def test_everyday_work_is_done_and_money_and_security_are_refused(looking, tenant):
    done = looking.post(reverse("knowledge_text"), {"title": "Delivery", "text": "Three days.", "importance": "5"})
    refused = [
        looking.post(reverse("balance_top_up"), {"amount": "100"}),
        looking.post(reverse("api_keys"), {"name": "k", "scopes": ["all"]}),
        looking.get(reverse("api_keys")),
        looking.post(reverse("invite"), {"email": "x@example.com", "role": "admin"}),
        looking.post(reverse("profile"), {"full_name": "x"}),
        looking.get("/accounts/password/change/"),
        looking.get("/accounts/2fa/"),
        looking.get(reverse("sessions")),
        looking.get(reverse("data")),
        looking.post("/api/v1/tickets/", {"title": "x"}, content_type="application/json"),
        looking.post(reverse("connect_platform", args=["openai"]), {"api_key": "sk-1"}),
    ]

    assert done.status_code == 302
    assert Document.objects.of(tenant).exists()
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert not any(model.objects.exists() for model in (Payment, ApiKey, Invitation))


def test_every_page_is_written_down_and_stays(looking, tenant):
    looking.get(reverse("dialogs"))
    looking.post(reverse("balance_top_up"), {"amount": "100"})

    steps = list(ImpersonationStep.objects.order_by("pk").values_list("method", "path", "status"))

    assert steps == [("GET", reverse("dialogs"), 200), ("POST", reverse("balance_top_up"), 403)]
    with pytest.raises(IntegrityError), transaction.atomic():
        ImpersonationStep.objects.update(path="/")
    assert Impersonation.objects.get().reason == REASON


def test_the_end_button_gives_staff_back_to_themselves(looking, staff, tenant):
    answer = looking.post(reverse("end_impersonation"))
    home = looking.get(reverse("home"))

    assert answer.url == reverse("admin:shop", args=[tenant.pk])
    assert home.wsgi_request.user == staff
    assert Impersonation.objects.get().ended_at is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda: Impersonation.objects.update(created_at=now() - timedelta(hours=2), expires_at=now()),
        lambda: Impersonation.objects.update(ended_at=now()),
        lambda: User.objects.filter(email="boss@example.com").update(is_superuser=False),
        lambda: User.objects.filter(is_staff=False).update(status="blocked"),
    ],
    ids=["its time is over", "somebody ended it", "the right was taken away", "the person was shut out"],
)
def test_a_look_ends_by_itself(looking, staff, change):
    change()

    ended = looking.get(reverse("home"))

    assert (ended.status_code, ended.url) == (302, reverse("admin:index"))
    assert looking.get(reverse("home")).wsgi_request.user == staff


def test_the_admin_stays_the_staff_members_own(looking, staff, tenant):
    assert looking.get(reverse("admin:shop", args=[tenant.pk])).wsgi_request.user == staff


def test_only_ordinary_members_of_the_shop_are_looked_through(browser_of, staff, tenant):
    client = browser_of(staff)
    colleague = MembershipFactory(tenant=tenant, user=UserFactory(is_staff=True)).user
    blocked = MembershipFactory(tenant=tenant, user=UserFactory(status="blocked")).user
    stranger = UserFactory()

    answers = [begin(client, tenant, person) for person in (colleague, blocked, stranger)]
    short = begin(client, tenant, reason="why")
    long = begin(client, tenant, minutes="600")

    assert [answer.status_code for answer in (*answers, short, long)] == [422] * 5
    assert not Impersonation.objects.exists()


def test_it_takes_the_permission(browser_of, tenant):
    clerk = UserFactory(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_tenant"))
    client = browser_of(clerk)

    page = client.get(reverse("admin:shop", args=[tenant.pk])).content.decode()

    assert begin(client, tenant).status_code == 403
    assert reverse("admin:impersonate", args=[tenant.pk]) not in page


def announce(**fields):
    facts = {"text_ru": "Работы ночью", "text_en": "Works at night", "starts_at": now() - timedelta(minutes=1)}
    return Announcement.objects.create(**{**facts, "ends_at": now() + timedelta(hours=1), **fields})


def shown(client, name="home"):
    return [row.text_en for row in client.get(reverse(name)).context["announcements"]]


@pytest.mark.parametrize(
    ("audience", "readers"),
    [("everybody", {"admin", "operator", "user"}), ("operators", {"admin", "operator"}), ("administrators", {"admin"})],
)
def test_an_announcement_is_read_by_whom_it_is_for(audience, readers, tenant, browser_of):
    announce(audience=audience)
    people = {role.value: MembershipFactory(tenant=tenant, role=role).user for role in Role}

    assert {role for role, person in people.items() if shown(browser_of(person))} == readers


def test_an_announcement_has_its_time_and_both_languages(tenant, browser_of):
    announce(text_en="over", ends_at=now() - timedelta(seconds=1))
    announce(text_en="not yet", starts_at=now() + timedelta(minutes=1))
    announce()
    client = browser_of(tenant.owner)

    assert shown(client) == ["Works at night"]
    assert "Работы ночью" in client.get(reverse("home")).content.decode()
    client.cookies["django_language"] = "en"
    assert "Works at night" in client.get(reverse("home")).content.decode()


def test_an_announcement_is_put_away_once_by_one_person(tenant, browser_of):
    row = announce()
    client, other = browser_of(tenant.owner), browser_of(MembershipFactory(tenant=tenant).user)
    address = reverse("put_announcement_away", args=[row.uuid])

    answers = [client.post(address, {"next": "https://elsewhere.example/"}) for _ in range(2)]

    assert [answer.url for answer in answers] == ["/", "/"]
    assert (shown(client), shown(other)) == ([], ["Works at night"])
    assert AnnouncementDismissal.objects.count() == 1


def test_one_that_must_be_seen_cannot_be_put_away(tenant, browser_of):
    row = announce(is_dismissable=False, tone="warning")
    client = browser_of(tenant.owner)

    client.post(reverse("put_announcement_away", args=[row.uuid]))

    assert shown(client) == ["Works at night"]


def test_staff_writes_one_in_the_admin(browser_of, staff, tenant):
    today = now()
    form = {
        "text_ru": "Новое", "text_en": "New", "tone": "info", "audience": "everybody", "is_dismissable": "on",
        "starts_at_0": (today - timedelta(days=1)).strftime("%d.%m.%Y"), "starts_at_1": "00:00",
        "ends_at_0": (today + timedelta(days=2)).strftime("%d.%m.%Y"), "ends_at_1": "00:00",
    }  # fmt: skip
    client = browser_of(tenant.owner)
    assert shown(client) == []

    browser_of(staff).post(reverse("admin:accounts_announcement_add"), form)

    assert Announcement.objects.get().created_by == staff
    assert shown(client) == ["New"]
