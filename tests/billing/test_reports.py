"""What the numbers say, and that a false number is found."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from billing import services, tasks
from billing.enums import ServiceType
from billing.models import Balance, BalanceTransaction
from billing.reports import Discrepancy, Wanted, reconcile, statement, summary
from tests.factories.billing import NOON, BalanceFactory
from tests.sql import execute as sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return BalanceFactory(balance=100).tenant


def pay(tenant, key, amount=1, at=NOON, service=ServiceType.AI_MESSAGE):
    return services.charge(tenant, service=service, key=key, at=at, amount=Decimal(amount))


def test_spending_is_counted_from_midnight_where_the_reader_is(tenant):
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    for number, moment in enumerate(
        ["2026-10-31T20:59", "2026-10-31T21:00", "2026-11-19T20:59", "2026-11-19T21:00", "2026-11-20T11:00"]
    ):
        pay(tenant, f"a:{number}", amount=number + 1, at=datetime.fromisoformat(f"{moment}+00:00"))

    with timezone.override(ZoneInfo("Europe/Moscow")):
        money = summary(tenant, at=at)

    assert (money.spent_today, money.spent_this_month) == (9, 14)
    assert (money.balance, money.held, money.available, money.is_low) == (85, 0, 85, True)


def test_a_refund_of_a_charge_lowers_what_was_spent_and_that_of_a_top_up_does_not(tenant):
    entry = pay(tenant, "a", amount=10)
    services.refund(entry, amount=Decimal(4), key="back", at=NOON)
    services.refund(tenant_top_up(tenant), amount=Decimal(50), key="out", at=NOON)

    assert summary(tenant, at=NOON).spent_today == 6


def tenant_top_up(tenant):
    return BalanceTransaction.objects.get(tenant=tenant, key="factory")


def test_a_shop_without_a_balance_has_nothing(tenant):
    Balance.objects.all().delete()

    assert summary(tenant, at=NOON).balance == 0


def test_a_statement_adds_up_what_it_shows(tenant):
    pay(tenant, "a", amount=10, service=ServiceType.DOCUMENT_UPLOAD)
    pay(tenant, "b", amount=5, at=NOON + timedelta(days=1))

    everything = statement(tenant, Wanted())
    documents = statement(tenant, Wanted(types=("document_upload",)))
    tomorrow = statement(tenant, Wanted(since=NOON + timedelta(days=1), until=NOON + timedelta(days=2)))
    today = statement(tenant, Wanted(since=NOON, until=NOON + timedelta(days=1)))

    assert [(page.came, page.went) for page in (everything, documents, tomorrow, today)] == [
        (100, -15),
        (0, -10),
        (0, -5),
        (100, -10),
    ]
    assert [entry.balance_after for entry in everything.entries] == [85, 90, 100]


def test_pages_lead_there_and_back_without_gaps(tenant):
    for number in range(9):
        pay(tenant, f"a:{number}")
    there, page = [], statement(tenant, Wanted(), size=4)
    assert page.newer is None
    while True:
        there.append([entry.key for entry in page.entries])
        if page.older is None:
            break
        page = statement(tenant, Wanted(), before=page.older, size=4)
    back = [[entry.key for entry in page.entries]]
    while page.newer:
        page = statement(tenant, Wanted(), after=page.newer, size=4)
        back.append([entry.key for entry in page.entries])

    assert there == [["a:8", "a:7", "a:6", "a:5"], ["a:4", "a:3", "a:2", "a:1"], ["a:0", "factory"]]
    assert back == there[::-1]


def test_a_strangers_entry_is_no_place_in_the_statement(tenant):
    foreign = tenant_top_up(BalanceFactory().tenant)

    assert len(statement(tenant, Wanted(), before=foreign.uuid).entries) == 1


def test_a_statement_takes_three_queries(tenant, django_assert_num_queries):
    for number in range(3):
        pay(tenant, f"a:{number}")
    page = statement(tenant, Wanted(), size=2)

    with django_assert_num_queries(3):
        statement(tenant, Wanted(), before=page.older, size=2)


# --- the nightly proof --------------------------------------------------------------


def test_clean_books_are_proved(tenant):
    hold = services.hold(tenant, service=ServiceType.AI_MESSAGE, key="h", at=NOON)
    services.hold(tenant, service=ServiceType.AI_MESSAGE, key="i", at=NOON)
    services.capture(hold, at=NOON)
    services.refund(pay(tenant, "a", amount=10), amount=Decimal(3), key="back", at=NOON)
    BalanceFactory(balance=0)

    report = reconcile(at=NOON)

    assert (report.is_clean, report.balances, report.discrepancies) == (True, 2, ())


@pytest.mark.parametrize(
    ("change", "what", "cached", "proved"),
    [
        ("balance = balance + 0.000001", "balance", Decimal("100.000001"), 100),
        ("held = 7", "held", 7, 0),
        ("total_spent = 1", "total_spent", 1, 0),
        ("total_topped_up = 99", "total_topped_up", 99, 100),
    ],
)
def test_a_false_number_is_found(tenant, change, what, cached, proved):
    BalanceFactory()
    sql(f"UPDATE balances SET {change} WHERE tenant_id = %s", tenant.pk)

    report = reconcile(at=NOON)

    assert report.discrepancies == (Discrepancy(tenant_id=tenant.pk, what=what, cached=cached, proved=proved),)


def test_an_entry_that_does_not_follow_the_one_before_is_found(tenant):
    sql(
        "INSERT INTO balance_transactions (uuid, tenant_id, key, transaction_type, amount, balance_before, "
        "balance_after, description) VALUES (gen_random_uuid(), %s, 'forged', 'bonus', 5, 40, 45, '')",
        tenant.pk,
    )

    wrong = reconcile(at=NOON).discrepancies

    assert [(found.what.split()[0], found.cached, found.proved) for found in wrong] == [
        ("balance", 100, 105),
        ("hours", 100, 105),
        ("entry", 40, 100),
    ]


def test_entries_without_a_balance_are_found(tenant):
    sql("DELETE FROM balances WHERE tenant_id = %s", tenant.pk)

    assert [(found.what, found.proved) for found in reconcile(at=NOON).discrepancies] == [("no balance", 100)]


def test_the_proof_can_be_of_some_shops_only(tenant):
    sql("UPDATE balances SET held = 7")
    other = BalanceFactory().tenant

    assert reconcile(at=NOON, tenants=[other.pk]).is_clean


def test_the_nightly_task_cries_out(tenant):
    sql("UPDATE balances SET held = 7")

    with capture_logs() as logs:
        tasks.prove_ledger()

    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("ledger_discrepancy", "error"),
        ("ledger_proved", "info"),
    ]
