"""Replies to Wildberries leave once, and their fate is told as it is."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils.timezone import now

from config.moves import IllegalMove
from marketplace.errors import AlreadyAnswered, CannotEdit, NotAllowedThere, NothingToSend
from marketplace.models import Outgoing, Review, SellerSettings
from marketplace.replies import OutgoingKind, OutgoingStatus
from marketplace.services import confirming, replying, sending
from tests.factories.accounts import UserFactory
from tests.factories.marketplace import ChatFactory, ProductFactory, QuestionFactory, ReviewFactory
from tests.races import race
from tests.sql import execute as sql

ANSWER = "Спасибо за отзыв! Нам жаль, что размер не подошёл."
POST = ("POST", "/api/v1/feedbacks/answer")


@pytest.fixture(autouse=True)
def workers(request, monkeypatch):
    """Nobody takes tasks: the tests do the work themselves."""
    from celery.app.task import Task

    monkeypatch.setattr(Task, "apply_async", lambda *_, **__: None)


@pytest.fixture
def person(db):
    return UserFactory()


def review_on(wb, **given):
    """A review that Wildberries has too."""
    store = given.pop("store", None) or wb.connect()
    row = next(iter(sending.client_for(store).feedbacks(is_answered=False, take=1, skip=0).rows))
    product = ProductFactory(store=store)
    return ReviewFactory(product=product, wb_id=row.wb_id, text=row.text, rating=row.rating, **given)


def enqueue(review, text=ANSWER, **given):
    return sending.enqueue(review, kind=OutgoingKind.REVIEW_ANSWER, text=text, at=now(), **given)


def fresh(row):
    return Outgoing.objects.get(pk=row.pk)


@pytest.mark.django_db
def test_an_answer_is_unconfirmed_until_wildberries_shows_it(wb, person):
    review = review_on(wb)
    row = replying.approve_review(review, by=person, text=ANSWER, at=now())

    assert sending.deliver(row.pk, at=now()) == OutgoingStatus.UNCONFIRMED
    assert confirming.confirm(row.pk, at=now()) == OutgoingStatus.UNCONFIRMED  # in moderation, or not shown yet
    wb.skip(60)
    assert confirming.confirm(row.pk, at=now()) == OutgoingStatus.CONFIRMED

    shown = Review.objects.get(pk=review.pk)
    assert shown.answer["text"] == ANSWER
    assert shown.has_answer
    assert fresh(row).confirmed_at
    assert wb.written(*POST) == [{"id": review.wb_id, "text": ANSWER}]


@pytest.mark.django_db
def test_an_answer_that_wildberries_took_for_a_wrong_id_is_never_called_published(wb):
    review = ReviewFactory(product=ProductFactory(store=wb.connect()), wb_id="nobody-knows-it")
    row = enqueue(review)

    sending.deliver(row.pk, at=now())
    wb.skip(3600)
    confirming.confirm(row.pk, at=now())

    assert fresh(row).status == OutgoingStatus.UNCONFIRMED
    assert not Review.objects.get(pk=review.pk).has_answer


@pytest.mark.django_db
def test_an_answer_whose_outcome_was_lost_is_read_back_and_not_sent_again(wb):
    review = review_on(wb)
    row = enqueue(review)
    wb.faults.add("/api/v1/feedbacks/answer", "lose")

    assert sending.deliver(row.pk, at=now()) == OutgoingStatus.UNKNOWN
    assert sending.deliver(row.pk, at=now()) is None
    with pytest.raises(AlreadyAnswered):
        enqueue(review)
    wb.skip(60)
    confirming.confirm(row.pk, at=now())

    assert fresh(row).status == OutgoingStatus.CONFIRMED
    assert wb.faults.count(*POST) == 1


@pytest.mark.django_db
def test_a_worker_killed_between_sending_and_recording_leaves_a_question_not_a_second_answer(wb):
    review = review_on(wb)
    row = enqueue(review)
    at = now()
    assert row.take(until=at + sending.LEASE, at=at)
    sending.client_for(row.store).answer_review(review.wb_id, row.text)  # and here the worker dies

    sending.sweep(at=at + timedelta(minutes=1))
    assert fresh(row).status == OutgoingStatus.SENDING
    sending.sweep(at=at + timedelta(minutes=3))
    assert fresh(row).status == OutgoingStatus.UNKNOWN
    sending.deliver(row.pk, at=at + timedelta(minutes=3))
    wb.skip(60)
    confirming.confirm(row.pk, at=at + timedelta(minutes=3))

    assert fresh(row).status == OutgoingStatus.CONFIRMED
    assert wb.faults.count(*POST) == 1


@pytest.mark.django_db
def test_a_person_says_that_a_lost_answer_never_arrived_and_it_can_be_sent_anew(wb):
    review = review_on(wb)
    row = enqueue(review)
    wb.faults.add("/api/v1/feedbacks/answer", "drop")
    sending.deliver(row.pk, at=now())
    assert fresh(row).status == OutgoingStatus.UNKNOWN

    sending.resolve(fresh(row), was_sent=False, at=now())
    again = enqueue(review)

    assert sending.deliver(again.pk, at=now()) == OutgoingStatus.UNCONFIRMED
    with pytest.raises(IllegalMove):
        sending.resolve(fresh(row), was_sent=True, at=now())


@pytest.mark.django_db
def test_a_busy_wildberries_is_waited_for(wb):
    review = review_on(wb)
    row = enqueue(review)
    wb.faults.add("/api/v1/feedbacks/answer", "status", status=429, headers={"X-Ratelimit-Retry": "40"}, times=-1)
    at = now()

    assert sending.deliver(row.pk, at=at) == OutgoingStatus.PENDING

    assert fresh(row).due_at > at
    assert sending.deliver(row.pk, at=at) is None
    assert fresh(row).error


@pytest.mark.django_db
def test_a_refusal_is_told_with_its_reason(wb):
    review = review_on(wb)
    row = enqueue(review)
    body = {"title": "bad request", "detail": "Текст не подходит", "origin": "fbapi", "requestId": "1"}
    wb.faults.add("/api/v1/feedbacks/answer", "status", status=400, body=body)

    assert sending.deliver(row.pk, at=now()) == OutgoingStatus.REJECTED
    assert "Текст не подходит" in fresh(row).error


@pytest.mark.django_db
def test_a_read_only_token_sends_nothing(wb):
    store = wb.connect(is_read_only=True)
    row = enqueue(ReviewFactory(product=ProductFactory(store=store)))

    assert sending.deliver(row.pk, at=now()) == OutgoingStatus.FAILED
    assert fresh(row).error
    assert wb.faults.count(*POST) == 0


@pytest.mark.django_db
def test_what_the_rules_forbid_does_not_enter_the_outbox():
    with pytest.raises(NotAllowedThere) as refused:
        enqueue(ReviewFactory(), "Напишите нам в телеграм: вернём деньги, если удалите отзыв.")

    rules = {finding["rule"] for finding in refused.value.findings}
    assert {"messenger", "reward_for_review"} <= rules
    assert not Outgoing.objects.exists()


@pytest.mark.django_db
def test_an_automatic_reply_does_not_answer_a_review_that_was_changed_or_a_desk_that_was_stopped(wb):
    changed, stopped = review_on(wb), ReviewFactory(product=ProductFactory(store=wb.connect()))
    first = enqueue(changed, digest=changed.digest, is_automatic=True)
    second = enqueue(stopped, digest=stopped.digest, is_automatic=True)
    Review.objects.filter(pk=changed.pk).update(rating=1)
    SellerSettings.objects.create(tenant=stopped.tenant, is_auto_paused=True)

    assert sending.deliver(first.pk, at=now()) == OutgoingStatus.FAILED
    assert sending.deliver(second.pk, at=now()) == OutgoingStatus.FAILED
    assert wb.faults.count(*POST) == 0


@pytest.mark.django_db
def test_a_sync_settles_what_it_reads():
    review, question = ReviewFactory(), QuestionFactory()
    rows = [
        enqueue(review),
        sending.enqueue(question, kind=OutgoingKind.QUESTION_ANSWER, text="Да, подойдёт.", at=now()),
    ]
    Outgoing.objects.update(status=OutgoingStatus.SENDING, locked_until=now())
    Outgoing.objects.update(status=OutgoingStatus.UNCONFIRMED, locked_until=None, sent_at=now())
    review.answer = {"text": f" {ANSWER}\n", "state": "rejected"}
    question.answer, question.is_answered = {"text": "Да, подойдёт."}, True
    review.save(update_fields=["answer"])
    question.save(update_fields=["answer", "is_answered"])

    assert confirming.confirm_answers(reviews=[review.pk], questions=[question.pk], at=now()) == 1
    assert [fresh(row).status for row in rows] == [OutgoingStatus.REJECTED, OutgoingStatus.CONFIRMED]


@pytest.mark.django_db
def test_a_chat_message_is_settled_by_the_event_and_a_key_keeps_it_single():
    chat = ChatFactory()

    def once():
        return sending.enqueue(chat, kind=OutgoingKind.CHAT_MESSAGE, text="Добрый день!", key="sequence:1:1", at=now())

    first = once()
    assert once().pk == first.pk
    assert confirming.confirm_message(chat, text="Добрый день!", sent_at=now(), at=now()) is None  # it has not left
    Outgoing.objects.update(status=OutgoingStatus.SENDING, locked_until=now())
    Outgoing.objects.update(status=OutgoingStatus.UNKNOWN, locked_until=None, sent_at=now())

    assert confirming.confirm_message(chat, text="Добрый  день!", sent_at=now(), at=now()) == first
    assert fresh(first).status == OutgoingStatus.CONFIRMED


@pytest.mark.django_db
def test_an_answer_is_changed_once_and_within_sixty_days(person):
    review = ReviewFactory(answer={"text": "Было", "editable": True}, answered_at=now() - timedelta(days=59))
    old = ReviewFactory(answer={"text": "Было"}, answered_at=now() - timedelta(days=61))
    spent = ReviewFactory(answer={"text": "Было", "editable": False}, answered_at=now())

    replying.edit_answer(review, text="Стало лучше.", by=person, at=now())

    for refused in (review, old, spent):
        with pytest.raises(CannotEdit):
            replying.edit_answer(refused, text="Стало лучше.", by=person, at=now())


@pytest.mark.django_db
def test_nothing_is_no_answer(person):
    with pytest.raises(NothingToSend):
        replying.approve_review(ReviewFactory(), by=person, at=now())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["status = 'pending'", "status = 'sending', locked_until = now()", "text = 'Другое'"],
)
def test_the_database_does_not_let_what_left_leave_again(change):
    row = enqueue(ReviewFactory())
    sql("UPDATE outgoing_replies SET status = 'sending', locked_until = now() WHERE id = %s", row.pk)
    sql("UPDATE outgoing_replies SET status = 'unknown', locked_until = NULL WHERE id = %s", row.pk)

    with pytest.raises(IntegrityError):
        sql(f"UPDATE outgoing_replies SET {change} WHERE id = %s", row.pk)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_approve_at_once_one_answer_leaves():
    review, people = ReviewFactory(), [UserFactory() for _ in range(4)]

    done = race(lambda n: replying.approve_review(review, by=people[n], text=f"{ANSWER} {n}", at=now()), threads=4)

    assert sum(isinstance(one, Outgoing) for one in done) == 1
    assert sum(isinstance(one, AlreadyAnswered) for one in done) == 3
    assert Outgoing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_its_unique_key_two_approvals_would_both_leave():
    """The negative control: the race is real."""
    review, people = ReviewFactory(), [UserFactory() for _ in range(4)]
    definition = (
        "CREATE UNIQUE INDEX uq_outgoing_replies_review_answer ON outgoing_replies (tenant_id, review_id) "
        "WHERE kind = 'review_answer' AND status IN ('pending', 'sending', 'unconfirmed', 'unknown', 'confirmed')"
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX uq_outgoing_replies_review_answer")
    try:
        race(lambda n: replying.approve_review(review, by=people[n], text=f"{ANSWER} {n}", at=now()), threads=4)
        assert Outgoing.objects.count() > 1
    finally:
        Outgoing.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(definition)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_with_one_reply_one_sends_it(wb):
    row = enqueue(review_on(wb))

    done = race(lambda _: sending.deliver(row.pk, at=now()), threads=4)

    assert sorted(done, key=str).count(OutgoingStatus.UNCONFIRMED) == 1
    assert done.count(None) == 3
    assert wb.faults.count(*POST) == 1
