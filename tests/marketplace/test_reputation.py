"""Reviews counted by day, and what is told from the counts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace import reports
from marketplace.enums import ReviewStatus
from marketplace.models import Review, ReviewDay, TopicDay
from marketplace.reports import Scope, Stars
from marketplace.services import counting
from tests.factories.accounts import TenantFactory
from tests.factories.marketplace import ProductFactory, ReviewFactory, StoreFactory
from tests.factories.operators import operator_of
from tests.races import race

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def product(tenant):
    return ProductFactory(store__tenant=tenant)


def scope_of(tenant, *, days=30, **rest):
    return Scope(tenant=tenant, first=DAY - timedelta(days=days - 1), last=DAY, **rest)


@pytest.mark.parametrize(
    ("counts", "target", "expected"),
    [
        ((1, 0, 0, 0, 9), "4.7", 4),  # (46 + 20) / 14 = 4.714, and 3 would give 4.692
        ((0, 0, 0, 0, 10), "4.7", 0),
        ((10, 0, 0, 0, 0), "4.9", 390),
        ((0, 0, 0, 0, 0), "4.7", None),
        ((1, 0, 0, 0, 0), "5.0", None),
    ],
)
def test_how_many_five_star_reviews_are_needed_and_not_one_more(counts, target, expected):
    stars, goal = Stars(counts), Decimal(target)

    assert reports.needed(stars, goal) == expected
    if expected:
        lifted, short = (Stars((*counts[:4], counts[4] + n)).mean for n in (expected, expected - 1))
        assert lifted >= float(goal) - 1e-9 > short - 1e-9


def test_a_removed_review_lifts_the_mean_by_what_the_formula_says():
    assert reports.gain(Stars((1, 0, 0, 0, 9)), 1) == pytest.approx(5 - 4.6)
    assert reports.gain(Stars((0, 0, 0, 0, 9)), 1) is None
    assert reports.gain(Stars((1, 0, 0, 0, 0)), 1) is None


@pytest.mark.django_db
def test_days_are_the_sellers_and_what_is_out_of_the_rating_is_out_of_the_count(product):
    ReviewFactory(product=product, rating=5, date=datetime(2026, 11, 19, 21, 30, tzinfo=UTC))  # 00:30 in Moscow
    ReviewFactory(
        product=product, rating=1, date=NOW, answer={"text": "Простите"}, answered_at=NOW + timedelta(hours=3)
    )
    ReviewFactory(product=product, rating=1, date=NOW, review_status_wb=ReviewStatus.EXCLUDED)
    ReviewFactory(product=product, rating=1, date=NOW, gone_at=NOW)

    counting.recount(product.store)
    counting.recount(product.store)

    (row,) = ReviewDay.objects.values("day", "stars_1", "stars_5", "answered", "answer_seconds")
    assert row == {"day": DAY, "stars_1": 1, "stars_5": 1, "answered": 1, "answer_seconds": 10_800}
    stars = reports.summary(scope_of(product.tenant))
    assert (stars.mean, stars.negative, stars.answer_hours, stars.answered_share) == (3.0, 50.0, 3.0, 50.0)


@pytest.mark.django_db
def test_a_changed_review_is_counted_anew_and_other_days_stay(product):
    old = ReviewFactory(product=product, rating=2, date=NOW - timedelta(days=5))
    ReviewFactory(product=product, rating=4, date=NOW)
    counting.recount(product.store)
    Review.objects.filter(pk=old.pk).update(rating=5)

    counting.recount_of([old.pk])

    assert reports.standing(scope_of(product.tenant)).counts == (0, 0, 0, 1, 1)


@pytest.mark.django_db
def test_topics_come_from_bad_reviews_with_the_day_they_first_came_up(product):
    ReviewFactory(product=product, rating=1, text="Пришёл брак, швы разошлись", date=NOW - timedelta(days=60))
    ReviewFactory(product=product, rating=2, text="Брак!", cons="Ужасный запах", date=NOW)
    ReviewFactory(product=product, rating=5, text="Никакого брака", date=NOW)
    counting.recount(product.store)

    found = {
        row["topic"]: (row["count"], row["first"], row["is_new"]) for row in reports.topics(scope_of(product.tenant))
    }

    assert found["broken"] == (1, DAY - timedelta(days=60), False)
    assert found["smell"] == (1, DAY, True)
    assert TopicDay.objects.filter(topic="seams").count() == 1
    assert "seams" not in found


@pytest.mark.django_db
def test_the_trend_carries_the_rating_over_days_without_reviews(product):
    ReviewFactory(product=product, rating=5, date=NOW - timedelta(days=40))
    ReviewFactory(product=product, rating=1, date=NOW)
    counting.recount(product.store)

    points = reports.trend(scope_of(product.tenant))

    assert (len(points), points[0]["rating"], points[-1]["rating"], points[-1]["negative"]) == (30, 5.0, 3.0, 1)


@pytest.mark.django_db
def test_the_period_before_has_the_same_length(tenant):
    before = scope_of(tenant, days=7).before()

    assert (before.days, before.last) == (7, DAY - timedelta(days=7))


@pytest.mark.django_db(transaction=True)
def test_two_workers_counting_one_store_leave_one_count():
    product = ProductFactory()
    ReviewFactory.create_batch(5, product=product, rating=3, date=NOW)

    outcomes = race(lambda _: counting.recount(product.store), threads=4)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert [row.stars_3 for row in ReviewDay.objects.all()] == [5]


@pytest.mark.django_db
def test_the_page_and_the_table_show_ours_only(browser_of, tenant, product):
    recent = datetime.now(UTC) - timedelta(days=1)
    ReviewFactory(product=product, rating=1, text="брак", date=recent)
    foreign = ReviewFactory(rating=5, date=recent)
    for store in (product.store, foreign.store):
        counting.recount(store)
    client = browser_of(operator_of(tenant))

    page = client.get("/reputation/?days=7&target=4.7")
    table = b"".join(client.get(f"/reputation.csv?store={product.store.uuid}").streaming_content).decode()

    assert (page.context["now"].counts, page.context["this"].count) == ((1, 0, 0, 0, 0), 1)
    assert foreign.product.name not in page.content.decode()
    assert product.name in table
    assert foreign.product.name not in table
    assert client.get("/reputation/?days=x&store=y&nm=99999999999999999999").status_code == 200


@pytest.mark.django_db
def test_a_shop_without_reviews_is_told_so(browser_of, tenant):
    StoreFactory(tenant=tenant)

    assert "chart" in browser_of(operator_of(tenant)).get("/reputation/").context
