"""The client of Wildberries against the sandbox: what it reads, sends, waits for and refuses."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from config.wbsandbox.tokens import issue
from marketplace.wildberries import (
    Category,
    NoToken,
    OutcomeUnknown,
    RateLimited,
    ReadOnlyToken,
    Rejected,
    TokenType,
    Unauthorised,
    Unavailable,
    Unreadable,
    Wildberries,
    WrongCategory,
    buckets,
    client_for,
    decode,
)
from marketplace.wildberries.limits import Budget
from tests.factories.marketplace import StoreFactory

ANSWER = "/api/v1/feedbacks/answer"


@pytest.fixture
def client(wb):
    with Wildberries([decode(wb.token())]) as client:
        yield client


def of(wb, **token):
    return Wildberries([decode(wb.token(**token))])


def test_token_says_what_it_may():
    expires = datetime(2027, 3, 1, tzinfo=UTC)
    token = decode(
        f" {issue('ABC', categories=['feedbacks', 'chat'], is_read_only=True, expires_at=expires.timestamp())}\n"
    )
    assert (token.sid, token.type, token.categories, token.is_read_only, token.expires_at) == (
        "abc",
        TokenType.PERSONAL,
        {Category.FEEDBACKS, Category.CHAT},
        True,
        expires,
    )
    assert token.days_left(at=expires - timedelta(days=7, hours=1)) == 7
    assert token.text not in repr(token)


@pytest.mark.parametrize("kind", ["base", "test", "personal", "service"])
def test_type_of_a_token_is_read(kind):
    assert decode(issue(token_type=kind)).type.value == kind


@pytest.mark.parametrize("text", ["", "abc", "a.b.c", "e30.e30.x", "ж.ж.ж", "a." + "A" * 9000 + ".c", "e30.W10.x"])
def test_what_is_no_token_is_refused(text):
    with pytest.raises(Unreadable):
        decode(text)


def test_reviews_are_read_with_unknown_fields(wb, client):
    page = client.feedbacks(is_answered=False, take=5)
    first = page.rows[0]
    assert (page.size, page.broken, first.raw["bables"] is None or first.raw["bables"]) == (5, [], True)
    assert first.raw["lastOrderShkId"] > 0
    assert client.feedback(first.wb_id) == first
    assert {row.answer.state for row in client.feedbacks(is_answered=True, take=20).rows} == {"wbRu"}


def test_star_only_reviews_live_in_the_archive(wb, client):
    listed = {row.wb_id for answered in (True, False) for row in client.feedbacks(is_answered=answered).rows}
    silent = {row.wb_id for row in client.archived_feedbacks().rows if not row.text and not row.photos}
    assert silent
    assert silent & listed == set()


def test_everything_else_is_read(wb, client):
    assert client.seller_info().sid == wb.sid
    assert client.cards().cards.size == 68
    assert client.prices(limit=3).rows[0].price > 0
    assert client.rating().feedback_count == 263
    assert client.questions(is_answered=False).size > 0
    assert client.chats().size == 20
    page = client.chat_events()
    assert page.total == page.events.size > 0
    assert client.chat_events(after=page.next).total == 0
    assert client.news().has_feedbacks


def test_an_answer_is_shown_after_moderation(wb, client):
    review = client.feedbacks(is_answered=False, take=1).rows[0]
    client.answer_review(review.wb_id, "Спасибо за отзыв!")
    states = []
    for seconds in (0, 5, 30):
        wb.skip(seconds)
        answer = client.feedback(review.wb_id).answer
        states.append(answer and answer.state)
    assert states == [None, "reviewRequired", "wbRu"]


def test_an_answer_may_be_rejected_and_edited_once(wb, client):
    review = client.feedbacks(is_answered=False, take=1).rows[0]
    client.answer_review(review.wb_id, "Пишите на https://example.ru")
    wb.skip(60)
    assert client.feedback(review.wb_id).answer.state == "rejected"
    client.edit_review_answer(review.wb_id, "Спасибо!")
    wb.skip(60)
    answer = client.feedback(review.wb_id).answer
    assert (answer.state, answer.is_editable) == ("wbRu", False)
    with pytest.raises(Rejected, match="not editable"):
        client.edit_review_answer(review.wb_id, "Ещё раз спасибо!")


def test_an_answer_to_nothing_is_taken_silently(wb, client):
    client.answer_review("no-such-review", "Спасибо!")
    with pytest.raises(Rejected, match="Невозможно получить отзыв"):
        client.feedback("no-such-review")


def test_questions_are_answered_rejected_and_seen(wb, client):
    first, second, third = client.questions(is_answered=False, take=3).rows
    client.answer_question(first.wb_id, "Да, подойдёт.")
    client.reject_question(second.wb_id, "Не о товаре")
    client.mark_question_viewed(third.wb_id)
    read = [client.question(row.wb_id) for row in (first, second, third)]
    assert [(row.state, row.was_viewed) for row in read] == [
        ("wbRu", True),
        ("none", True),
        ("suppliersPortalSynch", True),
    ]


def test_a_buyer_is_written_to_and_replies(wb, client):
    seen = client.chat_events().next
    chat = client.chats().rows[0]
    assert (
        client.send_chat_message(chat.reply_sign, "Добрый день!", [("a.png", b"png", "image/png")]).chat_id
        == chat.wb_id
    )
    sent = client.chat_events(after=seen).events.rows[0]
    assert (sent.sender, sent.text, [file.name for file in sent.files]) == ("seller", "Добрый день!", ["a.png"])
    assert client.download(sent.files[0].download_id).content is None
    wb.skip(11)
    assert client.download(sent.files[0].download_id).content[:4] == b"\x89PNG"
    with pytest.raises(Rejected, match="Invalid signature"):
        client.send_chat_message("wrong", "Добрый день!")


def test_tokens_that_may_not(wb):
    with pytest.raises(ReadOnlyToken):
        of(wb, is_read_only=True).answer_review("x", "Спасибо")
    with pytest.raises(WrongCategory, match="Чат"):
        of(wb, categories=["feedbacks"]).chats()
    with pytest.raises(Unauthorised):
        of(wb, expires_at=time.time() - 60).chats()
    with pytest.raises(Unauthorised, match="withdrawn"):
        of(wb, sid="00000000-0000-4000-8000-000000000000").chats()
    assert wb.faults.count("POST", ANSWER) == 0


def test_the_fitting_token_makes_the_call(wb):
    texts = [
        wb.token(categories=["chat"]),
        wb.token(categories=["feedbacks"], is_read_only=True),
        wb.token(categories=["feedbacks"]),
    ]
    with Wildberries([decode(text) for text in texts]) as client:
        client.answer_review("x", "Спасибо")
        assert client.chats().size == 20


@pytest.mark.django_db
def test_a_store_has_a_client(wb):
    with client_for(wb.connect()) as client:
        assert client.news().has_feedbacks
    with pytest.raises(NoToken):
        client_for(StoreFactory())


def test_a_read_that_fails_is_unavailable_and_not_repeated(wb, client):
    for action, facts in (("status", {"status": 502}), ("drop", {}), ("garbage", {})):
        wb.faults.add("/api/v1/feedbacks", action, **facts)
        with pytest.raises(Unavailable):
            client.feedbacks(is_answered=False)
    assert wb.faults.count("GET", "/api/v1/feedbacks") == 3


@pytest.mark.parametrize(("action", "facts"), [("lose", {}), ("drop", {}), ("status", {"status": 500})])
def test_a_write_whose_answer_is_lost_is_unknown(wb, client, action, facts):
    wb.faults.add(ANSWER, action, **facts)
    with pytest.raises(OutcomeUnknown):
        client.answer_review("x", "Спасибо")
    assert wb.faults.count("POST", ANSWER) == 1


def test_a_429_closes_the_bucket_for_every_worker(wb):
    wb.faults.add("/api/v1/feedback", "status", status=429, headers={"X-Ratelimit-Retry": "60"})
    with of(wb) as first, of(wb) as second:
        with pytest.raises(RateLimited) as told:
            first.feedback("x")
        with pytest.raises(RateLimited) as other:
            second.news()
        assert second.chats().size == 20
    assert told.value.seconds == 60
    assert 55 <= other.value.seconds <= 60
    assert len(wb.faults.journal) == 2


def test_calls_wait_for_their_turn(wb):
    """Five at once and then one each 1/300 s at this speed; the sandbox, as strict as the real one, refuses none."""
    with of(wb) as client:
        for _ in range(12):
            client.news()
    assert wb.faults.count("GET", "/api/v1/new-feedbacks-questions") == 12


def test_workers_share_one_budget():
    budget, key = Budget(10.0, 3), f"test:{time.monotonic_ns()}"
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: buckets.take(key, budget, patience=0)[0], range(8)))
    assert sum(outcomes) == 3
    assert buckets.take(key, budget, patience=15)[0]
    assert not buckets.take(key, budget, patience=15)[0]


def test_without_redis_a_process_paces_itself(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    buckets._scripts.cache_clear()
    try:
        budget, key = Budget(10.0, 2), f"test:{time.monotonic_ns()}"
        assert [buckets.take(key, budget, patience=0)[0] for _ in range(3)] == [True, True, False]
        buckets.close(key, budget, seconds=5)
        assert 4 < buckets.seconds_closed(key) <= 5
    finally:
        buckets._scripts.cache_clear()


def test_a_broken_row_does_not_spoil_its_page(wb, client):
    from marketplace.wildberries import reading

    good = client.feedbacks(is_answered=False, take=1).rows[0].raw
    rows = [
        good,
        {**good, "id": 7, "text": None, "photoLinks": "x", "answer": []},
        {**good, "productValuation": 9},
        {**good, "createdDate": "yesterday"},
        "rubbish",
        {**good, "id": None},
    ]
    page = reading.page_of(rows, reading.feedback)
    assert [row.wb_id for row in page.rows] == [good["id"], "7"]
    assert len(page.broken) == 4
