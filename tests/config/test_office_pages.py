"""The staff's pages about one shop, the keys, the money and the revenue."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import Impersonation
from assistants.models import AiTokenPool
from billing import services as money
from billing.enums import ServiceType, TransactionType
from billing.models import Balance, BalanceHold
from tests.factories import marketplace as shopping
from tests.factories import operators as desk
from tests.factories.accounts import ApiKeyFactory, IntegrationFactory, MembershipFactory, TenantFactory, UserFactory
from tests.factories.assistants import AssistantFactory, BotFactory, PoolKeyFactory, UsageFactory
from tests.factories.knowledge import DocumentFactory
from tests.factories.webhooks import a_delivery, an_endpoint

pytestmark = pytest.mark.django_db
PAGES = ("key_board", "reconciliation", "revenue")


@pytest.fixture
def boss(browser_of):
    return browser_of(UserFactory(is_staff=True, is_superuser=True))


@pytest.fixture
def clerk(browser_of):
    person = UserFactory(is_staff=True)

    def may(*codenames):
        person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return browser_of(person)

    return may


def a_shop():
    tenant = TenantFactory(name="Linen Maple")
    money.top_up(tenant, amount=Decimal(500), key="t", at=now(), transaction_type=TransactionType.TOPUP)
    money.charge(tenant, service=ServiceType.AI_MESSAGE, amount=Decimal(40), key="c", at=now())
    assistant = AssistantFactory(tenant=tenant)
    BotFactory(assistant=assistant)
    UsageFactory(tenant=tenant, success=False, error_code="timeout", error_message="no answer")
    UsageFactory(tenant=tenant, cost=Decimal("0.1"), fx_rate=Decimal(100))
    for make in (ApiKeyFactory, IntegrationFactory, MembershipFactory, DocumentFactory, desk.TicketFactory):
        make(tenant=tenant)
    shopping.StoreSyncFactory(store=shopping.StoreFactory(tenant=tenant))
    a_delivery(an_endpoint(tenant))
    Impersonation.objects.create(
        tenant=tenant,
        staff=UserFactory(is_staff=True),
        person=tenant.owner,
        reason="Ticket 42: the seller asked for help with uploads",
        expires_at=now() + timedelta(minutes=15),
    )
    return tenant


def test_one_page_tells_everything_about_a_shop_and_nothing_about_another(boss):
    tenant, other = a_shop(), a_shop()
    stranger = MembershipFactory(tenant=other)

    page = boss.get(reverse("admin:shop", args=[tenant.pk]))
    sections = {section.name: section for section in page.context["sections"]}

    assert {name for name, section in sections.items() if not section.rows} == set()
    assert [boss.get(section.url).status_code for section in sections.values()] == [200] * len(sections)
    assert stranger.user.email not in page.content.decode()
    assert "460" in page.content.decode()


def test_an_unknown_shop_is_not_found(boss):
    assert boss.get(reverse("admin:shop", args=[404])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_those_who_may_see_its_rows(name, clerk, boss):
    assert boss.get(reverse(f"admin:{name}")).status_code == 200
    assert clerk().get(reverse(f"admin:{name}")).status_code == 403


def test_the_sidebar_lists_the_pages_a_person_may_open(clerk):
    page = clerk("view_aitokenpool").get(reverse("admin:index")).content.decode()

    assert reverse("admin:key_board") in page
    assert reverse("admin:revenue") not in page


def test_the_board_asks_keys_in_their_order_and_shows_what_they_used(boss):
    second = PoolKeyFactory(priority=2, daily_limit=10, current_daily_usage=5)
    first = PoolKeyFactory(priority=1)
    full = PoolKeyFactory(priority=1, daily_limit=3, current_daily_usage=3)
    UsageFactory(token=second, cost=Decimal(2), fx_rate=Decimal(90), response_time=1.5)
    UsageFactory(token=second, success=False)

    rows = boss.get(reverse("admin:key_board")).context["rows"]

    assert [(row.key, row.place) for row in rows] == [(first, 1), (second, 2), (full, None)]
    assert (rows[1].calls, rows[1].failures, rows[1].seconds, rows[1].roubles, rows[1].day_share) == (
        2,
        1,
        1.5,
        180,
        50,
    )
    assert rows[2].state == "warning"


def test_a_key_is_paused_and_put_back_by_those_who_may(boss, clerk):
    key = PoolKeyFactory()
    address = reverse("admin:key_board")

    refused = clerk("view_aitokenpool").post(address, {"key": key.pk, "verb": "pause"})
    boss.post(address, {"key": key.pk, "verb": "pause"})
    paused = AiTokenPool.objects.get().parked_reason
    boss.post(address, {"key": key.pk, "verb": "resume"})

    assert (refused.status_code, paused, AiTokenPool.objects.get().parked_reason) == (403, "manual", "")


@pytest.mark.parametrize("key", ["", "x", "999999999999999999999", "1"])
def test_a_key_that_is_none_is_not_found(boss, key):
    assert boss.post(reverse("admin:key_board"), {"key": key, "verb": "pause"}).status_code == 404


def test_the_proof_says_that_the_money_adds_up_and_where_it_does_not(boss):
    tenant = a_shop()
    address = reverse("admin:reconciliation")

    clean = boss.post(address, {"prove": "1"})
    Balance.objects.of(tenant).update(balance=461)
    wrong = boss.post(address, {"prove": "1"})

    assert clean.context["report"].is_clean
    assert all(agrees for _label, _value, agrees in clean.context["figures"])
    assert [row[1:] for row in wrong.context["discrepancies"].rows] == [("balance", 461, 460)]
    assert not all(agrees for _label, _value, agrees in wrong.context["figures"])


def test_orphan_reservations_are_given_back_by_those_who_may(boss, clerk):
    tenant = a_shop()
    money.hold(tenant, service=ServiceType.AI_MESSAGE, amount=Decimal(5), key="h", at=now() - timedelta(hours=1))
    address = reverse("admin:reconciliation")

    refused = clerk("view_balance").post(address, {"release": "1"})
    held = Balance.objects.of(tenant).get().held
    boss.post(address, {"release": "1"})

    assert (refused.status_code, held, Balance.objects.of(tenant).get().held) == (403, 5, 0)
    assert BalanceHold.objects.get(key="h").status == "released"


def test_revenue_shows_what_came_what_it_cost_and_who_brought_it(boss):
    tenant = a_shop()

    page = boss.get(reverse("admin:revenue"), {"days": "7"})

    totals, margin = page.context["totals"], page.context["margins"][0]
    assert (totals["spent"], totals["paid"], totals["cost"], totals["margin"]) == (40, 500, 10, 30)
    assert (margin.tenant_id, margin.spent, margin.cost, margin.percent) == (tenant.pk, 40, 10, 75)
    assert len(page.context["rows"]) == 7
    assert (page.context["rows"][-1].height, page.context["rows"][-1].cost_height) == (100, 25)


def test_the_funnel_counts_who_came_how_far(boss):
    UserFactory(is_email_confirmed=False, is_approved=False)
    TenantFactory()
    a_shop()

    steps = [step.count for step in boss.get(reverse("admin:revenue")).context["funnel"]]

    assert steps[0] == 0
    assert steps[1] > steps[2] >= steps[3] > steps[6] == 1
