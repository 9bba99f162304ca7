"""Which reviews are worked, and the screens where sellers decide it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.errors import RoleRequired
from marketplace.complaint_enums import RulePurpose, SkipReason
from marketplace.enums import ReviewStatus, StoreStatus, WorkStatus
from marketplace.models import Product, ProductRule, Review, StoreRule
from marketplace.models.complaints import EARLIEST
from marketplace.services import rules
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.marketplace import (
    ComplaintFactory,
    ProductFactory,
    ProductRuleFactory,
    ReviewFactory,
    StoreFactory,
    StoreRuleFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def store():
    return StoreFactory()


def worked_product(store, **rule):
    product = ProductFactory(store=store, work_status=WorkStatus.ACTIVE)
    ProductRuleFactory(
        product=product, **{"submit_complaints": True, "complaint_rating_1": True, "complaint_rating_2": True} | rule
    )
    return product


def loaded(review):
    return Review.objects.select_related("store", "product__store__default_rule", "product__rule").get(pk=review.pk)


def reasons(review, purpose=RulePurpose.COMPLAINT):
    (verdict,) = [verdict for verdict in rules.verdicts(loaded(review)) if verdict.purpose == purpose]
    return set(verdict.reasons)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, set()),
        ({"rating": 3}, {SkipReason.RATING_NOT_COVERED}),
        ({"rating": 5}, {SkipReason.RATING_NOT_COVERED}),
        ({"answer": {"text": "Спасибо"}}, {SkipReason.ANSWERED}),
        ({"date": EARLIEST - timedelta(seconds=1)}, {SkipReason.TOO_OLD}),
        ({"date": EARLIEST}, set()),
        ({"review_status_wb": ReviewStatus.UNPUBLISHED}, {SkipReason.HIDDEN}),
        ({"review_status_wb": ReviewStatus.EXCLUDED}, {SkipReason.HIDDEN}),
        ({"review_status_wb": ReviewStatus.VISIBLE}, set()),
    ],
)
def test_a_review_is_skipped_for_what_it_is(store, facts, expected):
    assert reasons(ReviewFactory(product=worked_product(store), **facts)) == expected


def test_every_reason_is_named_not_the_first_alone(store):
    product = worked_product(store)
    Product.objects.filter(pk=product.pk).update(is_active=False, work_status=WorkStatus.PAUSED)
    store.status = StoreStatus.INACTIVE
    store.save()
    review = ReviewFactory(product=product, rating=4)

    assert reasons(review) == {
        SkipReason.STORE_INACTIVE,
        SkipReason.PRODUCT_INACTIVE,
        SkipReason.NOT_WORKED,
        SkipReason.RATING_NOT_COVERED,
    }


def test_a_review_has_one_complaint_for_ever(store):
    review = ReviewFactory(product=worked_product(store))
    ComplaintFactory(review=review)

    assert reasons(review) == {SkipReason.COMPLAINT_EXISTS}


def test_a_product_without_a_rule_follows_its_store(store):
    product = ProductFactory(store=store, work_status=WorkStatus.ACTIVE)
    review = ReviewFactory(product=product, rating=1)
    assert reasons(review) == {SkipReason.NO_RULE}

    StoreRuleFactory(store=store, submit_complaints=True, complaint_rating_1=True)
    assert reasons(review) == set()

    ProductRuleFactory(product=product)
    assert reasons(review) == {SkipReason.PURPOSE_OFF}


def test_compensation_needs_the_conversation(store):
    review = ReviewFactory(product=worked_product(store, offer_compensation=True))
    assert reasons(review, RulePurpose.COMPENSATION) == {SkipReason.PURPOSE_OFF}

    ProductRule.objects.update(work_in_chats=True, chat_rating_2=True)
    assert reasons(review, RulePurpose.COMPENSATION) == set()


def test_the_query_and_the_function_agree_about_every_case(store):
    StoreRuleFactory(store=store, submit_complaints=True, complaint_rating_2=True, complain_when_answered=True)
    products = [
        ProductFactory(store=store, work_status=WorkStatus.ACTIVE),
        ProductFactory(store=store, work_status=WorkStatus.PAUSED),
        ProductFactory(store=store, work_status=WorkStatus.ACTIVE, is_active=False),
        worked_product(store),
        worked_product(store, submit_complaints=False),
        worked_product(store, complaint_rating_4=True, complain_when_answered=True),
    ]
    cases = itertools.product(
        products, (1, 2, 4, 5), (None, {"text": "Спасибо"}), (NOON, EARLIEST - timedelta(days=1)),
        (ReviewStatus.VISIBLE, ReviewStatus.EXCLUDED), (False, True),
    )  # fmt: skip
    for product, rating, answer, date, status, has_complaint in cases:
        review = ReviewFactory(product=product, rating=rating, answer=answer, date=date, review_status_wb=status)
        if has_complaint:
            ComplaintFactory(review=review)

    by_query = set(rules.worth_a_complaint(Review.objects.all()).values_list("pk", flat=True))
    by_function = {review.pk for review in Review.objects.all() if not reasons(review)}

    assert by_query == by_function
    assert 0 < len(by_query) < Review.objects.count()


def test_a_product_that_leaves_its_store_rule_keeps_the_rest_of_it(store):
    StoreRuleFactory(store=store, submit_complaints=True, complaint_rating_1=True, max_compensation=300)
    product = ProductFactory(store=store)

    rules.set_rules([product], {"complaint_rating_2": True}, by=store.tenant.owner)

    rule = ProductRule.objects.get(product=product)
    assert (rule.complaint_rating_1, rule.complaint_rating_2, rule.max_compensation) == (True, True, 300)


def test_switching_a_product_off_reaches_its_reviews(store):
    product, other = ProductFactory.create_batch(2, store=store)
    ReviewFactory(product=product)
    kept = ReviewFactory(product=other)

    rules.set_work([product], by=store.tenant.owner, is_active=False, work_status=WorkStatus.COMPLETED)

    product.refresh_from_db()
    assert (product.is_active, product.work_status) == (False, WorkStatus.COMPLETED)
    assert list(Review.objects.filter(is_product_active=True)) == [kept]


def test_a_viewer_changes_no_rule(store, browser_of):
    product = ProductFactory(store=store)
    viewer = MembershipFactory(tenant=store.tenant, role=Role.USER).user

    with pytest.raises(RoleRequired):
        rules.set_rules([product], {"submit_complaints": True}, by=viewer)
    answers = [
        browser_of(viewer).post("/products/rules/save/", {"how": "drop", "product": str(product.uuid)}),
        browser_of(viewer).post(f"/products/{product.uuid}/", {"submit_complaints": "on", "chat_strategy": "both"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not ProductRule.objects.exists()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Плед", "Подушка", "Лампа"}),
        ("q=плед", {"Плед"}),
        ("q=777", {"Лампа"}),
        ("work_status=active", {"Подушка"}),
        ("active=inactive", {"Лампа"}),
        ("rule=own", {"Подушка"}),
        ("rule=default", {"Плед", "Лампа"}),
        ("q=99999999999999999999999", set()),
        ("store=nonsense&work_status=x&page=-3", {"Плед", "Подушка", "Лампа"}),
    ],
)
@pytest.mark.parametrize("address", ["/products/", "/products/rules/"])
def test_the_lists_show_what_fits_the_filters(browser_of, store, query, expected, address):
    ProductFactory(store=store, name="Плед")
    ProductRuleFactory(product=ProductFactory(store=store, name="Подушка", work_status=WorkStatus.ACTIVE))
    ProductFactory(store=store, name="Лампа", wb_product_id=777, is_active=False)
    ProductFactory(name="Чужая")

    response = browser_of(store.tenant.owner).get(f"{address}?{query}")

    assert {product.name for product in response.context["page"].rows} == expected


def test_the_matrix_writes_only_the_rows_that_were_changed(browser_of, store):
    StoreRuleFactory(store=store, submit_complaints=True, complaint_rating_1=True)
    touched, untouched = ProductFactory.create_batch(2, store=store)
    foreign = ProductFactory()

    browser_of(store.tenant.owner).post(
        "/products/rules/save/",
        {
            "how": "matrix",
            "shown": [str(touched.uuid), str(untouched.uuid), str(foreign.uuid)],
            f"cells-{touched.uuid}": ["complaint_rating_1", "chat_rating_3"],
            f"cells-{untouched.uuid}": ["complaint_rating_1"],
            f"cells-{foreign.uuid}": ["complaint_rating_1"],
        },
    )

    (rule,) = ProductRule.objects.all()
    assert (rule.product, rule.submit_complaints, rule.work_in_chats, rule.chat_rating_3) == (touched, True, True, True)


def test_everything_that_fits_the_filter_is_changed_and_nothing_else(browser_of, store):
    ProductFactory.create_batch(3, store=store, work_status=WorkStatus.ACTIVE)
    ProductFactory(store=store)
    ProductFactory(work_status=WorkStatus.ACTIVE)

    browser_of(store.tenant.owner).post(
        "/products/rules/save/",
        {"how": "bulk", "everything": "1", "filter": "work_status=active", "submit_complaints": "on"},
    )

    assert ProductRule.objects.filter(submit_complaints=True, store=store).count() == ProductRule.objects.count() == 3


def test_a_strangers_products_are_not_changed(browser_of, store):
    product = ProductFactory(store=store)

    browser_of(TenantFactory().owner).post("/products/edit/", {"product": str(product.uuid), "work_status": "active"})

    product.refresh_from_db()
    assert product.work_status == WorkStatus.NOT_WORKING


def test_the_store_rule_is_saved_and_shown(browser_of, store):
    client = browser_of(store.tenant.owner)

    client.post(
        f"/products/rules/store/{store.uuid}/",
        {"submit_complaints": "on", "complaint_rating_1": "on", "chat_strategy": "both", "max_compensation": "500"},
    )
    refused = client.post(f"/products/rules/store/{store.uuid}/", {"chat_strategy": "bribe"})

    rule = StoreRule.objects.get(store=store)
    assert (rule.submit_complaints, rule.complaint_rating_1, rule.max_compensation) == (True, True, 500)
    assert refused.status_code == 422


def test_the_inspector_says_why(browser_of, store):
    product = worked_product(store)
    review = ReviewFactory(product=product, rating=4)

    page = browser_of(store.tenant.owner).get(f"/products/{product.uuid}/?review={review.wb_id}")

    ((shown, verdicts),) = page.context["inspected"]
    assert shown == review
    assert verdicts[0].reasons == (SkipReason.RATING_NOT_COVERED,)
    assert str(SkipReason.RATING_NOT_COVERED.label) in page.content.decode()
