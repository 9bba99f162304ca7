"""First steps: resumable, skippable, with one welcome; where visitors come from and whom they become."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now

from accounts import reports, services
from accounts.enums import FunnelStage, Goal, Role, SettingCategory
from accounts.errors import RoleRequired
from accounts.models import StartPageEvent, Tenant, User
from accounts.services import funnel, onboarding
from accounts.visits import COOKIE
from assistants.models import Assistant
from billing.models import BalanceTransaction
from knowledge.models import Document
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.races import race

pytestmark = pytest.mark.django_db
COMPANY = {"name": "Тёплый дом", "goal": Goal.SUPPORT, "website": "https://dom.example"}


def test_a_seller_goes_from_the_first_step_to_the_last(browser_of):
    tenant = TenantFactory()
    browser = browser_of(tenant.owner)
    assert browser.get("/start/")["Location"] == "/start/0/"

    assert browser.post("/start/0/", COMPANY)["Location"] == "/start/1/"
    browser.post("/start/1/", {"name": "Вера", "tone": "friendly", "greeting": "Здравствуйте!"})
    browser.post("/start/2/", {"text": "Доставка по Твери занимает два дня и стоит 200 рублей."})
    assert browser.get("/start/")["Location"] == "/start/3/"  # somebody came back another day
    browser.post("/start/3/", {"skip": "1"})
    browser.post("/start/4/", {"website": "https://dom.example"})
    assert browser.post("/start/5/", {})["Location"] == "/"

    owner = User.objects.get(pk=tenant.owner_id)
    tenant.refresh_from_db()
    assistant = Assistant.objects.get(tenant=tenant)
    assert (tenant.name, tenant.goal, tenant.website) == ("Тёплый дом", Goal.SUPPORT, "https://dom.example")
    assert (assistant.name, assistant.greeting) == ("Вера", "Здравствуйте!")
    assert assistant.allowed_origins == ["https://dom.example"]
    assert Document.objects.filter(tenant=tenant).count() == 1
    assert (owner.onboarding_step, owner.onboarding_completed, owner.welcome_bonus_received) == (5, True, True)
    assert 'id="first-steps"' not in browser.get("/").content.decode()


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_step_opens_and_can_be_left_undone(browser_of, number, language):
    tenant = TenantFactory()
    browser = browser_of(tenant.owner)
    browser.cookies["django_language"] = language

    assert browser.get(f"/start/{number}/").status_code == 200
    assert browser.post(f"/start/{number}/", {"skip": "1"}).status_code == 302
    assert not Assistant.objects.exists()
    assert not BalanceTransaction.objects.exists()


@pytest.mark.parametrize(
    ("number", "sent"),
    [
        (0, {"name": "", "goal": "support"}),
        (0, {"name": "x", "goal": "world"}),
        (1, {"name": ""}),
        (2, {"text": " "}),
        (3, {"question": ""}),
        (3, {"question": "Когда?"}),
        (4, {"website": "nowhere"}),
    ],
)
def test_what_cannot_be_is_said_on_the_page(browser_of, number, sent):
    tenant = TenantFactory()

    page = browser_of(tenant.owner).post(f"/start/{number}/", sent)

    assert page.status_code == 422
    assert not StartPageEvent.objects.exists()


def test_there_is_no_seventh_step_and_operators_have_none(browser_of):
    member = MembershipFactory(role=Role.OPERATOR)

    assert browser_of(member.tenant.owner).get("/start/6/").status_code == 404
    assert browser_of(member.user).get("/start/0/").status_code == 403
    with pytest.raises(RoleRequired):
        onboarding.leave_step(member.user, member.tenant, number=0, at=now())


def test_the_home_page_reminds_the_owner_only(browser_of):
    member = MembershipFactory(role=Role.ADMIN)

    assert 'id="first-steps"' in browser_of(member.tenant.owner).get("/").content.decode()
    assert 'id="first-steps"' not in browser_of(member.user).get("/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_one_brings_the_welcome():
    tenant = TenantFactory()

    bonuses = race(
        lambda _: onboarding.leave_step(User.objects.get(pk=tenant.owner_id), tenant, number=0, at=now()), threads=8
    )

    assert sorted(bonuses, key=str) == [Decimal(300), *[None] * 7]
    assert BalanceTransaction.objects.get(tenant=tenant).amount == Decimal(300)


def test_a_second_shop_brings_no_second_welcome_and_a_colleague_none():
    tenant = TenantFactory()
    onboarding.welcome(tenant.owner, tenant, at=now())
    second = services.open_tenant(tenant.owner, name="Второй", at=now())
    colleague = MembershipFactory(tenant=tenant, role=Role.ADMIN).user

    assert onboarding.welcome(tenant.owner, second, at=now()) is None
    assert onboarding.welcome(colleague, tenant, at=now()) is None
    assert BalanceTransaction.objects.count() == 1


def test_our_staff_can_switch_the_welcome_off():
    services.set_setting(SettingCategory.GENERAL, "welcome_bonus", 0)
    tenant = TenantFactory()

    assert onboarding.welcome(tenant.owner, tenant, at=now()) is None
    assert not BalanceTransaction.objects.exists()


def test_what_a_visitor_did_becomes_the_persons(client):
    client.get("/accounts/login/")
    client.get("/accounts/signup/?utm_source=search&ref=ANNA", headers={"referer": "https://ya.example/a?b"})
    mark = client.cookies[COOKIE].value
    form = {"email": "anna@example.com", "password1": "correct horse 42", "full_name": "Анна", "shop": "Лён"}

    client.post("/accounts/signup/", form)

    anna = User.objects.get(email="anna@example.com")
    events = list(StartPageEvent.objects.order_by("pk"))
    assert [event.event_type for event in events] == ["arrived", "signup_opened", "registered"]
    assert {(event.user, event.session_id) for event in events} == {(anna, mark)}
    assert events[1].properties == {"utm_source": "search", "ref": "ANNA", "from": "ya.example"}


def test_a_visitor_is_counted_once_and_a_forged_mark_is_replaced(client):
    client.cookies[COOKIE] = "' OR 1=1"
    for _ in range(3):
        client.get("/accounts/signup/")

    assert StartPageEvent.objects.count() == 2
    assert len(client.cookies[COOKIE].value) == 32


def test_the_funnel_counts_people_not_clicks_and_staff_sees_it(browser_of):
    at = now()
    for number in range(4):
        funnel.note(FunnelStage.ARRIVED, session_id=f"s{number}", at=at)
    tenant = TenantFactory()
    funnel.stitch(tenant.owner, session_id="s0")
    funnel.note(FunnelStage.REGISTERED, user=tenant.owner, session_id="s0", at=at)
    for number in (0, 1):
        onboarding.leave_step(tenant.owner, tenant, number=number, at=at, skipped=number == 1)
    onboarding.leave_step(tenant.owner, tenant, number=0, at=at)  # once more is not twice

    stages = {stage.name: stage for stage in reports.funnel(since=at - timedelta(1), until=at + timedelta(1))}

    assert (stages["arrived"].people, stages["registered"].people, stages["registered"].of_first) == (4, 1, 25)
    assert (stages["step_done-0"].people, stages["step_done-1"].people, stages["step_done-1"].skipped) == (1, 0, 1)
    staff = browser_of(User.objects.create_superuser("staff@example.com"))
    assert "25 %" in staff.get("/admin/funnel/").content.decode()
    assert staff.get("/admin/funnel/?days=x").status_code == 200


def test_old_steps_are_forgotten():
    funnel.note(FunnelStage.ARRIVED, session_id="old", at=now() - timedelta(days=400))
    funnel.note(FunnelStage.ARRIVED, session_id="new", at=now())

    assert funnel.purge_funnel(at=now()) == 1
    assert StartPageEvent.objects.get().session_id == "new"


def test_a_person_looks_around_in_an_example_shop_of_their_own(browser_of):
    tenant = TenantFactory()
    browser = browser_of(tenant.owner)

    browser.post("/start/demo/")
    browser.post("/start/demo/")

    shop = Tenant.objects.get(owner=tenant.owner, is_demo=True)
    home = browser.get("/")
    assert shop.name in home.content.decode()
    assert 'id="first-steps"' not in home.content.decode()
    assert Document.objects.filter(tenant=shop).count() == 12
    assert not Document.objects.filter(tenant=tenant).exists()
    assert browser.get("/reviews/").status_code == 200
