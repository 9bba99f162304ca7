"""What the database refuses of the Wildberries desk, through plain SQL."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.enums import ChatStage, ComplaintStatus, ReviewComplaintStatus
from marketplace.models import Chat, Review, ReviewComplaint
from tests.factories.accounts import TenantFactory, UserFactory
from tests.factories.marketplace import (
    ChatFactory,
    ChatMessageFactory,
    ComplaintFactory,
    ProductFactory,
    QuestionFactory,
    ReviewFactory,
    SequenceFactory,
    StepFactory,
    StoreFactory,
)
from tests.sql import execute as sql

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def flags_of(review):
    kept = Review.objects.get(pk=review.pk)
    return kept.complaint_status, kept.has_complaint_draft, kept.has_complaint


@pytest.mark.parametrize(
    ("status", "is_draft"),
    [("draft", True), ("sent", False), ("pending", False), ("approved", False), ("rejected", False)],
)
def test_a_review_shows_its_complaint_from_the_first_moment(status, is_draft):
    complaint = ComplaintFactory(status=status, sent_at=None if is_draft else NOW)

    assert flags_of(complaint.review) == (status, is_draft, not is_draft)


def test_a_review_follows_its_complaint_through_plain_sql():
    complaint = ComplaintFactory()
    seen = []

    for statement in (
        "UPDATE review_complaints SET status = 'sent', sent_at = now() WHERE id = %s",
        "UPDATE review_complaints SET status = 'pending' WHERE id = %s",
        "UPDATE review_complaints SET status = 'approved', moderated_at = now() WHERE id = %s",
    ):
        sql(statement, complaint.pk)
        seen.append(flags_of(complaint.review))

    assert seen == [("sent", False, True), ("pending", False, True), ("approved", False, True)]


def test_a_review_forgets_a_draft_that_is_deleted():
    complaint = ComplaintFactory()

    sql("DELETE FROM review_complaints WHERE id = %s", complaint.pk)

    assert flags_of(complaint.review) == (ReviewComplaintStatus.NOT_SENT, False, False)


@pytest.mark.parametrize("status", [s.value for s in ReviewComplaintStatus if s != ReviewComplaintStatus.DRAFT])
def test_a_review_cannot_claim_what_its_complaint_does_not_bear_out(status):
    complaint = ComplaintFactory()

    with pytest.raises(IntegrityError, match="follows review_complaints"):
        sql("UPDATE reviews SET complaint_status = %s WHERE id = %s", status, complaint.review_id)

    assert flags_of(complaint.review) == ("draft", True, False)


def test_a_new_review_cannot_come_with_a_complaint():
    with pytest.raises(IntegrityError, match="follows review_complaints"):
        ReviewFactory(complaint_status=ReviewComplaintStatus.SENT)


@pytest.mark.parametrize("column", ["has_complaint", "has_complaint_draft"])
def test_a_flag_is_derived_whatever_is_written(column):
    review = ReviewFactory()

    sql(f"UPDATE reviews SET {column} = true WHERE id = %s", review.pk)

    assert flags_of(review) == ("not_sent", False, False)


FROZEN = {
    "complaint_text": "'другой текст'",
    "reason_id": "20",
    "reason_name": "'другое'",
    "review_text": "'другой отзыв'",
    "review_rating": "5",
    "review_date": "now() + interval '1 day'",
    "product_name": "'другой товар'",
    "product_vendor_code": "'X'",
    "product_is_active": "false",
    "generated_at": "now() + interval '1 day'",
    "regenerated_count": "9",
    "last_regenerated_at": "now()",
    "sent_at": "now() + interval '1 day'",
    "ai_model": "'x'",
    "ai_total_tokens": "9",
    "ai_cost_usd": "9",
}


@pytest.mark.parametrize(("column", "value"), FROZEN.items())
def test_a_sent_complaint_keeps_what_was_sent(column, value):
    complaint = ComplaintFactory(status=ComplaintStatus.SENT, sent_at=NOW)

    with pytest.raises(IntegrityError, match="keeps its text, reason and snapshots"):
        sql(f"UPDATE review_complaints SET {column} = {value} WHERE id = %s", complaint.pk)


@pytest.mark.parametrize("column", [c for c in FROZEN if c != "sent_at"])
def test_a_draft_may_still_change(column):
    complaint = ComplaintFactory()

    sql(f"UPDATE review_complaints SET {column} = {FROZEN[column]} WHERE id = %s", complaint.pk)


def test_a_sent_complaint_cannot_be_deleted_but_an_erased_tenants_can():
    complaint = ComplaintFactory(status=ComplaintStatus.SENT, sent_at=NOW)

    with pytest.raises(IntegrityError, match="one per review"):
        sql("DELETE FROM review_complaints WHERE id = %s", complaint.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL otklik.erase = 'on'")
        cursor.execute("DELETE FROM review_complaints WHERE id = %s", [complaint.pk])
        cursor.execute("SET LOCAL otklik.erase = 'off'")

    assert not ReviewComplaint.objects.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("draft", "pending"),
        ("draft", "approved"),
        ("sent", "draft"),
        ("pending", "sent"),
        ("approved", "rejected"),
        ("rejected", "pending"),
    ],
)
def test_a_complaint_does_not_go_back_through_plain_sql(before, after):
    complaint = ComplaintFactory(status=before, sent_at=None if before == "draft" else NOW)

    with pytest.raises(IntegrityError):
        sql("UPDATE review_complaints SET status = %s, sent_at = sent_at WHERE id = %s", after, complaint.pk)


def test_a_decided_complaint_keeps_its_outcome():
    complaint = ComplaintFactory(status=ComplaintStatus.REJECTED, sent_at=NOW, moderated_at=NOW)

    with pytest.raises(IntegrityError, match="keeps its outcome"):
        sql("UPDATE review_complaints SET wb_response = 'иначе' WHERE id = %s", complaint.pk)


def test_the_sender_of_a_complaint_may_be_forgotten_but_not_exchanged():
    sender, other = UserFactory(), UserFactory()
    complaint = ComplaintFactory(status=ComplaintStatus.SENT, sent_at=NOW, sent_by=sender)

    with pytest.raises(IntegrityError, match="keeps its text, reason and snapshots"):
        sql("UPDATE review_complaints SET sent_by_id = %s WHERE id = %s", other.pk, complaint.pk)
    sender.delete()

    assert ReviewComplaint.objects.get(pk=complaint.pk).sent_by is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("reason_id", 10), ("reason_id", 21), ("review_rating", 0), ("review_rating", 6), ("complaint_text", "х" * 1001)],
)
def test_a_complaint_stays_inside_the_portals_limits(column, value):
    with pytest.raises(IntegrityError, match="ck_review_complaints"):
        ComplaintFactory(**{column: value})


def test_a_review_gets_one_complaint():
    complaint = ComplaintFactory()

    with pytest.raises(IntegrityError, match="uq_review_complaints_review_id"):
        ComplaintFactory(review=complaint.review)


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_is_one_to_five(rating):
    with pytest.raises(IntegrityError, match="ck_reviews_rating"):
        ReviewFactory(rating=rating)


def test_a_review_of_stars_alone_has_no_text():
    assert ReviewFactory(text="").text == ""


def test_has_answer_follows_the_answer():
    review = ReviewFactory()
    assert review.has_answer is False

    Review.objects.filter(pk=review.pk).update(answer={"text": "Спасибо!"}, answered_at=NOW)

    assert Review.objects.get(pk=review.pk).has_answer is True
    with pytest.raises(IntegrityError, match="ck_reviews_answered_at"):
        sql("UPDATE reviews SET answer = NULL WHERE id = %s", review.pk)


def test_a_chats_stage_does_not_go_back_through_plain_sql():
    chat = ChatFactory(stage=ChatStage.DELETION_AGREED)

    with pytest.raises(IntegrityError, match="only goes forward"):
        sql("UPDATE chats SET stage = 'deletion_offered' WHERE id = %s", chat.pk)
    sql("UPDATE chats SET stage = 'deletion_confirmed' WHERE id = %s", chat.pk)

    assert Chat.objects.get(pk=chat.pk).stage == ChatStage.DELETION_CONFIRMED


@pytest.mark.parametrize("change", ["status = 'closed'", "completion_reason = 'spam'"])
def test_a_chat_is_closed_with_a_reason_and_only_then_has_one(change):
    chat = ChatFactory()

    with pytest.raises(IntegrityError, match="ck_chats_closed_with_reason"):
        sql(f"UPDATE chats SET {change} WHERE id = %s", chat.pk)


def test_a_sellers_message_fits_wildberries_and_a_buyers_is_taken_as_it_is():
    ChatMessageFactory(text="х" * 5000, sender="client")

    with pytest.raises(IntegrityError, match="ck_chat_messages_text"):
        ChatMessageFactory(text="х" * 1001, sender="seller")


def test_a_step_is_sent_once():
    step = StepFactory()

    with pytest.raises(IntegrityError, match="uq_chat_sequence_steps_sequence_step"):
        StepFactory(sequence=step.sequence, step=step.step)


def test_a_chat_has_one_active_sequence_of_a_kind():
    sequence = SequenceFactory()

    with pytest.raises(IntegrityError, match="uq_chat_auto_sequences_chat_type_active"):
        SequenceFactory(chat=sequence.chat)


@pytest.mark.parametrize(
    "change",
    [
        "current_step = 4",
        "current_step = -1",
        "max_steps = 15",
        "status = 'stopped', next_send_at = NULL",
        "status = 'completed'",
        "stop_reason = 'manual'",
    ],
)
def test_a_sequence_stays_consistent(change):
    sequence = SequenceFactory()

    with pytest.raises(IntegrityError, match="ck_chat_auto_sequences"):
        sql(f"UPDATE chat_auto_sequences SET {change} WHERE id = %s", sequence.pk)


@pytest.mark.parametrize("factory", [ReviewFactory, ChatFactory, QuestionFactory])
def test_an_id_of_wildberries_is_unique_per_store_and_free_in_another(factory):
    row = factory()
    twin = {"wb_id": row.wb_id}

    factory(**twin)
    with pytest.raises(IntegrityError, match="store_wb_id"):
        factory(**twin, store=row.store, **({"product": row.product} if factory is ReviewFactory else {}))


@pytest.mark.parametrize("factory", [ProductFactory, ChatFactory, QuestionFactory])
def test_a_row_cannot_belong_to_one_tenant_and_a_store_of_another(factory):
    store, stranger = StoreFactory(), TenantFactory()

    @transaction.atomic
    def misplace():
        factory(store=store, tenant=stranger)
        sql("SELECT 'and run the deferred checks now'")

    with pytest.raises(IntegrityError, match="tenant_store_id"):
        misplace()


def test_updated_at_follows_plain_sql():
    store = StoreFactory()
    before = store.updated_at

    sql("UPDATE stores SET name = 'Другое имя' WHERE id = %s", store.pk)

    store.refresh_from_db()
    assert store.updated_at > before
