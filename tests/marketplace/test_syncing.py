"""Syncs against the sandbox: all of it arrives once, whatever goes wrong on the way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from accounts.enums import IntegrationStatus, SyncStatus
from accounts.models import Integration, SyncLog
from marketplace import signals
from marketplace.enums import ChatSender, SyncEntity
from marketplace.models import Chat, ChatMessage, Product, Question, Review, Store, StoreSync, SyncSighting
from marketplace.services import syncing
from marketplace.sync import reviews
from tests.races import race

pytestmark = pytest.mark.django_db
REVIEWS = 120 + 143  # made up, and of the demo shop


@pytest.fixture
def store(wb):
    store = wb.connect()
    syncing.ensure_syncs(store, at=now())
    return store


def sync(store, entity, *, at=None):
    """Run one sync now, and return its row as it is afterwards."""
    row = StoreSync.objects.get(store=store, entity=entity)
    at = at or now()
    StoreSync.objects.filter(pk=row.pk).update(next_run_at=at)
    assert syncing.run(row.pk, at=at)
    row.refresh_from_db()
    store.refresh_from_db()
    return row


def full_again(store, entity="review"):
    StoreSync.objects.filter(store=store, entity=entity).update(full_at=None)


def test_all_reviews_arrive_from_every_list(store):
    row = sync(store, "review")

    assert Review.objects.filter(store=store).count() == REVIEWS == store.total_reviews
    assert (store.last_review_update_status, store.last_review_update_error) == (SyncStatus.SUCCESS, "")
    assert (row.progress, row.holder, row.locked_until, row.failures) == (None, None, None, 0)
    assert row.full_at is not None
    assert SyncSighting.objects.count() == 0
    log = SyncLog.objects.get(integration=store.integration)
    assert (log.status, log.sync_type, log.records_failed) == (SyncStatus.SUCCESS, "reviews", 0)
    assert sum(Product.objects.values_list("review_count", flat=True)) == REVIEWS


def test_a_review_is_kept_as_wildberries_has_it(wb, store):
    sync(store, "review")
    place = wb.shop.reviews.place_of("demo-review-1")
    raw = wb.shop.reviews.as_json(place, now=wb.clock())
    review = Review.objects.get(wb_id="demo-review-1")
    assert (review.text, review.rating, review.author) == (raw["text"], raw["productValuation"], raw["userName"])
    assert review.product.wb_product_id == raw["productDetails"]["nmId"]
    assert review.wb_api_data["lastOrderShkId"] == raw["lastOrderShkId"]
    silent = Review.objects.filter(text="", photo_links__isnull=True).first()
    assert silent is not None


def test_an_unchanged_pass_writes_nothing(store):
    sync(store, "review")
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(updated_at), count(*) FROM reviews")
        before = cursor.fetchone()
        full_again(store)
        sync(store, "review")
        cursor.execute("SELECT max(updated_at), count(*) FROM reviews")
        assert cursor.fetchone() == before


def test_an_answer_given_elsewhere_arrives(wb, store):
    sync(store, "review")
    review = (
        Review.objects.unanswered()
        .filter(store=store, date__gt=now() - timedelta(days=29))
        .exclude(text="")
        .earliest("date")
    )
    wb.market.write(wb.shop, "answer", id=review.wb_id, text="Спасибо!")
    wb.skip(60)
    sync(store, "review")
    review.refresh_from_db()
    assert review.answer == {"text": "Спасибо!", "state": "wbRu", "editable": True}
    assert review.answered_at is not None


def test_late_reviews_are_caught_by_the_overlap(wb, store):
    sync(store, "review")
    wb.skip(6 * 3600)
    for _ in range(3):
        sync(store, "review")
        wb.skip(3600)
    sync(store, "review")
    wb.shop.advance(wb.clock())
    visible = [p for p in range(len(wb.shop.reviews.created)) if wb.shop.reviews.visible_at(p) <= wb.clock()]
    assert Review.objects.filter(store=store).count() == len(visible) > REVIEWS + 50


def test_a_review_that_disappears_is_kept_as_gone_and_may_return(wb, store):
    sync(store, "review")
    wb.shop.reviews.hidden.add("demo-review-1")
    full_again(store)
    sync(store, "review")
    assert Review.objects.get(wb_id="demo-review-1").gone_at is not None
    assert store.total_reviews == REVIEWS - 1
    wb.shop.reviews.hidden.clear()
    full_again(store)
    sync(store, "review")
    assert Review.objects.get(wb_id="demo-review-1").gone_at is None
    assert store.total_reviews == REVIEWS


def test_an_empty_list_does_not_make_a_shop_vanish(wb, store):
    sync(store, "review")
    wb.shop.reviews.hidden.update(Review.objects.values_list("wb_id", flat=True)[:200])
    full_again(store)
    sync(store, "review")
    assert Review.objects.filter(gone_at=None).count() == REVIEWS
    assert store.last_review_update_status == SyncStatus.PARTIAL
    assert "не попали в список" in store.last_review_update_error


def test_many_pages_lose_none_while_reviews_vanish_between_them(wb, store, monkeypatch):
    monkeypatch.setattr(reviews, "PAGE", 40)
    wb.shop.reviews.hidden.add("demo-review-9")
    sync(store, "review")
    assert Review.objects.filter(store=store).count() == REVIEWS - 1


def test_windows_of_dates_go_beyond_the_skip_limit(wb, store, monkeypatch):
    sync(store, "product")
    monkeypatch.setattr(reviews, "PAGE", 30)
    monkeypatch.setattr(reviews, "SKIP_LIMIT", 60)
    sync(store, "review")
    assert Review.objects.filter(store=store).count() == REVIEWS
    assert wb.faults.journal[-1].query.count("nmId") == 1


def test_a_page_that_repeats_ends_the_pass_as_partial(wb, store, monkeypatch):
    monkeypatch.setattr(reviews, "PAGE", 40)
    wb.faults.add("/api/v1/feedbacks", "repeat", times=-1)
    sync(store, "review")
    assert (store.last_review_update_status, store.last_review_update_error) == (
        SyncStatus.PARTIAL,
        "Wildberries повторяет страницу",
    )
    assert len(wb.faults.journal) < 10


def test_questions_arrive_and_are_answered(wb, store):
    sync(store, "question")
    assert Question.objects.filter(store=store).count() == len(wb.shop.questions.rows)
    question = Question.objects.unanswered().filter(store=store).first()
    wb.market.write(wb.shop, "question", body={"id": question.wb_id, "answer": {"text": "Да"}, "state": "wbRu"})
    sync(store, "question")
    question.refresh_from_db()
    assert (question.is_answered, question.answer["text"]) == (True, "Да")
    assert question.answered_at is not None


def test_chats_follow_the_feed(wb, store):
    sync(store, "product")
    sync(store, "chat")
    assert Chat.objects.filter(store=store).count() == len(wb.shop.chats.chats) == store.total_chats
    assert ChatMessage.objects.count() == len(wb.shop.chats.events)
    chat = Chat.objects.get(wb_id="demo-chat-1")
    assert chat.last_message_text
    assert chat.product_name
    assert chat.reply_sign == "demo-sign-1"

    wb.market.write(wb.shop, "message", sign=chat.reply_sign, text="Добрый день!", files=[])
    row = sync(store, "chat")
    chat.refresh_from_db()
    assert (chat.last_message_text, chat.last_message_sender) == ("Добрый день!", ChatSender.SELLER)
    assert row.cursor["next"] == int(store.last_chat_update_next) == wb.shop.chats.events[-1]["addTimestamp"]


def test_a_cursor_that_stalls_ends_the_pass_as_partial(wb, store):
    wb.faults.add("/api/v1/seller/events", "stall", times=-1, skip=1)
    sync(store, "chat")
    assert store.last_chat_update_status == SyncStatus.PARTIAL
    assert "не движется" in store.last_chat_update_error
    assert wb.faults.count("GET", "/api/v1/seller/events") == 2


def test_products_and_prices_arrive(wb, store):
    sync(store, "product")
    assert Product.objects.filter(store=store).count() == len(wb.shop.catalogue.cards)
    product = Product.objects.get(wb_product_id=990100101)
    assert (product.price, product.wb_api_data["subjectName"]) == (9900, "Постельное бельё")


def test_what_arrives_is_told_on_commit(store, django_capture_on_commit_callbacks):
    heard = []

    def hear(sender, **facts):
        heard.append((len(facts["ids"]), facts["is_backfill"]))

    signals.reviews_arrived.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            sync(store, "review")
        Review.objects.filter(wb_id="demo-review-1").delete()
        with django_capture_on_commit_callbacks(execute=True):
            sync(store, "review")
    finally:
        signals.reviews_arrived.disconnect(hear)
    assert sum(count for count, is_backfill in heard if is_backfill) == REVIEWS
    assert heard[-1] == (1, False)


def test_polling_slows_down_and_speeds_up(wb, store):
    minutes = [sync(store, "question").interval_minutes for _ in range(4)]
    wb.skip(3600)
    minutes.append(sync(store, "question").interval_minutes)
    assert minutes == [5, 15, 60, 60, 5]


def test_a_killed_sync_goes_on_where_it_was(wb, store, monkeypatch):
    monkeypatch.setattr(reviews, "PAGE", 40)

    class Killed(BaseException):
        pass

    real, pages = reviews.advance, []

    def dies(ground, progress):
        pages.append(progress)
        if len(pages) == 4:
            raise Killed
        return real(ground, progress)

    monkeypatch.setattr(reviews, "advance", dies)
    with pytest.raises(Killed):
        sync(store, "review")
    row = StoreSync.objects.get(store=store, entity="review")
    kept, calls = Review.objects.count(), len(wb.faults.journal)
    assert kept > 0
    assert not syncing.run(row.pk, at=now())

    assert syncing.run(row.pk, at=now() + timedelta(minutes=3))
    assert pages[4] | {"tally": 0} == pages[3] | {"tally": 0}
    assert Review.objects.filter(store=store).count() == REVIEWS
    assert len(wb.faults.journal) - calls < 12


def test_a_rate_limit_pauses_the_pass_until_it_ends(wb, store):
    wb.faults.add("/api/v1/feedbacks/archive", "status", status=429, headers={"X-Ratelimit-Retry": "120"})
    row = sync(store, "review")
    assert store.last_review_update_status == SyncStatus.PENDING
    assert timedelta(seconds=110) < row.next_run_at - now() < timedelta(seconds=121)
    assert row.progress["phase"] == "archive"


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ({"expires_at": 1_700_000_000}, IntegrationStatus.REAUTH_REQUIRED),
        ({"sid": "00000000-0000-4000-8000-000000000000"}, IntegrationStatus.REAUTH_REQUIRED),
        ({"categories": ["content"]}, IntegrationStatus.CONNECTED),
    ],
)
def test_tokens_that_are_no_good_are_said_so(wb, token, status):
    store = wb.connect(**token)
    syncing.ensure_syncs(store, at=now())
    sync(store, "review")
    assert store.last_review_update_status == SyncStatus.FAILED
    assert store.last_review_update_error
    assert Integration.objects.get(pk=store.integration_id).status == status
    if status == IntegrationStatus.REAUTH_REQUIRED:
        assert syncing.sweep(at=now() + timedelta(days=1)) == 0


def test_a_read_only_token_syncs(wb):
    store = wb.connect(is_read_only=True)
    syncing.ensure_syncs(store, at=now())
    sync(store, "review")
    assert store.last_review_update_status == SyncStatus.SUCCESS


def test_a_failure_is_shown_and_tried_again_later(wb, store):
    wb.faults.add("/api/v1/feedbacks", "status", status=502)
    row = sync(store, "review")
    assert (store.last_review_update_status, row.failures) == (SyncStatus.FAILED, 1)
    assert row.next_run_at > now()
    assert sync(store, "review").failures == 0


def test_broken_rows_are_counted_and_the_rest_arrives(wb, store, monkeypatch):
    real = wb.shop.reviews.as_json

    def broken(place, *, now):
        row = real(place, now=now)
        return {**row, "productValuation": "много"} if place % 10 == 0 else row

    monkeypatch.setattr(type(wb.shop.reviews), "as_json", lambda self, place, *, now: broken(place, now=now))
    sync(store, "review")
    bad = len(range(0, REVIEWS, 10))
    assert Review.objects.filter(store=store).count() == REVIEWS - bad
    log = SyncLog.objects.get(integration=store.integration)
    assert (log.status, log.records_failed >= bad, len(log.errors)) == (SyncStatus.PARTIAL, True, 20)


def test_a_paused_store_is_left_alone(store):
    Store.objects.filter(pk=store.pk).update(status="inactive")
    row = StoreSync.objects.get(store=store, entity="review")
    assert not syncing.run(row.pk, at=now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_two_workers_never_sync_one_kind_of_a_store_at_once(wb, monkeypatch, is_guarded):
    """Without the lease both would read Wildberries: the control must show it."""
    store = wb.connect()
    syncing.ensure_syncs(store, at=now())
    row = StoreSync.objects.get(store=store, entity=SyncEntity.REVIEW)
    if not is_guarded:
        monkeypatch.setattr(StoreSync, "take", lambda self, *, at: self.holder or __import__("uuid").uuid4())
        monkeypatch.setattr(syncing, "_save", lambda turn, **changes: None)
        monkeypatch.setattr(syncing, "_release", lambda turn, **changes: None)
    at = now()
    outcomes = race(lambda _: syncing.run(row.pk, at=at), threads=4)
    worked = sum(outcome is True for outcome in outcomes)
    assert (worked == 1) == is_guarded
    if is_guarded:
        assert wb.faults.count("GET", "/api/v1/feedbacks") == 2
        assert Review.objects.filter(store=store).count() == REVIEWS


@pytest.mark.django_db(transaction=True)
def test_all_syncs_of_a_store_run_side_by_side(wb):
    store = wb.connect()
    syncing.ensure_syncs(store, at=now())
    keys, at = list(StoreSync.objects.filter(store=store).values_list("pk", flat=True)), now()

    assert race(lambda number: syncing.run(keys[number], at=at), threads=4) == [True] * 4

    store.refresh_from_db()
    statuses = [getattr(store, f"last_{entity.value}_update_status") for entity in SyncEntity]
    assert statuses == [SyncStatus.SUCCESS] * 4
