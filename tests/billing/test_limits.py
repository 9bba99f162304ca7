"""Spending limits, warnings, what usage says, and the nightly proof."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail

from billing import reports, services
from billing.enums import ServiceType, WarningKind
from billing.errors import BadAmount, InsufficientFunds, SpendCapReached
from billing.models import Balance, BalanceHour, BalanceWarning, LedgerProof, SpendCap
from billing.reports import reconcile
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.billing import NOON, BalanceFactory
from tests.races import race
from tests.sql import execute as sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return BalanceFactory(balance=1000).tenant


def pay(tenant, amount, key, at=NOON, **about):
    return services.charge(tenant, service=ServiceType.AI_MESSAGE, key=str(key), at=at, amount=Decimal(amount), **about)


def reserve(tenant, amount, key, at=NOON):
    return services.hold(tenant, service=ServiceType.AI_MESSAGE, key=str(key), at=at, amount=Decimal(amount))


def cap(tenant, day=None, month=None):
    amounts = [None if amount is None else Decimal(amount) for amount in (day, month)]
    return services.set_caps(tenant, per_day=amounts[0], per_month=amounts[1], at=NOON)


def kinds():
    return [warning.kind for warning in BalanceWarning.objects.order_by("pk")]


# --- limits ---------------------------------------------------------------------------


def test_a_limit_of_the_day_counts_what_is_reserved_and_ends_with_the_day(tenant):
    cap(tenant, day=10)
    pay(tenant, 4, "a")
    held = reserve(tenant, 4, "b")

    with pytest.raises(SpendCapReached) as refusal:
        pay(tenant, 3, "c")
    assert (refusal.value.available, refusal.value.cap) == (2, 10)
    assert isinstance(refusal.value, InsufficientFunds)  # whoever falls back to people without money does it here too

    services.capture(held, at=NOON)  # what was reserved within the limit is taken
    with pytest.raises(SpendCapReached):
        reserve(tenant, 3, "d")
    pay(tenant, 2, "e")
    midnight_in_moscow = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    with pytest.raises(SpendCapReached):
        pay(tenant, 3, "f", at=midnight_in_moscow - timedelta(seconds=1))
    pay(tenant, 3, "f", at=midnight_in_moscow)


def test_a_limit_of_the_month_outlasts_the_day(tenant):
    cap(tenant, day=10, month=15)
    pay(tenant, 10, "a")

    with pytest.raises(SpendCapReached) as refusal:
        pay(tenant, 6, "b", at=NOON + timedelta(days=1))
    assert refusal.value.kind == WarningKind.MONTH_CAP
    pay(tenant, 6, "b", at=NOON + timedelta(days=11))  # the first of December


def test_what_was_given_back_may_be_spent_again(tenant):
    cap(tenant, day=10)
    entry = pay(tenant, 10, "a")
    services.refund(entry, amount=Decimal(4), key="back", at=NOON)

    pay(tenant, 4, "b")

    with pytest.raises(SpendCapReached):
        pay(tenant, 1, "c")


def test_a_repeat_of_what_was_paid_is_not_held_back(tenant):
    cap(tenant, day=10)
    first, held = pay(tenant, 6, "a"), reserve(tenant, 4, "h")

    assert (pay(tenant, 6, "a"), reserve(tenant, 4, "h")) == (first, held)


def test_other_money_moves_past_the_limit(tenant):
    cap(tenant, day=1)

    services.deduct(tenant, amount=Decimal(50), key="a", at=NOON, description="error")
    services.top_up(tenant, amount=Decimal(50), key="b", at=NOON)

    assert Balance.objects.get(tenant=tenant).balance == 1000


def test_a_lifted_limit_holds_nothing_back(tenant):
    cap(tenant, day=1)
    with pytest.raises(SpendCapReached):
        pay(tenant, 2, "a")

    cap(tenant)

    pay(tenant, 2, "a")
    assert BalanceWarning.objects.get().over_at == NOON


@pytest.mark.parametrize(
    ("day", "month"), [("0", None), ("-1", None), ("NaN", None), (None, "0.001"), ("10", "9"), ("Infinity", None)]
)
def test_an_odd_limit_is_refused(tenant, day, month):
    with pytest.raises(BadAmount):
        cap(tenant, day=day, month=month)

    assert SpendCap.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_64_rivals_stay_within_the_limit():
    tenant = BalanceFactory(balance=1000).tenant
    cap(tenant, day=100)

    def rival(number):
        verb = pay if number % 2 else reserve
        verb(tenant, 3, number)
        return "paid"

    outcomes = race(rival, threads=64)

    assert outcomes.count("paid") == 33
    assert sum(isinstance(outcome, SpendCapReached) for outcome in outcomes) == 31
    assert reconcile(at=NOON).is_clean


@pytest.mark.django_db(transaction=True)
def test_the_same_race_with_a_look_before_the_leap_crosses_the_limit():
    """The negative control: what the race above would show if the limit were not looked at under the lock."""
    tenant = BalanceFactory(balance=1000).tenant
    cap(tenant, day=100)

    def careless(number):
        day, _ = services.periods_of(tenant, at=NOON)
        if day.left < 3:
            raise SpendCapReached(available=day.left, needed=Decimal(3), cap=Decimal(100), kind="day_cap")
        Balance.objects.of(tenant).update(is_capped=False)
        pay(tenant, 3, number)
        return "paid"

    assert race(careless, threads=64).count("paid") > 33


# --- warnings -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_each_crossing_is_one_letter_to_the_owner():
    tenant = BalanceFactory(balance=103).tenant
    mail.outbox.clear()
    for number in range(5):
        pay(tenant, 2, f"a{number}")
    assert services.tell_owners(at=NOON) == 1
    assert services.tell_owners(at=NOON) == 0
    with pytest.raises(InsufficientFunds):
        pay(tenant, 500, "b")
    with pytest.raises(InsufficientFunds):
        pay(tenant, 500, "c")
    assert services.tell_owners(at=NOON) == 1

    services.top_up(tenant, amount=Decimal(50), key="more", at=NOON)
    pay(tenant, 50, "d")
    assert services.tell_owners(at=NOON) == 1

    assert kinds() == ["low", "exhausted", "low"]
    assert [letter.to for letter in mail.outbox] == [[tenant.owner.email]] * 3
    assert "/balance/" in mail.outbox[0].body


def test_a_reached_limit_is_told_once_a_day(tenant):
    cap(tenant, day=10)
    for hours in (0, 1, 24, 25):
        for number in range(3):
            with pytest.raises(SpendCapReached):
                pay(tenant, 11, f"{hours}:{number}", at=NOON + timedelta(hours=hours))
        services.tell_owners(at=NOON + timedelta(hours=hours))

    assert kinds() == ["day_cap", "day_cap"]
    assert len(mail.outbox) == 2


def test_a_balance_that_lasts_days_is_told_until_it_lasts_again(tenant):
    for day in range(7):
        pay(tenant, 100, f"a{day}", at=NOON - timedelta(days=6 - day, hours=1))
    assert Balance.objects.get(tenant=tenant).balance == 300
    assert services.watch_runway(at=NOON) == 0
    pay(tenant, 40, "b")

    assert [services.watch_runway(at=NOON), services.watch_runway(at=NOON)] == [1, 0]
    warning = BalanceWarning.objects.get()
    assert (warning.kind, warning.days) == ("runway", Decimal("2.5"))

    services.top_up(tenant, amount=Decimal(1000), key="more", at=NOON)
    services.watch_runway(at=NOON)
    warning.refresh_from_db()
    assert warning.over_at == NOON


def test_one_dear_day_of_a_new_shop_is_no_habit(tenant):
    pay(tenant, 900, "a")

    assert services.watch_runway(at=NOON) == 0


# --- usage ----------------------------------------------------------------------------


def test_usage_says_who_spent_where_and_when(tenant):
    lina = AssistantFactory(tenant=tenant, name="Лина")
    pay(tenant, 6, "a", assistant_id=lina.pk, channel="widget")
    entry = pay(tenant, 4, "b", at=NOON - timedelta(days=1), assistant_id=lina.pk, channel="telegram")
    services.refund(entry, amount=Decimal(1), key="back", at=NOON)
    services.charge(tenant, service=ServiceType.DOCUMENT_UPLOAD, key="c", at=NOON, amount=Decimal(1))
    pay(tenant, 50, "old", at=NOON - timedelta(days=7))

    usage = reports.usage_of(tenant, days=7, at=NOON)

    assert (usage.spent, [day.spent for day in usage.days]) == (10, [0, 0, 0, 0, 0, 4, 6])
    assert [(line.name, line.spent) for line in usage.assistants] == [("Лина", 9), ("", 1)]
    assert [(line.key, line.spent) for line in usage.channels] == [("widget", 6), ("telegram", 3), ("", 1)]
    assert [(line.key, line.percent) for line in usage.services] == [("ai_message", 90), ("document_upload", 10)]


def test_the_runway_is_what_the_last_week_cost(tenant):
    pay(tenant, 70, "a")

    money = reports.summary(tenant, at=NOON)

    assert (money.per_day, money.runway) == (10, 93)


def test_sums_of_a_statement_are_the_same_by_hours_and_by_entries(tenant):
    entry = pay(tenant, 6, "a", assistant_id=5)
    services.refund(entry, amount=Decimal(2), key="back", at=NOON)
    pay(tenant, 3, "b", at=NOON + timedelta(days=1))
    until = NOON + timedelta(hours=1)
    for wanted in (
        reports.Wanted(),
        reports.Wanted(until=until),
        reports.Wanted(types=("refund", "ai_message")),
        reports.Wanted(assistant=5),
    ):
        exact = reports.Wanted(
            until=wanted.until, types=wanted.types, assistant=wanted.assistant, least=Decimal("0.000001")
        )
        assert wanted.sums(tenant) == exact.sums(tenant)


# --- the proof ------------------------------------------------------------------------


def test_a_clean_ledger_is_proved_in_silence(tenant):
    pay(tenant, 5, "a")
    reserve(tenant, 5, "h")

    proof = services.prove(at=NOON)

    assert (proof.balances, proof.wrong, proof.details) == (1, 0, [])
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE balances SET balance = balance + 1", "balance"),
        ("UPDATE balances SET held = 1", "held"),
        ("UPDATE balance_hours SET came = came + 1", "hours"),
    ],
)
def test_a_wrong_number_is_kept_and_told_to_our_staff(tenant, statement, what):
    admin = UserFactory(is_staff=True, is_superuser=True)
    sql(statement)

    proof = services.prove(at=NOON)

    assert what in [row["what"] for row in proof.details]
    assert proof == LedgerProof.objects.get()
    assert [letter.to for letter in mail.outbox] == [[admin.email]]
    assert str(tenant.pk) in mail.outbox[0].body


def test_hours_are_written_with_their_entries():
    tenant = TenantFactory()
    services.top_up(tenant, amount=Decimal(10), key="a", at=NOON)
    services.top_up(tenant, amount=Decimal(5), key="b", at=NOON + timedelta(minutes=59))
    services.top_up(tenant, amount=Decimal(5), key="b", at=NOON + timedelta(minutes=59))

    hour = BalanceHour.objects.get()
    assert (hour.came, hour.went, hour.entries, hour.kind) == (15, 0, 2, "topup")
