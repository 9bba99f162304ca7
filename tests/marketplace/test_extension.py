"""The browser extension's door: what it read is merged, what it files is frozen, and nobody else comes in."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Scope
from marketplace.complaint_enums import RowProblem, SentVia
from marketplace.enums import ComplaintStatus
from marketplace.errors import UploadDiffers, UploadTooLarge
from marketplace.models import ExtensionUpload, ExtensionUploadProblem, Review, ReviewComplaint
from marketplace.models.extension import MAX_ROWS
from marketplace.services import extension, linking, story
from tests.factories.accounts import ApiKeyFactory
from tests.factories.marketplace import (
    ChatFactory,
    ChatMessageFactory,
    ComplaintFactory,
    ProductFactory,
    ReviewFactory,
    StoreFactory,
)
from tests.races import race

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SEEN = "2026-11-28T11:00:00Z"


@pytest.fixture
def product():
    return ProductFactory(wb_product_id=777)


def upload(store, rows, *, batch="b", chunk=1, at=NOW):
    return extension.upload(store, batch=batch, chunk=chunk, rows=rows, key=None, at=at)[0]


def problems(report):
    return dict(report.problems.values_list("row", "problem"))


def shown(**values):
    """A row as the portal shows a review."""
    return {"nm_id": 777, "date": "2026-11-20", "rating": 2, "author": "Анна", "parsed_at": SEEN} | values


def test_what_was_read_is_written(product):
    review = ReviewFactory(product=product)

    report = upload(
        product.store,
        [
            {
                "review": review.wb_id, "review_status_wb": "excluded", "product_status_by_review": "purchased",
                "chat_status_by_review": "available", "page_number": 7, "purchase_date": "2026-11-01",
                "parsed_at": SEEN,
            }
        ],
    )  # fmt: skip

    review.refresh_from_db()
    assert (report.total, report.changed, report.with_problems) == (1, 1, 0)
    assert (review.review_status_wb, review.product_status_by_review, review.chat_status_by_review) == (
        "excluded",
        "purchased",
        "available",
    )
    assert (review.page_number, review.purchase_date) == (7, datetime(2026, 10, 31, 21, tzinfo=UTC))
    assert review.parsed_at == datetime(2026, 11, 28, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "matches"),
    [
        (shown(), True),
        (shown(date="2026-11-20T15:00"), True),  # Moscow, to the minute
        (shown(date="2026-11-20T15:01"), False),
        (shown(date="2026-11-19"), False),
        (shown(author=None, text="  Пришло НЕ то,\nчто"), True),
        (shown(text="Пришло то"), False),
        (shown(text=""), False),
        (shown(author="анна "), True),
        (shown(author="Ольга"), False),
        (shown(rating=3), False),
        (shown(nm_id=778), False),
    ],
)
def test_a_review_is_found_by_what_the_portal_shows(product, row, matches):
    ReviewFactory(product=product, date=NOON)

    report = upload(product.store, [row | {"review_status_wb": "visible"}])

    assert (report.changed, problems(report)) == ((1, {}) if matches else (0, {1: RowProblem.UNKNOWN}))


def test_what_fits_two_reviews_is_reported_and_never_guessed(product):
    ReviewFactory.create_batch(2, product=product, author="Анна")

    report = upload(product.store, [shown(review_status_wb="excluded")])

    assert problems(report) == {1: RowProblem.AMBIGUOUS}
    assert report.problems.get().detail == "2"
    assert not Review.objects.filter(review_status_wb="excluded").exists()


@pytest.mark.parametrize(
    "row",
    [
        "text", None, {}, [], {"review": 17}, {"review": "x" * 65}, {"nm_id": 777, "rating": 2, "date": "2026-11-20"},
        shown(rating=True), shown(rating=6), shown(nm_id="777"), shown(nm_id=2**63), shown(date="вчера"),
        shown(date="2026-13-40"), shown(date="0001-01-01T00:00"), shown(author=["Анна"]),
        {"review": "a", "review_status_wb": "gone"}, {"review": "a", "complaint_status": "draft"},
        {"review": "a", "page_number": 0}, {"review": "a", "parsed_at": "2027-01-01"},
        {"review": "a", "wb_response": 1},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_kept_with_the_reason(product, row):
    good = ReviewFactory(product=product)

    report = upload(product.store, [row, {"review": good.wb_id, "review_status_wb": "visible"}])

    kept = report.problems.get()
    assert (kept.row, kept.problem, kept.payload, report.changed) == (1, RowProblem.INVALID, row, 1)
    assert kept.detail


def test_the_newest_word_counts_whatever_the_order(product):
    review = ReviewFactory(product=product)

    def row(status, hour):
        return {"review": review.wb_id, "review_status_wb": status, "parsed_at": f"2026-11-28T{hour}:00:00Z"}

    first = upload(product.store, [row("visible", "10"), row("excluded", "11"), row("visible", "09")], chunk=1)
    late = upload(product.store, [row("unpublished", "08")], chunk=2)

    review.refresh_from_db()
    assert review.review_status_wb == "excluded"
    assert problems(first) == {1: RowProblem.REPEATED, 3: RowProblem.REPEATED}
    assert problems(late) == {1: RowProblem.STALE}


def test_the_repeat_of_a_chunk_gets_the_same_report_and_another_body_is_refused(product):
    review = ReviewFactory(product=product)
    rows = [{"review": review.wb_id, "review_status_wb": "excluded"}]
    first, is_new = extension.upload(product.store, batch="b", chunk=1, rows=rows, key=None, at=NOW)
    second, is_new_again = extension.upload(product.store, batch="b", chunk=1, rows=rows, key=None, at=NOW)

    assert (first, is_new, is_new_again) == (second, True, False)
    with pytest.raises(UploadDiffers):
        upload(product.store, [])
    with pytest.raises(UploadTooLarge):
        upload(product.store, [{}] * (MAX_ROWS + 1), chunk=2)
    assert ExtensionUpload.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_chunk_uploaded_by_four_at_once_is_merged_once(product):
    review = ReviewFactory(product=product)
    rows = [{"review": review.wb_id, "review_status_wb": "excluded"}]

    results = race(
        lambda _: extension.upload(product.store, batch="b", chunk=1, rows=rows, key=None, at=NOW), threads=4
    )

    assert sorted(is_new for _, is_new in results) == [False, False, False, True]
    assert len({report.pk for report, _ in results}) == 1


def test_a_stores_upload_touches_no_other_store_or_tenant(product):
    foreign = ReviewFactory(wb_id="same", product__wb_product_id=777, date=NOON)
    sister = ReviewFactory(
        wb_id="same", product=ProductFactory(store=StoreFactory(tenant=product.tenant), wb_product_id=777), date=NOON
    )

    report = upload(
        product.store,
        [{"review": "same", "review_status_wb": "excluded"}, shown(review_status_wb="excluded")],
    )

    assert problems(report) == {1: RowProblem.UNKNOWN, 2: RowProblem.UNKNOWN}
    for review in (foreign, sister):
        review.refresh_from_db()
        assert review.review_status_wb == "unknown"


def outcome(complaint, status, **values):
    return {"review": complaint.review.wb_id, "complaint_status": status, "parsed_at": SEEN} | values


def test_outcomes_move_sent_complaints_and_only_them(product):
    sent, pending, draft, decided = ComplaintFactory.create_batch(4, review__product=product)
    bare = ReviewFactory(product=product)
    for complaint in (sent, pending, decided):
        complaint.mark_as_sent(by=None, at=NOON)
    pending.move_to(ComplaintStatus.PENDING, at=NOON)
    decided.move_to(ComplaintStatus.REJECTED, at=NOON)

    report = upload(
        product.store,
        [
            outcome(sent, "pending"),
            outcome(pending, "approved", wb_response="Скрыт", moderated_at="2026-11-27"),
            outcome(draft, "approved"),
            outcome(decided, "approved"),
            {"review": bare.wb_id, "complaint_status": "approved", "review_status_wb": "visible"},
        ],
    )

    statuses = dict(ReviewComplaint.objects.values_list("pk", "status"))
    assert statuses == {sent.pk: "pending", pending.pk: "approved", draft.pk: "draft", decided.pk: "rejected"}
    pending.refresh_from_db()
    assert (pending.wb_response, pending.moderated_at) == ("Скрыт", datetime(2026, 11, 26, 21, tzinfo=UTC))
    assert problems(report) == {3: RowProblem.NOT_SENT, 4: RowProblem.CONTRADICTS, 5: RowProblem.NO_COMPLAINT}
    assert (report.changed, report.with_problems, report.unchanged) == (3, 3, 0)
    bare.refresh_from_db()
    assert bare.review_status_wb == "visible"


def test_a_row_that_says_nothing_new_rewrites_nothing(product):
    review = ReviewFactory(product=product, review_status_wb="visible", parsed_at=NOW)
    before = Review.objects.get(pk=review.pk).updated_at

    report = upload(
        product.store, [{"review": review.wb_id, "review_status_wb": "visible", "parsed_at": NOW.isoformat()}]
    )

    assert (report.changed, report.unchanged) == (0, 1)
    assert Review.objects.get(pk=review.pk).updated_at == before


@pytest.mark.slow
def test_a_hundred_thousand_rows_half_of_them_broken_are_all_accounted_for(product):
    Review.objects.bulk_create(
        [
            Review(
                tenant=product.tenant, store=product.store, product=product, wb_id=f"r{number}", rating=1, author="А",
                text="т", date=NOON - timedelta(minutes=number),
            )
            for number in range(50_000)
        ],
        batch_size=5_000,
    )  # fmt: skip
    broken = [{"review": 1}, {"review": "nobody"}, "x", shown(date="?")]
    started = time.monotonic()
    for chunk in range(20):
        mine = range(chunk * 2_500, chunk * 2_500 + 2_500)
        good = [{"review": f"r{number}", "review_status_wb": "visible"} for number in mine]
        bad = [broken[number % 4] for number in range(2_500)]
        upload(product.store, [row for pair in zip(good, bad, strict=True) for row in pair], chunk=chunk + 1)

    assert Review.objects.filter(review_status_wb="visible").count() == 50_000
    assert ExtensionUploadProblem.objects.count() == 50_000
    assert time.monotonic() - started < 120


def key_client(api, tenant, scope):
    return api(ApiKeyFactory(tenant=tenant, scopes=[scope]).secret)


def test_only_the_extensions_key_enters_and_it_enters_nowhere_else(api, product):
    body = {"store": str(product.store.uuid), "batch": "b", "rows": []}
    ours = key_client(api, product.tenant, Scope.EXTENSION)

    for scope in (Scope.ALL, Scope.READ, Scope.ASK):
        client = key_client(api, product.tenant, scope)
        assert client.get("/api/v1/extension/complaints/").status_code == 403
        assert client.post("/api/v1/extension/uploads/", body, format="json").status_code == 403
    for resource in ("reviews", "complaints", "stores", "dialogs", "api-keys"):
        assert ours.get(f"/api/v1/{resource}/").status_code == 403
    assert ours.post("/api/v1/extension/uploads/", body, format="json").status_code == 201
    assert ours.post("/api/v1/extension/uploads/", body, format="json").status_code == 200


def test_a_foreign_store_is_not_found(api, product):
    client = key_client(api, product.tenant, Scope.EXTENSION)

    answer = client.post(
        "/api/v1/extension/uploads/", {"store": str(StoreFactory().uuid), "batch": "b", "rows": []}, format="json"
    )

    assert answer.status_code == 404


def test_the_queue_holds_what_people_checked_and_filing_freezes_it(api, product):
    checked = ComplaintFactory(review__product=product, ready_at=NOON)
    ComplaintFactory(review__product=product)
    ComplaintFactory(ready_at=NOON)  # someone else's
    client = key_client(api, product.tenant, Scope.EXTENSION)

    listed = client.get("/api/v1/extension/complaints/").data["results"]
    first = client.post(f"/api/v1/extension/complaints/{checked.uuid}/sent/", {"proof": "№ 5"}, format="json")
    again = client.post(f"/api/v1/extension/complaints/{checked.uuid}/sent/", {}, format="json")

    assert [(row["uuid"], row["wb_id"]) for row in listed] == [(str(checked.uuid), checked.review.wb_id)]
    assert (first.status_code, first.data["sent_via"], again.status_code) == (200, SentVia.EXTENSION, 409)
    assert client.get("/api/v1/extension/complaints/").data["results"] == []
    checked.refresh_from_db()
    assert (checked.status, checked.proof) == ("sent", "№ 5")


def test_problems_are_listed_and_shown(api, browser_of, product):
    report = upload(product.store, ["x", {"review": "nobody"}])
    client = key_client(api, product.tenant, Scope.EXTENSION)

    listed = client.get(f"/api/v1/extension/uploads/{report.uuid}/problems/").data["results"]
    page = browser_of(product.tenant.owner).get(f"/complaints/uploads/{report.uuid}/").content.decode()

    assert [(row["row"], row["problem"]) for row in listed] == [(1, "invalid"), (2, "unknown")]
    assert "nobody" in page


def test_the_portals_link_of_a_chat_beats_a_guess_but_not_a_person(product):
    first, second = ReviewFactory.create_batch(2, product=product)
    chat = ChatFactory(store=product.store, wb_id="chat-1")
    foreign = ChatFactory(wb_id="chat-2")
    guess = {"tenant": chat.tenant, "store": chat.store, "method": "likeness", "confidence": "0.9", "state": "linked"}
    chat.links.create(review=first, **guess)
    rows = [
        {"review": second.wb_id, "chat": "chat-1", "parsed_at": SEEN},
        {"review": first.wb_id, "chat": foreign.wb_id, "parsed_at": SEEN},
    ]

    report = upload(product.store, rows)
    again = upload(product.store, rows, chunk=2)

    assert (report.changed, again.changed) == (1, 0)
    assert problems(report) == {2: RowProblem.UNKNOWN}
    links = {link.review_id: (link.state, link.method) for link in chat.links.all()}
    assert links == {first.pk: ("removed", "likeness"), second.pk: ("linked", "extension")}
    linking.confirm(chat.links.get(review=second), by=None, at=NOW)
    upload(product.store, [{"review": first.wb_id, "chat": "chat-1", "parsed_at": SEEN}], chunk=3)
    assert chat.links.get(review=second).state == "confirmed"
    assert chat.links.get(review=first).state == "removed"
    assert not foreign.links.exists()


def test_review_complaint_and_chat_are_one_story(product, browser_of):
    review = ReviewFactory(product=product, text="Пришло не то", date=NOON)
    ComplaintFactory(review=review)
    chat = ChatFactory(store=product.store, wb_id="chat-1")
    ChatMessageFactory(chat=chat, text="Помогите с возвратом", sent_at=NOON + timedelta(hours=1))
    upload(product.store, [{"review": review.wb_id, "chat": "chat-1", "parsed_at": SEEN}])

    for entries in (story.of_review(review), story.of_chat(chat)):
        assert [entry.text for entry in entries][:2] == ["Пришло не то", "Помогите с возвратом"]
        assert len(entries) == 3
    client = browser_of(product.tenant.owner)
    assert "Помогите с возвратом" in client.get(f"/reviews/{review.uuid}/").content.decode()
    assert "Пришло не то" in client.get(f"/chats/{chat.uuid}/").content.decode()
