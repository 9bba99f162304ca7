"""Complaints from the ground in a review to the outcome, one per review for ever."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.errors import RoleRequired
from config.moves import IllegalMove
from marketplace import grounds
from marketplace.complaint_enums import DraftedBy, SentVia
from marketplace.enums import ComplaintReason, ComplaintStatus, WorkStatus
from marketplace.errors import (
    ComplaintExists,
    ComplaintFrozen,
    ComplaintNotAllowed,
    ImportUnreadable,
    NotEligible,
)
from marketplace.models import Review, ReviewComplaint
from marketplace.services import complaint_stats, complaints, outcomes
from marketplace.services.estimates import history_of
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.marketplace import (
    ComplaintFactory,
    ProductFactory,
    ProductRuleFactory,
    ReviewFactory,
    StoreFactory,
)
from tests.races import race
from tests.sql import execute

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def product():
    product = ProductFactory(work_status=WorkStatus.ACTIVE)
    ProductRuleFactory(product=product, submit_complaints=True, complaint_rating_1=True, complaint_rating_2=True)
    return product


@pytest.fixture
def owner(product):
    return product.tenant.owner


def sent_complaint(product, **values):
    review = ReviewFactory(product=product)
    complaint = ComplaintFactory(review=review, **values)
    complaint.mark_as_sent(by=None, at=NOON - timedelta(days=3))
    return complaint


@pytest.mark.parametrize(
    ("text", "reason", "quote"),
    [
        ("Вы идиоты, верните деньги. Цвет не тот.", ComplaintReason.THREATS, "Вы идиоты, верните деньги."),
        ("Пишите в телеграм @best_shop, там дешевле", ComplaintReason.SPAM_TEXT, "Пишите в телеграм @best_shop"),
        ("Это всё санкции и политика!", ComplaintReason.POLITICS, "санкции"),
        ("На ПВЗ хамят, доставка две недели.", ComplaintReason.UNRELATED, "На ПВЗ хамят, доставка две недели."),
    ],
)
def test_a_ground_is_quoted_letter_by_letter(text, reason, quote):
    found = {ground.reason: ground.quotes for ground in grounds.find(text)}

    assert any(quote in said for said in found[reason])
    assert all(grounds.is_verbatim(said, text) for quotes in found.values() for said in quotes)


@pytest.mark.parametrize(
    "text", ["", "Мало по размеру, ткань тонкая.", "Долго шла доставка, но и качество плохое: швы кривые."]
)
def test_an_honest_bad_review_gives_no_ground(text):
    assert grounds.find(text) == []


def test_a_draft_without_a_model_says_so_and_keeps_what_it_is_based_on(product, owner):
    review = ReviewFactory(product=product, text="Продавцы мошенники!", rating=1)

    complaint = complaints.draft(review, by=owner, at=NOON)

    review.refresh_from_db()
    assert (complaint.drafted_by, complaint.reason_id, complaint.reason_name) == (
        DraftedBy.RULES,
        ComplaintReason.THREATS,
        "Угрозы, оскорбления",
    )
    assert complaint.evidence == ["Продавцы мошенники!"]
    assert "«Продавцы мошенники!»" in complaint.complaint_text
    assert (complaint.review_text, complaint.product_name, complaint.generated_at) == (
        review.text,
        product.name,
        NOON,
    )
    assert review.complaint_status == "draft"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"rating": 4}, "rating_not_covered"),
        ({"date": datetime(2023, 9, 30, 20, 59, tzinfo=UTC)}, "too_old"),
        ({"answer": {"text": "Спасибо"}}, "answered"),
    ],
)
def test_what_the_rules_skip_gets_no_draft(product, owner, facts, reason):
    with pytest.raises(NotEligible) as refused:
        complaints.draft(ReviewFactory(product=product, **facts), by=owner, at=NOON)

    assert refused.value.reasons == [reason]
    assert not ReviewComplaint.objects.exists()


def test_a_review_gets_one_complaint(product, owner):
    review = ReviewFactory(product=product)
    complaints.draft(review, by=owner, at=NOON)

    with pytest.raises(ComplaintExists):
        complaints.draft(review, by=owner, at=NOON)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("", []),
        ("я" * 1001, []),
        ("Отзыв не о товаре.", ["этого в отзыве нет"]),
        ("Отзыв не о товаре.", ["пришло не то"]),  # the review writes a capital letter
        ("Паспорт: 45 11 123456, проверьте", []),
    ],
)
def test_a_text_that_cannot_stand_is_refused(product, owner, text, evidence):
    complaint = ComplaintFactory(review=ReviewFactory(product=product))

    with pytest.raises(ComplaintNotAllowed):
        complaints.edit(complaint, text=text, reason=ComplaintReason.OTHER, evidence=evidence, by=owner)

    assert ReviewComplaint.objects.get().complaint_text == "Отзыв не относится к товару."


def test_an_edited_draft_must_be_checked_again(product, owner):
    complaint = ComplaintFactory(review=ReviewFactory(product=product))
    complaints.mark_ready(complaint, is_ready=True, by=owner, at=NOON)

    complaints.edit(
        complaint, text="Отзыв о другом.", reason=ComplaintReason.OTHER, evidence=["Пришло не то"], by=owner
    )

    assert (complaint.ready_at, complaint.drafted_by, complaint.reason_name) == (None, DraftedBy.PERSON, "Другое")


def test_drafting_again_is_counted(product, owner):
    complaint = complaints.draft(ReviewFactory(product=product), by=owner, at=NOON)

    complaints.regenerate(complaint, by=owner, at=NOON)
    complaints.regenerate(complaint, by=owner, at=NOON)

    assert (complaint.regenerated_count, complaint.last_regenerated_at) == (2, NOON)


def test_what_was_sent_is_frozen_for_verbs_and_for_sql(product, owner):
    complaint = ComplaintFactory(review=ReviewFactory(product=product))
    stale = ReviewComplaint.objects.get()
    complaints.mark_as_sent(complaint, by=owner, at=NOON, proof="№ 17")

    for verb in (
        lambda: complaints.edit(stale, text="Другое", reason=ComplaintReason.OTHER, evidence=[], by=owner),
        lambda: complaints.regenerate(stale, by=owner, at=NOON),
        lambda: complaints.discard(stale, by=owner),
        lambda: complaints.mark_ready(stale, is_ready=True, by=owner, at=NOON),
    ):
        with pytest.raises(ComplaintFrozen):
            verb()
    for column, value in (("complaint_text", "x"), ("reason_id", 12), ("proof", ""), ("evidence", "[1]")):
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(f"UPDATE review_complaints SET {column} = %s", value)
    with pytest.raises(IntegrityError), transaction.atomic():
        execute("DELETE FROM review_complaints")

    kept = ReviewComplaint.objects.get()
    assert (kept.status, kept.sent_via, kept.proof, kept.sent_by) == ("sent", SentVia.PERSON, "№ 17", owner)


def test_an_old_review_cannot_be_marked_as_sent_either(product, owner):
    review = ReviewFactory(product=product, date=datetime(2023, 9, 1, tzinfo=UTC))

    with pytest.raises(NotEligible):
        complaints.mark_as_sent(ComplaintFactory(review=review), by=owner, at=NOON)


def test_a_viewer_does_nothing(product):
    viewer = MembershipFactory(tenant=product.tenant, role=Role.USER).user
    review = ReviewFactory(product=product)

    with pytest.raises(RoleRequired):
        complaints.draft(review, by=viewer, at=NOON)
    with pytest.raises(RoleRequired):
        complaints.mark_as_sent(ComplaintFactory(review=review), by=viewer, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_mark_as_sent_one_wins(product):
    complaint = ComplaintFactory(review=ReviewFactory(product=product))
    people = [MembershipFactory(tenant=product.tenant, role=Role.OPERATOR).user for _ in range(4)]

    def mark(number):
        mine = ReviewComplaint.objects.select_related("tenant").get(pk=complaint.pk)
        complaints.mark_as_sent(mine, by=people[number], at=NOON, proof=str(number))
        return number

    results = race(mark, threads=4)

    (winner,) = [result for result in results if isinstance(result, int)]
    assert [type(result) for result in results if result != winner] == [IllegalMove] * 3
    kept = ReviewComplaint.objects.get()
    assert (kept.sent_by, kept.proof) == (people[winner], str(winner))


@pytest.mark.django_db(transaction=True)
def test_negative_control_look_then_write_lets_several_win(product, monkeypatch):
    """Without compare-and-set only the database's own guard is left; without that, too, everybody wins."""
    complaint = ComplaintFactory(review=ReviewFactory(product=product))
    looked = threading.Barrier(4)

    def look_then_write(row, to, *, allowed, **changes):
        assert to in allowed[row.status]
        looked.wait(timeout=30)
        ReviewComplaint.objects.filter(pk=row.pk).update(status=to, **changes)

    def mark(number):
        ReviewComplaint.objects.get(pk=complaint.pk).mark_as_sent(by=None, at=NOON, proof=str(number))
        return number

    monkeypatch.setattr("marketplace.models.complaints.move", look_then_write)
    guarded = race(mark, threads=4)
    try:
        execute("ALTER TABLE review_complaints DISABLE TRIGGER USER")
        ReviewComplaint.objects.update(status=ComplaintStatus.DRAFT, sent_at=None)
        bare = race(mark, threads=4)
    finally:
        execute("ALTER TABLE review_complaints ENABLE TRIGGER USER")

    assert sum(isinstance(result, int) for result in guarded) == 1
    assert bare == [0, 1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_not_rewritten_while_it_is_sent(product, owner, monkeypatch):
    complaint = complaints.draft(ReviewFactory(product=product), by=owner, at=NOON)
    compose = complaints.drafting.compose

    def while_somebody_sends(*args, **kwargs):
        complaints.mark_as_sent(ReviewComplaint.objects.get(pk=complaint.pk), by=owner, at=NOON)
        return compose(*args, **kwargs)

    monkeypatch.setattr(complaints.drafting, "compose", while_somebody_sends)

    with pytest.raises(ComplaintFrozen):
        complaints.regenerate(complaint, by=owner, at=NOON)
    assert ReviewComplaint.objects.get().regenerated_count == 0


def test_the_chance_starts_at_one_in_ten_and_follows_history(product):
    complaint = ComplaintFactory(review=ReviewFactory(product=product), evidence=["Пришло"])
    assert complaints.estimate_of(complaint).chance == pytest.approx(0.1)

    for _ in range(10):
        sent_complaint(product, evidence=["Пришло"]).move_to(ComplaintStatus.APPROVED, at=NOON)
    own = complaints.estimate_of(complaint)
    assert (own.own_won, own.own_decided, own.pooled_decided) == (10, 10, 0)
    assert own.chance == pytest.approx((10 * 0.1 + 10) / 20)

    elsewhere = history_of(TenantFactory()).estimate(ComplaintReason.UNRELATED, has_evidence=True)
    assert elsewhere.own_decided == 0


def test_without_a_quote_the_verdict_is_not_to_file(product):
    complaint = ComplaintFactory(review=ReviewFactory(product=product), evidence=[])

    assert not complaints.estimate_of(complaint).is_worth_filing


def test_candidates_come_by_chance_times_effect(product):
    ReviewFactory.create_batch(5, product=product, rating=5)
    plain = ReviewFactory(product=product, rating=1, text="Ткань тонкая")
    two = ReviewFactory(product=product, rating=2, text="Продавцы жулики")
    one = ReviewFactory(product=product, rating=1, text="Продавцы жулики")
    ReviewFactory(text="Чужие жулики", rating=1)

    found = complaints.candidates(product.tenant)

    assert [candidate.review for candidate in found] == [one, two, plain]
    assert found[0].effect == pytest.approx(29 / 8 - 29 / 8 + (29 / 8 - 1) / 7)


CSV = """review;status;decided_at;answer
{0};одобрена;2026-11-19;Принято
{1};rejected;;
чужой;approved;;
{2};approved;;
{0};rejected;;
"""


def test_outcomes_are_looked_through_then_applied(product, owner):
    won, lost = sent_complaint(product), sent_complaint(product)
    draft = ComplaintFactory(review=ReviewFactory(product=product))
    foreign = sent_complaint(ProductFactory())
    data = CSV.format(won.review.wb_id, lost.review.wb_id, draft.review.wb_id).replace("чужой", foreign.review.wb_id)

    looked = outcomes.read(product.store, data.encode("cp1251"), by=owner, at=NOON, is_dry_run=True)
    assert set(ReviewComplaint.objects.values_list("status", flat=True)) == {"sent", "draft"}
    applied = outcomes.read(product.store, data.encode(), by=owner, at=NOON, is_dry_run=False)

    assert [line.is_applied for line in looked] == [line.is_applied for line in applied]
    assert [line.is_applied for line in applied] == [True, True, False, False, False]
    assert dict(ReviewComplaint.objects.values_list("pk", "status")) == {
        won.pk: "approved", lost.pk: "rejected", draft.pk: "draft", foreign.pk: "sent",
    }  # fmt: skip
    won.refresh_from_db()
    assert (won.moderated_at, won.wb_response) == (datetime(2026, 11, 18, 21, tzinfo=UTC), "Принято")


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"review,verdict\n1,2\n", b"a" * (5 * 1024 * 1024 + 1)])
def test_a_file_that_is_no_outcomes_is_refused(product, owner, data):
    with pytest.raises(ImportUnreadable):
        outcomes.read(product.store, data, by=owner, at=NOON, is_dry_run=True)


def test_analytics_count_per_reason_with_an_interval(product):
    for status in (ComplaintStatus.APPROVED, ComplaintStatus.REJECTED, ComplaintStatus.REJECTED):
        sent_complaint(product, ai_cost_usd="0.01").move_to(status, at=NOON)
    sent_complaint(product)
    ComplaintFactory(review=ReviewFactory(product=product))  # a draft is not filed

    (line,) = complaint_stats.by_reason(complaint_stats.filed_by(product.tenant))

    assert (line.filed, line.decided, line.approved, line.days) == (4, 3, 1, 3)
    assert line.percents == (33, 6, 79)
    assert float(line.cost_per_win) == pytest.approx(0.03)


def test_the_screens_carry_a_complaint_to_its_outcome(browser_of, product, owner):
    review = ReviewFactory(product=product, text="Продавцы жулики", author="Пётр")
    client = browser_of(owner)
    assert "Пётр" in client.get("/complaints/").content.decode()

    address = client.post(f"/complaints/draft/{review.uuid}/")["Location"]
    client.post(address, {"reason": 20, "text": "Оскорбление продавца.", "evidence": "Продавцы жулики"})
    client.post(f"{address}move/", {"how": "ready"})
    client.post(f"{address}move/", {"how": "sent", "proof": "скриншот"})
    client.post(f"{address}move/", {"how": "pending"})
    client.post(f"{address}move/", {"how": "approved", "answer": "Отзыв скрыт"})

    complaint = ReviewComplaint.objects.get()
    assert (complaint.status, complaint.wb_response, complaint.proof) == ("approved", "Отзыв скрыт", "скриншот")
    assert Review.objects.get(pk=review.pk).has_complaint
    for page in ("", "drafts/", "filed/", "decided/", "analytics/", "import/", "uploads/"):
        assert client.get(f"/complaints/{page}").status_code == 200
    assert client.get(address).status_code == 200


def test_a_formula_does_not_leave_in_the_export(browser_of, product, owner):
    ComplaintFactory(review=ReviewFactory(product=product), complaint_text="=cmd()")
    ComplaintFactory(complaint_text="чужая")

    text = b"".join(browser_of(owner).get("/complaints/export/").streaming_content).decode("utf-8-sig")

    assert "'=cmd()" in text
    assert "чужая" not in text


def test_the_import_page_refuses_and_reports(browser_of, product, owner):
    from django.core.files.uploadedfile import SimpleUploadedFile

    complaint, client = sent_complaint(product), browser_of(owner)
    file = SimpleUploadedFile("o.csv", f"review,status\n{complaint.review.wb_id},approved\n".encode())

    looked = client.post("/complaints/import/", {"store": str(product.store.uuid), "file": file, "how": "look"})
    foreign = client.post("/complaints/import/", {"store": str(StoreFactory().uuid), "file": file, "how": "apply"})

    assert (looked.status_code, looked.context["applied"], foreign.status_code) == (200, 1, 422)
    assert ReviewComplaint.objects.get().status == "sent"
