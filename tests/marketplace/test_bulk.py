"""Work on all reviews that pass a filter: chosen once, done once, stopped, and taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import now

from billing import services as billing
from billing.models import Balance
from config.moves import IllegalMove
from marketplace.errors import AlreadyAnswered, BulkRuns, EditTooLate, NothingPasses, TooManyFilters
from marketplace.models import (
    AiLog,
    BulkJob,
    Outgoing,
    Question,
    ReplyRule,
    Review,
    SavedFilter,
    SellerSettings,
)
from marketplace.replies import BulkKind, BulkStatus, OutgoingStatus, ReplyMode
from marketplace.services import automation, bulk, filters, replying
from tests.factories.marketplace import ProductFactory, QuestionFactory, ReviewFactory
from tests.marketplace.test_api import client_of
from tests.marketplace.test_writing import GOOD, _model_server_process, _no_models, model, model_server  # noqa: F401 -- fixtures
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def workers(monkeypatch):
    """Nobody takes tasks."""
    from celery.app.task import Task

    monkeypatch.setattr(Task, "apply_async", lambda *_, **__: None)


@pytest.fixture
def product():
    return ProductFactory()


def reviews(product, count=3, **given):
    return ReviewFactory.create_batch(count, product=product, rating=5, text="Отлично!", **given)


def begin(product, kind):
    rows = Review.objects.of(product.tenant)
    return bulk.begin(product.tenant, kind, rows, query={}, by=product.tenant.owner, at=now())


def test_all_that_pass_are_drafted_once_and_told(product):
    reviews(product)
    reviews(product, 1, draft_reply="Есть уже")
    ReviewFactory(text="Чужой")
    job = begin(product, BulkKind.DRAFT)

    assert bulk.run(job.pk, at=now())
    assert not bulk.run(job.pk, at=now())

    job.refresh_from_db()
    assert (job.status, job.total) == (BulkStatus.DONE, 3)
    assert bulk.progress(job) | {"reasons": []} == {
        "done": 3, "refused": 0, "undone": 0, "left": 0, "percent": 100, "reasons": [],
    }  # fmt: skip
    assert Review.objects.of(product.tenant).exclude(draft_reply="").count() == 4
    assert AiLog.objects.count() == 3


def test_drafts_are_taken_back_where_nobody_has_touched_them(product):
    untouched, edited, sent = reviews(product)
    job = begin(product, BulkKind.DRAFT)
    bulk.run(job.pk, at=now())
    edited.refresh_from_db()
    replying.edit_draft(edited, text="Своими словами, спасибо.")
    sent.refresh_from_db()
    replying.approve_review(sent, by=None, at=now())
    job.refresh_from_db()

    assert bulk.undo(job, at=now()) == 1
    with pytest.raises(IllegalMove):
        bulk.undo(job, at=now())

    drafts = dict(Review.objects.values_list("pk", "draft_reply"))
    assert drafts[untouched.pk] == ""
    assert drafts[edited.pk] == "Своими словами, спасибо."
    assert drafts[sent.pk]


def test_sent_replies_wait_a_minute_and_are_withdrawn_together(product):
    reviews(product, draft_reply=GOOD)
    bad = ReviewFactory(product=product, rating=5, draft_reply="Пишите в телеграм @shop")
    job = begin(product, BulkKind.APPROVE)
    bulk.run(job.pk, at=now())
    rows = list(Outgoing.objects.order_by("pk"))
    Outgoing.objects.filter(pk=rows[0].pk).update(status=OutgoingStatus.CONFIRMED, sent_at=now(), confirmed_at=now())
    job.refresh_from_db()

    assert len(rows) == 3
    assert all(row.due_at > now() + timedelta(seconds=30) for row in rows)
    assert (rows[0].approved_by, rows[0].is_automatic) == (product.tenant.owner, False)
    assert job.items.get(review=bad).outcome == "refused"
    assert bulk.undo(job, at=now()) == 2
    assert sorted(Outgoing.objects.values_list("status", flat=True)) == ["cancelled", "cancelled", "confirmed"]


def test_one_at_a_time_and_not_for_nothing(product):
    reviews(product)
    begin(product, BulkKind.DRAFT)

    with pytest.raises(BulkRuns):
        begin(product, BulkKind.DRAFT)
    with pytest.raises(NothingPasses):
        begin(ProductFactory(), BulkKind.DRAFT)
    assert BulkJob.objects.count() == 1


def test_a_killed_worker_leaves_nothing_done_twice(product, monkeypatch):
    reviews(product, draft_reply=GOOD)
    job = begin(product, BulkKind.APPROVE)
    settle = bulk._settle

    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(bulk, "_settle", die)
    with pytest.raises(KeyboardInterrupt):
        bulk.run(job.pk, at=now())
    monkeypatch.setattr(bulk, "_settle", settle)

    assert bulk.sweep(at=now()) == 0  # its lease is not over
    assert bulk.sweep(at=now() + timedelta(minutes=4)) == 1
    bulk.run(job.pk, at=now() + timedelta(minutes=4))
    assert Outgoing.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_each_review_once():
    product = ProductFactory()
    reviews(product, 6, draft_reply=GOOD)
    job = begin(product, BulkKind.APPROVE)

    done = race(lambda _: bulk.run(job.pk, at=now()), threads=3)

    assert done.count(True) == 1
    assert Outgoing.objects.count() == 6


def test_a_limit_stops_the_work_and_says_so(product, model):  # noqa: F811 -- the fixture
    model.fail("say", body=GOOD)
    billing.top_up(product.tenant, amount=Decimal(100), key="first", at=now())
    SellerSettings.objects.create(tenant=product.tenant, daily_limit=Decimal(3))
    reviews(product)
    job = begin(product, BulkKind.DRAFT)

    bulk.run(job.pk, at=now())

    job.refresh_from_db()
    assert (job.status, bulk.progress(job)["done"]) == (BulkStatus.STOPPED, 1)
    assert "3" in job.error
    assert Balance.objects.get(tenant=product.tenant).total_spent == 2


def test_a_stopped_job_sends_no_more(product):
    reviews(product, draft_reply=GOOD)
    job = begin(product, BulkKind.APPROVE)
    bulk.stop(job, at=now())

    assert not bulk.run(job.pk, at=now())
    assert not Outgoing.objects.exists()


def test_the_pages_begin_show_and_take_back(product, browser_of):
    reviews(product)
    client = browser_of(product.tenant.owner)
    kept = client.post(reverse("save_filter"), {"name": "Пятёрки", "filter": "rating=5&q=&nonsense=1"})
    listed = client.get(kept["Location"]).content.decode()
    begun = client.post(reverse("begin_bulk"), {"kind": "draft", "filter": "rating=5"})
    again = client.post(reverse("begin_bulk"), {"kind": "draft", "filter": "rating=5"})
    bulk.run(BulkJob.objects.get().pk, at=now())
    page = client.get(begun["Location"]).content.decode()
    part = client.get(begun["Location"], headers={"HX-Request": "true"}).content.decode()
    undone = client.post(f"{begun['Location']}act/", {"how": "undo"}, follow=True)

    assert SavedFilter.objects.get().query == {"rating": "5"}
    assert "Пятёрки" in listed
    assert begun["Location"] == again["Location"]
    assert ("<html" in page, "<html" in part) == (True, False)
    assert undone.status_code == 200
    assert BulkJob.objects.get().status == BulkStatus.UNDONE
    client.post(reverse("drop_filter", args=[SavedFilter.objects.get().uuid]))
    assert not SavedFilter.objects.exists()


def test_filters_and_work_over_the_api(product):
    reviews(product, draft_reply=GOOD)
    api = client_of(product.tenant)

    kept = api.post("/api/v1/saved-filters/", {"name": "Пять", "query": {"rating": "5", "store": "чужой"}}, "json")
    begun = api.post("/api/v1/bulk-jobs/", {"kind": "approve", "query": {"rating": "5"}}, "json")
    nothing = client_of(ProductFactory().tenant).post("/api/v1/bulk-jobs/", {"kind": "approve"}, "json")
    bulk.run(BulkJob.objects.get().pk, at=now())
    seen = api.get(f"/api/v1/bulk-jobs/{begun.data['uuid']}/")
    undone = api.post(f"/api/v1/bulk-jobs/{begun.data['uuid']}/undo/", {}, "json")

    assert (kept.data["query"], begun.status_code, nothing.status_code) == ({"rating": "5"}, 201, 422)
    assert seen.data["progress"] == {"done": 3, "refused": 0, "undone": 0, "left": 0}
    assert undone.data == {"taken_back": 3}


def test_only_so_many_filters_are_kept(product, monkeypatch):
    monkeypatch.setattr(filters, "MOST_FILTERS", 1)
    filters.keep(product.tenant, name="А", query={"rating": "1"}, by=None)
    filters.keep(product.tenant, name="А", query={"rating": "2"}, by=None)

    with pytest.raises(TooManyFilters):
        filters.keep(product.tenant, name="Б", query={}, by=None)
    assert SavedFilter.objects.get().query == {"rating": "2"}


# --- the single change of an answer ------------------------------------------


def answered(product, days=10, **given):
    review = ReviewFactory(product=product, rating=2, **given)
    Review.objects.filter(pk=review.pk).update(
        answer={"text": "Спасибо"} | given.pop("answer", {}), answered_at=now() - timedelta(days=days)
    )
    return Review.objects.select_related("store", "product").get(pk=review.pk)


def test_the_change_of_an_answer_is_planned_within_its_window_once(product):
    review = answered(product)
    due = now() + timedelta(days=30)

    for wrong in (now() - timedelta(hours=1), now() + timedelta(days=51)):
        with pytest.raises(EditTooLate):
            replying.edit_answer(review, text="Исправили, спасибо.", by=None, at=now(), due_at=wrong)
    assert list(replying.editable_reviews(Review.objects.all(), at=now())) == [review]
    row = replying.edit_answer(review, text="Исправили, спасибо.", by=None, at=now(), due_at=due)

    assert (row.status, row.due_at) == (OutgoingStatus.PENDING, due)
    assert not replying.editable_reviews(Review.objects.all(), at=now()).exists()
    with pytest.raises((AlreadyAnswered, Exception)):
        replying.edit_answer(review, text="Ещё раз, спасибо.", by=None, at=now())
    assert Outgoing.objects.count() == 1


def test_answers_whose_window_is_over_are_not_listed(product):
    answered(product, days=61)
    fixed = answered(product)
    Review.objects.filter(pk=fixed.pk).update(answer={"text": "Спасибо", "editable": False})

    assert not replying.editable_reviews(Review.objects.all(), at=now()).exists()


# --- rules of a product, questions, prompts ----------------------------------


def test_a_question_is_drafted_by_itself_where_the_rule_says_so(product):
    question = QuestionFactory(store=product.store, product_nm_id=product.wb_product_id, text="Есть чёрный?")
    assert automation.work_on_questions([question.pk], at=now()) == 0
    rule = ReplyRule.objects.create(tenant=product.tenant, store=product.store, questions=ReplyMode.DRAFT)

    assert automation.work_on_questions([question.pk], at=now()) == 1
    assert Question.objects.get().draft_reply
    assert not Outgoing.objects.exists()
    other = QuestionFactory(store=product.store, product_nm_id=product.wb_product_id, text="А белый есть?")
    ReplyRule.objects.create(tenant=product.tenant, store=rule.store, product=product)
    assert automation.work_on_questions([other.pk], at=now()) == 0  # the product's own rule says nothing


def test_a_product_gets_its_own_rule_for_replies_on_its_page(product, browser_of):
    client, address = browser_of(product.tenant.owner), reverse("product_reply_rule", args=[product.uuid])
    modes = {f"rating_{stars}": "draft" for stars in range(1, 6)}

    client.post(address, {**modes, "questions": "draft"})
    assert ReplyRule.objects.get().product == product
    client.post(address, {**modes, "questions": "send"})  # questions are never answered without a person
    assert ReplyRule.objects.get().questions == "draft"
    assert client.get(reverse("product", args=[product.uuid])).status_code == 200
    client.post(address, {"how": "drop"})
    assert not ReplyRule.objects.exists()


@pytest.mark.parametrize("purpose", ["prompt_review_reply", "prompt_review_complaint"])
def test_a_prompt_is_tried_on_a_real_review_and_nothing_is_kept(product, browser_of, model, purpose):  # noqa: F811 -- the fixture
    billing.top_up(product.tenant, amount=Decimal(100), key="first", at=now())
    review = ReviewFactory(product=product, text="Мал размер, ткань хорошая.")
    model.fail("say", body=GOOD)
    client = browser_of(product.tenant.owner)

    shown = client.post(reverse("desk_settings"), {"form": "prompts", "try": purpose, purpose: "Пиши стихами."})

    page = shown.content.decode()
    assert "Мал размер" in page
    assert GOOD in page
    assert "Пиши стихами." in AiLog.objects.get().prompt
    review.refresh_from_db()
    assert review.draft_reply == ""
    assert not SellerSettings.objects.exclude(**{purpose: ""}).exists()


def test_without_a_model_a_preview_shows_what_it_would_be_told(product, browser_of):
    client = browser_of(product.tenant.owner)
    empty = client.post(reverse("desk_settings"), {"form": "prompts", "try": "prompt_question_reply"})
    QuestionFactory(store=product.store, text="Есть чёрный?")
    shown = client.post(reverse("desk_settings"), {"form": "prompts", "try": "prompt_question_reply"})

    assert (empty.status_code, shown.status_code) == (200, 200)
    assert "Есть чёрный?" in shown.content.decode()
    assert not AiLog.objects.exists()
