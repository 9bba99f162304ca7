"""The whole desk over the API: complaints, rules, chats, reminders and reputation; strangers find nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.enums import Role
from marketplace.enums import ComplaintStatus, StopReason, WorkStatus
from marketplace.models import ChatAutoSequence, Outgoing, ProductRule, ReviewComplaint, SequenceTemplate
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.marketplace import (
    ChatFactory,
    ComplaintFactory,
    OutgoingFactory,
    ProductFactory,
    ProductRuleFactory,
    ReviewFactory,
    StoreFactory,
)
from tests.marketplace.test_api import client_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def workers(monkeypatch):
    """Nobody takes tasks."""
    from celery.app.task import Task

    monkeypatch.setattr(Task, "apply_async", lambda *_, **__: None)


@pytest.fixture
def product():
    product = ProductFactory(work_status=WorkStatus.ACTIVE)
    ProductRuleFactory(product=product, submit_complaints=True, complaint_rating_1=True)
    return product


@pytest.fixture
def api(product):
    return client_of(product.tenant)


@pytest.fixture
def chat(product):
    return ChatFactory(store=product.store, reply_sign="sign", product_nm_id=product.wb_product_id)


def complaint_of(product):
    return ComplaintFactory(review=ReviewFactory(product=product, rating=1, text="Продавцы жулики"))


def test_a_complaint_goes_from_candidate_to_outcome(api, product):
    review = ReviewFactory(product=product, rating=1, text="Продавцы жулики")
    (candidate,) = api.get("/api/v1/complaints/candidates/").data
    assert (candidate["review"], candidate["reason_id"]) == (str(review.uuid), 20)
    assert candidate["quotes"]

    made = api.post("/api/v1/complaints/", {"review": review.uuid}, format="json")
    address = f"/api/v1/complaints/{made.data['uuid']}/"
    again = api.post("/api/v1/complaints/", {"review": review.uuid}, format="json")
    bad = api.patch(address, {"evidence": ["этого нет"]}, format="json")
    edited = api.patch(address, {"text": "Оскорбление продавца.", "reason_id": 20}, format="json")
    steps = [
        api.post(f"{address}{verb}/", told, format="json")
        for verb, told in (
            ("regenerate", {}),
            ("ready", {"is_ready": True}),
            ("sent", {"proof": "№ 5"}),
            ("outcome", {"status": "pending"}),
            ("outcome", {"status": "approved", "wb_response": "Скрыт"}),
            ("outcome", {"status": "rejected"}),
        )
    ]

    assert (made.status_code, again.status_code, bad.status_code, edited.status_code) == (201, 409, 422, 200)
    assert edited.data["complaint_text"] == "Оскорбление продавца."
    assert [step.status_code for step in steps] == [200] * 5 + [409]
    kept = ReviewComplaint.objects.get()
    assert (kept.status, kept.proof, kept.wb_response, kept.sent_by) == (
        "approved",
        "№ 5",
        "Скрыт",
        product.tenant.owner,
    )
    assert api.get(f"{address}estimate/").data["own_won"] == 1
    assert api.get("/api/v1/complaints/analytics/?days=30").data["by_reason"][0]["approved"] == 1
    assert api.delete(address).status_code == 409


def test_a_draft_is_thrown_away_and_a_skipped_review_says_why(api, product):
    draft = complaint_of(product)
    skipped = ReviewFactory(product=product, rating=4)

    gone = api.delete(f"/api/v1/complaints/{draft.uuid}/")
    refused = api.post("/api/v1/complaints/", {"review": skipped.uuid}, format="json")
    foreign = api.post("/api/v1/complaints/", {"review": ReviewFactory().uuid}, format="json")

    assert (gone.status_code, refused.status_code, foreign.status_code) == (204, 409, 404)
    assert refused.data["reasons"] == ["rating_not_covered"]
    assert not ReviewComplaint.objects.exists()


def test_outcomes_come_from_a_file(api, product):
    complaint = complaint_of(product)
    complaint.mark_as_sent(by=None, at=NOON)
    data = f"review,status\n{complaint.review.wb_id},approved\nчужой,approved\n".encode()

    def send(store, *, is_dry_run):
        file = SimpleUploadedFile("o.csv", data)
        body = {"store": str(store.uuid), "file": file, "is_dry_run": is_dry_run}
        return api.post("/api/v1/complaints/import-outcomes/", body, format="multipart")

    looked = send(product.store, is_dry_run=True)
    assert ReviewComplaint.objects.get().status == ComplaintStatus.SENT
    done = send(product.store, is_dry_run=False)

    assert [line["is_applied"] for line in looked.data] == [line["is_applied"] for line in done.data] == [True, False]
    assert ReviewComplaint.objects.get().status == ComplaintStatus.APPROVED
    assert send(StoreFactory(), is_dry_run=False).status_code == 404


def test_rules_of_one_of_many_and_of_a_store(api, product):
    other, foreign = ProductFactory(store=product.store), ProductFactory()
    api.patch(f"/api/v1/stores/{product.store.uuid}/rule/", {"work_in_chats": True}, format="json")

    inherited = api.get(f"/api/v1/products/{other.uuid}/rule/").data
    changed = api.post(
        "/api/v1/products/apply-rules/",
        {
            "products": [str(row.uuid) for row in (product, other, foreign)],
            "changes": {"complaint_rating_2": True},
            "work_status": "paused",
        },
        format="json",
    )
    own = api.get(f"/api/v1/products/{other.uuid}/rule/").data
    listed = api.get("/api/v1/products/rules/").data["results"]
    dropped = api.delete(f"/api/v1/products/{other.uuid}/rule/").data

    assert (inherited["is_own"], inherited["rule"]["work_in_chats"]) == (False, True)
    assert changed.data == {"changed": 2}
    assert (own["is_own"], own["rule"]["complaint_rating_2"], own["rule"]["work_in_chats"]) == (True, True, True)
    assert len(listed) == 2
    assert dropped["is_own"] is False
    assert not ProductRule.objects.filter(product=foreign).exists()
    foreign.refresh_from_db()
    assert foreign.work_status != WorkStatus.PAUSED


def test_a_message_with_a_file_leaves_once_by_its_key(api, chat):
    def say(text, **more):
        return api.post(f"/api/v1/chats/{chat.uuid}/send/", {"text": text, "key": "1", **more}, format="multipart")

    sent = say("Заменим пуговицу.", files=[SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 9)])
    repeated = say("Заменим пуговицу.")
    forbidden = say("Вернём деньги за удаление отзыва.")
    strange = say("Вот", files=[SimpleUploadedFile("a.png", b"MZ")])

    assert [answer.status_code for answer in (sent, repeated, forbidden, strange)] == [201, 201, 422, 422]
    row = Outgoing.objects.get()
    assert (row.text, row.files[0]["name"], row.approved_by) == ("Заменим пуговицу.", "a.png", chat.tenant.owner)


def test_a_chat_is_linked_with_a_review_and_parted(api, chat, product):
    first, second = ReviewFactory.create_batch(2, product=product)
    links = f"/api/v1/chats/{chat.uuid}/"

    api.post(f"{links}link/", {"review": first.uuid}, format="json")
    linked = api.post(f"{links}link/", {"review": second.uuid}, format="json").data
    parted = api.post(f"{links}unlink/", {"review": second.uuid}, format="json").data

    assert {str(row["review"]): row["state"] for row in linked} == {
        str(first.uuid): "removed",
        str(second.uuid): "confirmed",
    }
    assert {row["state"] for row in parted} == {"removed"}
    assert api.post(f"{links}link/", {"review": ReviewFactory().uuid}, format="json").status_code == 404
    assert api.post(f"{links}unlink/", {"review": ReviewFactory().uuid}, format="json").status_code == 404


def test_reminders_run_by_a_template_until_they_are_stopped(api, chat):
    made = api.post("/api/v1/reminder-templates/", {"name": "Тишина", "texts": ["Ждём ответа", "Мы здесь"]}, "json")
    address = f"/api/v1/reminder-templates/{made.data['uuid']}/"
    changed = api.patch(address, {"hour_from": 9}, format="json")
    bad = api.patch(address, {"texts": ["Вернём деньги за удаление отзыва"]}, format="json")
    started = api.post(f"/api/v1/chats/{chat.uuid}/start-reminders/", {"template": made.data["uuid"]}, format="json")
    twice = api.post(f"/api/v1/chats/{chat.uuid}/start-reminders/", {"template": made.data["uuid"]}, format="json")
    listed = api.get("/api/v1/reminders/?status=active").data["results"]
    stopped = api.post(f"/api/v1/chats/{chat.uuid}/stop-reminders/", {}, format="json")

    assert (made.status_code, changed.status_code, bad.status_code) == (201, 200, 400)
    assert (changed.data["hour_from"], changed.data["texts"]) == (9, ["Ждём ответа", "Мы здесь"])
    assert (started.status_code, twice.status_code, started.data["max_steps"]) == (201, 409, 2)
    assert [str(row["chat"]) for row in listed] == [str(chat.uuid)]
    assert stopped.data == {"stopped": 1}
    assert ChatAutoSequence.objects.get().stop_reason == StopReason.MANUAL
    foreign = SequenceTemplate.objects.create(tenant=TenantFactory(), name="Чужой", steps=[{"day": 1, "text": "А"}])
    wrong = api.post(f"/api/v1/chats/{chat.uuid}/start-reminders/", {"template": foreign.uuid}, format="json")
    assert (wrong.status_code, api.delete(address).status_code) == (404, 204)


def test_reputation_is_told_for_ones_own_stores(api, product):
    answer = api.get("/api/v1/reputation/", {"store": product.store.uuid})
    foreign = api.get("/api/v1/reputation/", {"store": StoreFactory().uuid})
    backwards = api.get("/api/v1/reputation/", {"first": "2026-11-20", "last": "2026-11-01"})

    assert (answer.status_code, foreign.status_code, backwards.status_code) == (200, 404, 400)
    assert len(answer.data["standing"]["counts"]) == 5


def test_a_person_settles_an_unknown_reply(api, product):
    row = OutgoingFactory(review__product=product, status="unknown", sent_at=NOON - timedelta(hours=1))

    settled = api.post(f"/api/v1/outgoing-replies/{row.uuid}/resolve/", {"was_sent": False}, format="json")

    assert (settled.status_code, settled.data["status"]) == (200, "failed")


def test_who_may_only_read_changes_nothing(product, chat):
    viewer = client_of(product.tenant)
    person = MembershipFactory(tenant=product.tenant, role=Role.USER).user
    viewer.force_authenticate(person)
    viewer.force_login(person)
    complaint = complaint_of(product)
    tries = [
        viewer.post("/api/v1/complaints/", {"review": ReviewFactory(product=product).uuid}, format="json"),
        viewer.post(f"/api/v1/complaints/{complaint.uuid}/sent/", {}, format="json"),
        viewer.post(f"/api/v1/chats/{chat.uuid}/send/", {"text": "Привет"}, format="json"),
        viewer.post("/api/v1/products/apply-rules/", {"products": [str(product.uuid)]}, format="json"),
        viewer.post("/api/v1/reminder-templates/", {"name": "А", "texts": ["Б"]}, format="json"),
    ]

    assert [answer.status_code for answer in tries] == [403] * 5
