"""A model puts complaints into words: quoted letter by letter, paid for, counted, or left to the rules."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.timezone import now

from billing import services as billing
from billing.models import Balance
from marketplace.complaint_enums import DraftedBy
from marketplace.enums import ComplaintReason, ComplaintStatus, WorkStatus
from marketplace.errors import ComplaintExists, NotEligible
from marketplace.models import AiLog, ReviewComplaint
from marketplace.services import complaint_stats, complaints, drafting
from tests.assistants.conftest import _model_server_process, _no_models, model_server  # noqa: F401 -- fixtures
from tests.factories.marketplace import ComplaintFactory, ProductFactory, ProductRuleFactory, ReviewFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SAID = "Продавцы жулики, пишите в телеграм @best_shop"
TEXT = "В отзыве реклама: «пишите в телеграм @best_shop». Просим исключить отзыв."
QUOTE = "пишите в телеграм @best_shop"


@pytest.fixture
def model(model_server, settings):  # noqa: F811 -- the fixture
    """A model that thinks, as far as the desk knows."""
    settings.LLM_BASE_URL, settings.LLM_API_KEY, settings.LLM_CHAT_MODEL = model_server.url, "sk-test", "thinker"
    return model_server


@pytest.fixture
def review():
    product = ProductFactory(work_status=WorkStatus.ACTIVE)
    ProductRuleFactory(product=product, submit_complaints=True, complaint_rating_1=True)
    billing.top_up(product.tenant, amount=Decimal(100), key=f"first:{product.pk}", at=now())
    return ReviewFactory(product=product, rating=1, text=SAID)


def answer(reason=13, text=TEXT, quotes=(QUOTE,)):
    return json.dumps({"reason": reason, "text": text, "quotes": list(quotes)}, ensure_ascii=False)


def draft(review):
    return complaints.draft(review, by=review.tenant.owner, at=NOON)


def spent(review):
    return Balance.objects.get(tenant=review.tenant).total_spent


def test_a_model_writes_the_complaint_with_its_quotes_and_costs(review, model):
    model.fail("say", body=f"```json\n{answer()}\n```")

    complaint = draft(review)

    assert (complaint.drafted_by, complaint.reason_id) == (DraftedBy.MODEL, ComplaintReason.SPAM_TEXT)
    assert (complaint.complaint_text, complaint.evidence) == (TEXT, [QUOTE])
    assert complaint.ai_model == "thinker"
    assert complaint.ai_total_tokens == complaint.ai_prompt_tokens + complaint.ai_completion_tokens > 0
    assert complaint.generation_duration_ms > 0
    log = AiLog.objects.get()
    assert (log.entity_type, log.entity_id, log.action) == ("complaint", complaint.pk, "generate_complaint")
    assert log.price == spent(review) > 0


@pytest.mark.parametrize(
    "said",
    [
        "Не знаю, что сказать.",
        answer(quotes=["пишите в Телеграм @best_shop"]),  # another letter than in the review
        answer(text="Отзыв врёт: «товар никогда не покупали», просим убрать."),
        answer(reason=21),
        answer(reason=14),  # a photo, which a model does not see
        answer(quotes=[]),
        answer(text="я" * 1001),
        answer(text="Паспорт: 45 11 123456, проверьте"),
        answer(text=""),
        '{"reason": 13}',
        "[1]",
    ],
)
def test_what_cannot_stand_is_asked_once_more_then_left_to_the_rules_free_of_charge(review, model, said):
    model.fail("say", body=said)

    complaint = draft(review)

    assert len(model.journal()) == 2
    assert complaint.drafted_by == DraftedBy.RULES
    assert all(quote in SAID for quote in complaint.evidence)
    assert complaint.ai_total_tokens is None
    assert spent(review) == 0
    assert AiLog.objects.get().error


def test_a_second_attempt_that_stands_is_taken_and_both_are_counted(review, model):
    model.fail("say", body=answer(quotes=["этого в отзыве нет"]), times=1)
    model.fail("say", body=answer())

    complaint = draft(review)

    assert complaint.drafted_by == DraftedBy.MODEL
    assert AiLog.objects.get().tokens_used == complaint.ai_total_tokens
    assert len(model.journal()) == 2


def test_a_broken_model_leaves_it_to_the_rules(review, model):
    model.fail("status", status=500)
    assert draft(review).drafted_by == DraftedBy.RULES
    assert Balance.objects.get(tenant=review.tenant).held == 0


def test_a_shop_without_money_gets_a_draft_by_rules(model):
    product = ProductFactory(work_status=WorkStatus.ACTIVE)
    ProductRuleFactory(product=product, submit_complaints=True, complaint_rating_1=True)

    assert draft(ReviewFactory(product=product, rating=1, text=SAID)).drafted_by == DraftedBy.RULES
    assert model.journal() == []


def test_a_review_that_asks_to_be_let_alone_is_quoted_not_obeyed(review, model):
    model.fail("say", body=answer())
    draft(review)

    told, _user, asked = AiLog.objects.get().prompt.partition("[user]")
    assert SAID not in told
    assert SAID in asked


def test_drafting_again_adds_up_what_it_cost(review, model):
    model.fail("say", body=answer())
    complaint = draft(review)
    ReviewComplaint.objects.filter(pk=complaint.pk).update(ai_cost_usd=Decimal("0.01"))
    complaint.refresh_from_db()

    complaints.regenerate(complaint, by=review.tenant.owner, at=NOON)

    assert complaint.regenerated_count == 1
    assert complaint.ai_total_tokens == sum(AiLog.objects.values_list("tokens_used", flat=True))
    assert complaint.ai_cost_usd >= Decimal("0.01")


def test_a_complaint_made_meanwhile_is_not_paid_for_twice(review, model, monkeypatch):
    model.fail("say", body=answer())
    write = drafting.write

    def slowly(task, **given):
        ComplaintFactory(review=review)
        return write(task, **given)

    monkeypatch.setattr(drafting, "write", slowly)

    with pytest.raises(ComplaintExists):
        draft(review)
    assert spent(review) == 0


def test_the_cost_of_a_win_is_what_was_paid(review, model):
    model.fail("say", body=answer())
    complaint = draft(review)
    complaints.regenerate(complaint, by=None, at=NOON)
    complaint.mark_as_sent(by=None, at=NOON)
    complaint.move_to(ComplaintStatus.APPROVED, at=NOON)

    (line,) = complaint_stats.by_reason(complaint_stats.filed_by(review.tenant))

    assert line.price_per_win == spent(review) > 0


def test_the_model_itself_refuses_a_review_that_is_too_old():
    complaint = ComplaintFactory(review=ReviewFactory(date=datetime(2023, 9, 1, tzinfo=UTC)))

    with pytest.raises(NotEligible):
        complaint.mark_as_sent(by=None, at=NOON)
