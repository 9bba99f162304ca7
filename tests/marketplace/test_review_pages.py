"""Reviews and questions in the dashboard and over the API."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts.enums import Role
from marketplace.desk_forms import ReviewFilter
from marketplace.keyset import page_after
from marketplace.models import Outgoing, ReplyRule, Review, SellerSettings
from marketplace.replies import OutgoingStatus
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.marketplace import ProductFactory, QuestionFactory, ReviewFactory, StoreFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def workers(monkeypatch):
    """Nobody takes tasks."""
    from celery.app.task import Task

    monkeypatch.setattr(Task, "apply_async", lambda *_, **__: None)


@pytest.fixture
def tenant():
    return TenantFactory()


@pytest.fixture
def store(tenant):
    return StoreFactory(tenant=tenant)


@pytest.fixture
def admin(tenant):
    return MembershipFactory(tenant=tenant, role=Role.ADMIN).user


def review_of(store, **given):
    return ReviewFactory(product=given.pop("product", None) or ProductFactory(store=store), **given)


def authors(response):
    return [review.author for review in response.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Анна", "Борис"}),
        ("show=all", {"Анна", "Борис", "Вера"}),
        ("show=answered", {"Вера"}),
        ("show=drafted", {"Борис"}),
        ("rating=bad&show=all", {"Анна"}),
        ("rating=5&show=all", {"Борис", "Вера"}),
        ("q=молния", {"Анна"}),
        ("q=%25&show=all", set()),
        ("rating=99&store=nonsense&product=x&after=junk_1", {"Анна", "Борис"}),
    ],
)
def test_the_list_is_narrowed(query, expected, store, admin, browser_of):
    review_of(store, author="Анна", rating=1, text="Сломалась молния")
    review_of(store, author="Борис", rating=5, draft_reply="Спасибо!")
    review_of(store, author="Вера", rating=5, answer={"text": "Спасибо!"})
    review_of(StoreFactory(), author="Чужая")

    page = browser_of(admin).get(f"{reverse('reviews')}?{query}")

    assert page.status_code == 200
    assert set(authors(page)) == expected


def test_pages_show_every_review_once_also_those_of_one_moment(store):
    product = ProductFactory(store=store)
    for number in range(25):
        review_of(store, product=product, date=NOON - timedelta(minutes=number // 5))
    seen, mark = [], None
    while mark is None or mark:
        page = page_after(Review.objects.all(), mark, field="date", size=4)
        seen += [review.pk for review in page.rows]
        mark = page.after

    assert len(seen) == len(set(seen)) == 25


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"show": "all"}, "ix_reviews_tenant_date"),
        ({}, "ix_reviews_waiting"),
        ({"store": True}, "ix_reviews_store_waiting"),
        ({"store": True, "show": "all"}, "idx_reviews_store_date"),
        ({"store": True, "show": "all", "rating": "5"}, "idx_reviews_store_rating"),
    ],
)
def test_lists_are_read_along_an_index(query, index, store, tenant):
    products = [ProductFactory(store=place) for place in (store, *(StoreFactory(tenant=tenant) for _ in range(9)))]
    Review.objects.bulk_create(
        Review(
            tenant=tenant,
            store=products[n % 10].store,
            product=products[n % 10],
            wb_id=f"r{n}",
            rating=n // 10 % 5 + 1,
            date=NOON - timedelta(hours=n),
            answer={"text": "Спасибо"} if n // 50 % 10 else None,
        )
        for n in range(6000)
    )
    query = {**query, "store": str(store.uuid)} if query.get("store") else query
    rows = (
        ReviewFilter(query, tenant=tenant).apply(Review.objects.of(tenant)).filter(date__lte=NOON - timedelta(days=60))
    )

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reviews")
        sql, values = rows.order_by("-date", "-pk")[:41].query.sql_with_params()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0][0]["Plan"]

    found = list(scans(plan))
    assert index in {node.get("Index Name") for node in found}
    assert ("Seq Scan", "reviews") not in {(node["Node Type"], node.get("Relation Name")) for node in found}


def scans(node):
    """Yield the steps of a plan."""
    yield node
    for step in node.get("Plans", ()):
        yield from scans(step)


def test_a_draft_is_written_corrected_and_sent_and_the_next_review_comes(store, admin, browser_of):
    first = review_of(store, date=NOON, text="Мал размер")
    second = review_of(store, date=NOON - timedelta(days=1))
    browser = browser_of(admin)

    browser.post(reverse("review_act", args=[first.uuid]), {"how": "draft"})
    assert "размер" in Review.objects.get(pk=first.pk).draft_reply
    sent = browser.post(reverse("review_act", args=[first.uuid]), {"how": "send", "text": "Спасибо за отзыв!"})

    row = Outgoing.objects.get()
    assert (row.review_id, row.text, row.approved_by, row.status) == (first.pk, "Спасибо за отзыв!", admin, "pending")
    assert browser.get(sent["Location"])["Location"] == reverse("review", args=[second.uuid])
    assert "Ждёт отправки" in browser.get(reverse("review", args=[first.uuid])).content.decode()


def test_what_may_not_be_sent_comes_back_with_the_reasons_and_the_words(store, admin, browser_of):
    review = review_of(store)
    words = "Вернём деньги, если удалите отзыв. Пишите в телеграм. " + "я" * 4900

    page = browser_of(admin).post(reverse("review_act", args=[review.uuid]), {"how": "send", "text": words[:5000]})

    assert page.status_code == 422
    assert {f.rule.value for f in page.context["findings"]} >= {"reward_for_review", "messenger"}
    assert "Вернём деньги" in page.content.decode()
    assert not Outgoing.objects.exists()


def test_several_drafts_are_sent_at_once_and_another_shops_are_not(store, admin, browser_of):
    mine = [review_of(store, draft_reply="Спасибо за отзыв!") for _ in range(2)]
    bad = review_of(store, draft_reply="Пишите в телеграм")
    foreign = review_of(StoreFactory(), draft_reply="Спасибо!")
    chosen = [str(review.uuid) for review in (*mine, bad, foreign)]

    browser_of(admin).post(reverse("approve_reviews"), {"review": [*chosen, "nonsense"]})

    assert set(Outgoing.objects.values_list("review", flat=True)) == {review.pk for review in mine}


def test_a_member_who_only_reads_sends_nothing(store, tenant, browser_of):
    reader, review = MembershipFactory(tenant=tenant, role=Role.USER).user, review_of(store)

    page = browser_of(reader).post(reverse("review_act", args=[review.uuid]), {"how": "send", "text": "Спасибо!"})

    assert page.status_code == 403
    assert not Outgoing.objects.exists()


def test_buyers_photos_are_let_in_here_alone(store, admin, browser_of):
    links = [
        {"miniSize": "https://feedback01.wbbasket.ru/ms.webp", "fullSize": "https://feedback01.wbbasket.ru/fs.webp"}
    ]
    review = review_of(store, photo_links=links)
    browser = browser_of(admin)

    page = browser.get(reverse("review", args=[review.uuid]))

    assert "https://*.wbbasket.ru" in page["Content-Security-Policy"]
    assert "wbbasket" not in browser.get(reverse("questions"))["Content-Security-Policy"]
    assert page.content.decode().count("fs.webp") == 1


def test_a_lost_reply_is_resolved_by_a_person(store, admin, browser_of):
    review = review_of(store)
    row = Outgoing.objects.create(
        tenant=store.tenant, store=store, kind="review_answer", review=review, text="Спасибо!", status="unknown"
    )

    browser_of(admin).post(reverse("reply_act", args=[row.uuid]), {"how": "not_sent"})

    assert Outgoing.objects.get().status == OutgoingStatus.FAILED


def test_questions_wait_in_the_order_they_came_and_are_answered(store, admin, browser_of):
    late = QuestionFactory(store=store, text="Позже", created_date=NOON)
    early = QuestionFactory(store=store, text="Раньше", created_date=NOON - timedelta(days=1))
    browser = browser_of(admin)

    assert [q.text for q in browser.get(reverse("questions")).context["page"].rows] == ["Раньше", "Позже"]
    browser.post(reverse("question_act", args=[early.uuid]), {"how": "send", "text": "Да, подойдёт."})
    browser.post(reverse("question_act", args=[late.uuid]), {"how": "reject", "text": "Вопрос не о товаре."})

    kinds = dict(Outgoing.objects.values_list("question__text", "kind"))
    assert kinds == {"Раньше": "question_answer", "Позже": "question_reject"}


def test_the_desk_is_set_up(store, admin, browser_of):
    browser = browser_of(admin)
    page = browser.get(reverse("desk_settings"))
    assert "Ты отвечаешь на отзывы" in page.content.decode()

    limits = {
        "form": "automation",
        "safety": "balanced",
        "auto_daily_cap": "7",
        "daily_limit": "100",
        "ai_concurrency": "3",
    }
    browser.post(reverse("desk_settings"), limits)
    browser.post(reverse("desk_settings"), {"form": "prompts", "prompt_review_reply": "Пиши стихами."})
    browser.post(reverse("desk_rule", args=[store.uuid]), {f"rating_{n}": "draft" for n in range(1, 6)})

    settings = SellerSettings.objects.get()
    assert (settings.safety, settings.auto_daily_cap, settings.prompt_review_reply) == ("balanced", 7, "Пиши стихами.")
    assert ReplyRule.objects.get().rating_1 == "draft"
    assert browser.post(reverse("desk_settings"), {**limits, "ai_concurrency": "0"}).status_code == 422


def test_the_log_shows_what_was_written_and_what_it_cost(store, admin, browser_of):
    review = review_of(store, text="Мал размер")
    browser = browser_of(admin)
    browser.post(reverse("review_act", args=[review.uuid]), {"how": "draft"})

    page = browser.get(reverse("desk_costs"))

    assert [row["count"] for row in page.context["sums"]] == [1]
    assert page.context["per_result"] is None


def test_the_api_drafts_approves_and_follows(store, admin, api):
    review = review_of(store, text="Мал размер")
    client = api(admin)

    drafted = client.post(f"/api/v1/reviews/{review.uuid}/draft/")
    client.post(f"/api/v1/reviews/{review.uuid}/edit-draft/", {"text": "Спасибо за отзыв!"}, format="json")
    approved = client.post(f"/api/v1/reviews/{review.uuid}/approve/", {}, format="json")
    again = client.post(f"/api/v1/reviews/{review.uuid}/approve/", {}, format="json")

    assert "размер" in drafted.json()["draft_reply"]
    assert (approved.status_code, approved.json()["text"], approved.json()["status"]) == (
        201,
        "Спасибо за отзыв!",
        "pending",
    )
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    listed = client.get("/api/v1/outgoing-replies/", {"review": str(review.uuid)}).json()["results"]
    assert [row["uuid"] for row in listed] == [approved.json()["uuid"]]
    client.post(f"/api/v1/outgoing-replies/{approved.json()['uuid']}/cancel/")
    assert Outgoing.objects.get().status == OutgoingStatus.CANCELLED


def test_the_api_names_each_rule_and_place(store, admin, api):
    review = review_of(store)

    refused = api(admin).post(f"/api/v1/reviews/{review.uuid}/approve/", {"text": "Пишите в телеграм"}, format="json")

    assert refused.status_code == 422
    finding = refused.json()["findings"][0]
    assert (finding["rule"], "Пишите в телеграм"[finding["start"] : finding["end"]]) == ("messenger", "телеграм")


def test_a_question_is_answered_over_the_api(store, admin, api):
    question = QuestionFactory(store=store)

    done = api(admin).post(f"/api/v1/questions/{question.uuid}/approve/", {"text": "Да, подойдёт."}, format="json")

    assert (done.status_code, done.json()["kind"]) == (201, "question_answer")
