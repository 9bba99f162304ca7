"""Drafting, editing, approving and sending replies to reviews and questions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import User
from assistants.models import Assistant
from config.errors import DomainError
from knowledge.models import KnowledgeEntry
from knowledge.search import Passage, search
from knowledge.services import answers
from marketplace import phrases
from marketplace.compliance import Channel
from marketplace.compliance.folding import TOKEN, fold, stem_of
from marketplace.enums import LoggedEntity
from marketplace.errors import AlreadyAnswered, EditTooLate, NothingToSend
from marketplace.models import Outgoing, Question, QuestionQuerySet, Review, ReviewQuerySet
from marketplace.models.reviews import WORST_GOOD_RATING
from marketplace.prompts import Material, Purpose
from marketplace.replies import OutgoingKind
from marketplace.services.sending import EDIT_WINDOW, edit_until, enqueue
from marketplace.services.writing import Task, Written, write
from marketplace.wildberries import client_for

PASSAGES: Final = 4
SHORTEST_TO_SEARCH: Final = 8
QUOTED: Final = 700
EARLIER: Final = 3
UNKNOWN: Final = (
    "Здравствуйте! Спасибо за вопрос. Характеристики товара указаны в карточке, а эту деталь мы уточним и "
    "дополним описание."
)


def waiting_reviews(rows: ReviewQuerySet) -> ReviewQuerySet:
    """Keep reviews that need somebody: no answer, and none on its way."""
    return rows.filter(~Exists(Outgoing.objects.alive().filter(review=OuterRef("pk"))), answer__isnull=True)


def editable_reviews(rows: ReviewQuerySet, *, at: datetime) -> ReviewQuerySet:
    """Keep bad reviews whose answer may still be changed, once: the window is open and no change is planned."""
    edits = Outgoing.objects.alive().filter(review=OuterRef("pk"), kind=OutgoingKind.REVIEW_EDIT)
    recent = rows.filter(has_answer=True, rating__lte=WORST_GOOD_RATING, answered_at__gt=at - EDIT_WINDOW)
    return recent.filter(~Exists(edits), ~Q(answer__contains={"editable": False}))


def waiting_questions(rows: QuestionQuerySet) -> QuestionQuerySet:
    """Keep questions that need somebody: no answer, and none on its way."""
    return rows.unanswered().filter(~Exists(Outgoing.objects.alive().filter(question=OuterRef("pk"))))


def draft_review(review: Review, *, at: datetime) -> Written:
    """Have a reply to a review written, as its draft; a review without words gets a template, free of charge.

    Raises:
        AlreadyAnswered: there is an answer, or one is on its way.
        DeskBusy, DailyLimitReached, InsufficientFunds, NotWritten: see ``writing.write``.
    """
    if review.answer or Outgoing.objects.alive().filter(review=review).exists():
        raise AlreadyAnswered

    def save(written: Written) -> bool:
        same = Review.objects.filter(pk=review.pk, answer__isnull=True, text=review.text, rating=review.rating)
        return bool(same.update(draft_reply=written.text, draft_log=written.log))

    written = write(review_task(review, at=at), at=at, save=save)
    review.draft_reply, review.draft_log = written.text, written.log
    return written


def review_task(review: Review, *, at: datetime) -> Task:
    """Return what is to be written in reply to a review."""
    said = "\n".join(
        filter(None, (review.text, review.pros and f"+ {review.pros}", review.cons and f"− {review.cons}"))
    )
    return Task(
        store=review.store,
        purpose=Purpose.REVIEW_REPLY,
        entity=LoggedEntity.REVIEW,
        entity_id=review.pk,
        channel=Channel.REVIEW_ANSWER,
        product_name=review.product.name,
        template=phrases.reply_to(review),
        is_plain=not said.strip(),
        material=Material(
            facts={
                "Товар": review.product.name,
                "Оценка": f"{review.rating} из 5",
                "Покупатель": review.author,
                "Есть фото": "да" if review.photo_links else "",
            },
            texts=[("Отзыв покупателя", said)],
            passages=_passages(review.tenant_id, said, at=at),
        ),
    )


def draft_question(question: Question, *, at: datetime) -> Written:
    """Have an answer to a question written from the knowledge and earlier answers, as its draft.

    Raises:
        AlreadyAnswered: there is an answer, or one is on its way.
        DeskBusy, DailyLimitReached, InsufficientFunds, NotWritten: see ``writing.write``.
    """
    if question.is_answered or Outgoing.objects.alive().filter(question=question).exists():
        raise AlreadyAnswered

    def save(written: Written) -> bool:
        same = Question.objects.filter(pk=question.pk, is_answered=False, text=question.text)
        return bool(same.update(draft_reply=written.text, draft_log=written.log))

    written = write(question_task(question, at=at), at=at, save=save)
    question.draft_reply, question.draft_log = written.text, written.log
    return written


def question_task(question: Question, *, at: datetime) -> Task:
    """Return what is to be written in answer to a question."""
    passages = _passages(question.tenant_id, question.text, at=at)
    earlier = earlier_answers(question)
    told = [
        (f"Earlier answer about this product to «{row.text[:200]}»", str((row.answer or {}).get("text", "")))
        for row in earlier
    ]
    return Task(
        store=question.store,
        purpose=Purpose.QUESTION_REPLY,
        entity=LoggedEntity.QUESTION,
        entity_id=question.pk,
        channel=Channel.QUESTION_ANSWER,
        product_name=question.product_name,
        template=_quoted(question, earlier, passages),
        material=Material(
            facts={"Товар": question.product_name, "Артикул": question.product_supplier_article},
            texts=[*told, ("Вопрос покупателя", question.text)],
            passages=passages,
        ),
    )


def earlier_answers(question: Question) -> list[Question]:
    """Return the latest answered questions about the same product that share most words with this one."""
    answered = Question.objects.of(question.tenant).filter(
        product_nm_id=question.product_nm_id, is_answered=True, answer__isnull=False
    )
    rows = list(answered.exclude(pk=question.pk).order_by("-created_date")[:200])
    asked = _stems(question.text)
    rows.sort(key=lambda row: len(asked & _stems(row.text)), reverse=True)
    return [row for row in rows[:EARLIER] if asked & _stems(row.text)]


def _stems(text: str) -> set[str]:
    words = TOKEN.findall(fold(text).text)
    return {stem_of(word) for word in words if len(word) > 2}  # noqa: PLR2004 -- prepositions say nothing


def _quoted(question: Question, earlier: list[Question], passages: list[Passage]) -> str:
    """Return an answer without a model: the same question's earlier answer, the best passage, or a promise to look."""
    asked = _stems(question.text)
    for row in earlier:
        if asked and len(asked & _stems(row.text)) >= 0.8 * len(asked):
            return str((row.answer or {}).get("text", ""))
    if passages:
        return f"Здравствуйте! {passages[0].text[:QUOTED].strip()}"
    return UNKNOWN


def _passages(tenant_id: int, text: str, *, at: datetime) -> list[Passage]:
    """Return what the shop's knowledge says about a text, if it covers it."""
    assistant = Assistant.objects.active().filter(tenant=tenant_id).order_by("pk").first()
    if assistant is None or len(text.strip()) < SHORTEST_TO_SEARCH:
        return []
    found = search(assistant, text[:1000], limit=PASSAGES, at=at)
    return [passage for passage in found.passages if passage.score >= found.threshold]


def edit_draft(target: Review | Question, *, text: str) -> None:
    """Keep a person's words as the draft; they are checked when they are sent."""
    type(target).objects.filter(pk=target.pk).update(draft_reply=text.strip())
    target.draft_reply = text.strip()


def approve_review(
    review: Review, *, by: User | None, at: datetime, text: str | None = None, key: str | None = None
) -> Outgoing:
    """Send a reply to a review, with the draft's words or these; of two people at once one wins.

    Raises:
        NothingToSend, NotAllowedThere, AlreadyAnswered: nothing is sent.
    """
    words = (review.draft_reply if text is None else text).strip()
    if not words:
        raise NothingToSend
    with transaction.atomic():
        edit_draft(review, text=words)
        return enqueue(review, kind=OutgoingKind.REVIEW_ANSWER, text=words, at=at, author=by, approved_by=by, key=key)


def edit_answer(
    review: Review, *, text: str, by: User | None, at: datetime, due_at: datetime | None = None
) -> Outgoing:
    """Change a published answer: once, within 60 days; at once, or at a moment planned within them.

    Raises:
        CannotEdit, NotAllowedThere, AlreadyAnswered, EditTooLate: nothing is sent.
    """
    until = edit_until(review)
    if due_at is not None and (until is None or not at <= due_at < until):
        raise EditTooLate(until=date_format(localtime(until), "SHORT_DATETIME_FORMAT") if until else "—")
    return enqueue(review, kind=OutgoingKind.REVIEW_EDIT, text=text, at=at, author=by, approved_by=by, due_at=due_at)


def approve_reviews(reviews: Iterable[Review], *, by: User, at: datetime) -> tuple[int, dict[str, int]]:
    """Send the drafts of several reviews; return how many left, and how many did not by reason."""
    sent, refused = 0, dict[str, int]()
    for review in reviews:
        try:
            approve_review(review, by=by, at=at)
        except DomainError as error:
            refused[str(error)] = refused.get(str(error), 0) + 1
        else:
            sent += 1
    return sent, refused


def answer_question(
    question: Question, *, by: User | None, at: datetime, text: str | None = None, is_rejection: bool = False
) -> Outgoing:
    """Answer a question, or turn it down, with the draft's words or these.

    Raises:
        NothingToSend, NotAllowedThere, AlreadyAnswered: nothing is sent.
    """
    words = (question.draft_reply if text is None else text).strip()
    if not words:
        raise NothingToSend
    kind = OutgoingKind.QUESTION_REJECT if is_rejection else OutgoingKind.QUESTION_ANSWER
    with transaction.atomic():
        edit_draft(question, text=words)
        return enqueue(question, kind=kind, text=words, at=at, author=by, approved_by=by)


def mark_viewed(question: Question) -> None:
    """Note here and on Wildberries that a question was seen; outside any transaction.

    Raises:
        WildberriesError: it could not be noted there; here it is not either.
    """
    if question.was_viewed:
        return
    with client_for(question.store) as wb:
        wb.mark_question_viewed(question.wb_id)
    Question.objects.filter(pk=question.pk).update(was_viewed=True)
    question.was_viewed = True


def learn(question: Question, *, by: User, at: datetime) -> KnowledgeEntry:
    """Take an answered question into the knowledge that assistants answer from.

    Raises:
        NothingToSend: there is no answer.
        EntryIncomplete: see ``knowledge.services.answers.add``.
    """
    words = str((question.answer or {}).get("text") or question.draft_reply).strip()
    if not words:
        raise NothingToSend
    asked = f"{question.text} ({question.product_name})"[:1000]
    return answers.add(question.tenant, assistant=None, question=asked, answer=words, by=by, at=at)
