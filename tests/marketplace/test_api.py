"""The Wildberries desk over the API: what is ours, page by page, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import Tenant
from marketplace.models import Review
from tests.factories.accounts import TenantFactory
from tests.factories.marketplace import (
    ChatFactory,
    ChatMessageFactory,
    ComplaintFactory,
    ProductFactory,
    QuestionFactory,
    ReviewFactory,
    StoreFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RESOURCES = {
    "stores": StoreFactory,
    "products": ProductFactory,
    "reviews": ReviewFactory,
    "complaints": ComplaintFactory,
    "chats": ChatFactory,
    "questions": QuestionFactory,
}


def client_of(tenant: Tenant) -> APIClient:
    client = APIClient()
    client.force_authenticate(tenant.owner)
    client.force_login(tenant.owner)
    return client


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_row_is_read_by_its_uuid_and_hidden_from_strangers(resource):
    row = RESOURCES[resource]()

    ours = client_of(row.tenant).get(f"/api/v1/{resource}/{row.uuid}/")
    theirs = client_of(TenantFactory()).get(f"/api/v1/{resource}/{row.uuid}/")
    nobodys = APIClient().get(f"/api/v1/{resource}/{row.uuid}/")

    assert (ours.status_code, ours.data["uuid"]) == (200, str(row.uuid))
    assert theirs.status_code == 404
    assert nobodys.status_code == 401


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_list_shows_only_ours(resource):
    row = RESOURCES[resource]()
    RESOURCES[resource]()  # someone else's

    listed = client_of(row.tenant).get(f"/api/v1/{resource}/")

    assert [found["uuid"] for found in listed.data["results"]] == [str(row.uuid)]


@pytest.mark.parametrize("resource", set(RESOURCES) - {"complaints"})
def test_a_resource_is_only_read(resource):
    row = RESOURCES[resource]()
    client = client_of(row.tenant)

    answers = [client.post(f"/api/v1/{resource}/", {}), client.delete(f"/api/v1/{resource}/{row.uuid}/")]

    assert [answer.status_code for answer in answers] == [405, 405]


@pytest.mark.parametrize("count", [1, 3])
def test_reviews_take_the_same_queries_however_many_they_are(count, django_assert_num_queries):
    product = ProductFactory()
    ReviewFactory.create_batch(count, product=product)
    client = client_of(product.tenant)
    client.get("/api/v1/reviews/")  # the activity of the person is noted once

    with django_assert_num_queries(4):  # session, person, tenant, reviews
        listed = client.get("/api/v1/reviews/")

    assert len(listed.data["results"]) == count


def test_reviews_come_latest_first_page_by_page_without_gaps():
    product = ProductFactory()
    reviews = [
        ReviewFactory(product=product, date=NOON - timedelta(hours=hours // 2)) for hours in range(7)
    ]  # pairs share a date
    client = client_of(product.tenant)
    seen, address = [], "/api/v1/reviews/?limit=2"

    while address:
        page = client.get(address).data
        seen += [row["uuid"] for row in page["results"]]
        address = page["next"]

    expected = sorted(reviews, key=lambda review: (review.date, review.pk), reverse=True)
    assert seen == [str(review.uuid) for review in expected]


def test_reviews_are_narrowed_by_store_rating_answer_and_date():
    product = ProductFactory()
    wanted = ReviewFactory(product=product, rating=1, date=NOON)
    ReviewFactory(product=product, rating=5, date=NOON)
    ReviewFactory(product=product, rating=1, date=NOON - timedelta(days=9))
    answered = ReviewFactory(product=product, rating=1, date=NOON)
    Review.objects.filter(pk=answered.pk).update(answer={"text": "Спасибо"})
    query = {
        "store": product.store.uuid,
        "rating_max": 3,
        "has_answer": "false",
        "date_from": (NOON - timedelta(days=1)).isoformat(),
    }

    listed = client_of(product.tenant).get("/api/v1/reviews/", query)

    assert [row["uuid"] for row in listed.data["results"]] == [str(wanted.uuid)]


def test_a_filter_that_makes_no_sense_is_refused():
    tenant = TenantFactory()

    answer = client_of(tenant).get("/api/v1/reviews/", {"store": "not-a-uuid"})

    assert (answer.status_code, set(answer.data["errors"])) == (400, {"store"})


def test_a_store_of_another_tenant_narrows_to_nothing():
    ours, theirs = ReviewFactory(), ReviewFactory()

    listed = client_of(ours.tenant).get("/api/v1/reviews/", {"store": theirs.store.uuid})

    assert listed.data["results"] == []


def test_a_chat_tells_what_was_said_in_order():
    chat = ChatFactory()
    later = ChatMessageFactory(chat=chat, sent_at=NOON + timedelta(minutes=1))
    earlier = ChatMessageFactory(chat=chat, sent_at=NOON)

    said = client_of(chat.tenant).get(f"/api/v1/chats/{chat.uuid}/messages/")
    strangers = client_of(TenantFactory()).get(f"/api/v1/chats/{chat.uuid}/messages/")

    assert [row["uuid"] for row in said.data["results"]] == [str(earlier.uuid), str(later.uuid)]
    assert strangers.status_code == 404


def test_secrets_of_a_chat_stay_inside():
    chat = ChatFactory(reply_sign="1:very-secret-sign")

    answer = client_of(chat.tenant).get(f"/api/v1/chats/{chat.uuid}/")

    assert b"very-secret-sign" not in answer.content
