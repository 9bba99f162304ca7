"""Saved test questions, and running all of them to see whether search got better or worse."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Avg, Count, F, Q, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from assistants.models import Assistant
from config.db import release_connection
from knowledge import tasks
from knowledge.enums import TrialStatus
from knowledge.errors import NothingToRun, QueryEmpty, TooManyQuestions
from knowledge.extraction.cleaning import clean_line
from knowledge.models import (
    Document,
    KnowledgeEmbedding,
    Trial,
    TrialExpectation,
    TrialQuestion,
    TrialResult,
)
from knowledge.models.trials import LEASE
from knowledge.search import Passage, SearchResult, search

DEPTH: Final = 5  # as many passages as an answer is given
MOST_QUESTIONS: Final = 500
LONGEST_QUESTION: Final = 500
QUOTED: Final = 40  # within one document few passages begin alike
MAX_ATTEMPTS: Final = 3


@transaction.atomic
def save_question(
    assistant: Assistant,
    *,
    text: str,
    passage: KnowledgeEmbedding | None = None,
    document: Document | None = None,
    by: User | None = None,
) -> TrialQuestion:
    """Keep a question with where its answer stands; with neither passage nor document it must find nothing.

    Saying it again for another passage makes both right.

    Raises:
        QueryEmpty: there is no question.
        TooManyQuestions: there are enough.
    """
    words = clean_line(text)[:LONGEST_QUESTION]
    if not words:
        raise QueryEmpty
    expects_nothing = passage is None and document is None
    known = TrialQuestion.objects.of(assistant.tenant).filter(assistant=assistant)
    if not known.filter(text=words).exists() and known.count() >= MOST_QUESTIONS:
        raise TooManyQuestions(limit=MOST_QUESTIONS)
    question, _ = TrialQuestion.objects.update_or_create(
        tenant=assistant.tenant,
        assistant=assistant,
        text=words,
        defaults={"expects_nothing": expects_nothing},
        create_defaults={"expects_nothing": expects_nothing, "created_by": by},
    )
    if expects_nothing:
        question.expectations.all().delete()
    else:
        _expect(question, passage=passage, document=document)
    return question


def _expect(question: TrialQuestion, *, passage: KnowledgeEmbedding | None, document: Document | None) -> None:
    if passage is None:
        TrialExpectation.objects.get_or_create(
            tenant_id=question.tenant_id, question=question, document=document, chunk=None
        )
        return
    TrialExpectation.objects.get_or_create(
        question=question,
        chunk=passage,
        defaults={
            "tenant_id": question.tenant_id,
            "document_id": passage.document_id,
            "quote": _beginning(passage.chunk_text),
        },
    )


def begin_trial(assistant: Assistant, *, by: User | None = None) -> Trial:
    """Ask all saved questions of an assistant; while that goes on, return the run there is.

    Raises:
        NothingToRun: no question is saved.
    """
    count = TrialQuestion.objects.of(assistant.tenant).filter(assistant=assistant).count()
    if not count:
        raise NothingToRun
    with transaction.atomic():
        trial, is_new = Trial.objects.get_or_create(
            assistant=assistant,
            status=TrialStatus.RUNNING,
            defaults={
                "tenant": assistant.tenant,
                "knowledge_version": assistant.knowledge_version,
                "depth": DEPTH,
                "questions_count": count,
                "created_by": by,
            },
        )
        if is_new:
            tasks.run_trial_soon(trial.pk)
    return trial


def run_trial(trial_id: int, *, at: datetime) -> None:
    """Ask the questions of a run that were not asked yet, then add up; another worker's run is left alone."""
    trial = Trial.objects.select_related("assistant__tenant").filter(pk=trial_id).first()
    if trial is None or not trial.take(at=at):
        return
    trial.refresh_from_db(fields=["attempts"])
    if trial.attempts > MAX_ATTEMPTS:
        Trial.objects.filter(pk=trial.pk).update(status=TrialStatus.FAILED, finished_at=at, locked_until=None)
        return
    judge = _Judge(trial)
    asked = TrialResult.objects.filter(trial=trial).values("question")
    questions = TrialQuestion.objects.filter(tenant=trial.tenant_id, assistant=trial.assistant_id)
    for question in questions.exclude(pk__in=asked).prefetch_related("expectations").order_by("pk"):
        found = search(trial.assistant, question.text, limit=trial.depth, at=at)
        TrialResult.objects.bulk_create([judge.result(question, found)], ignore_conflicts=True)
        Trial.objects.filter(pk=trial.pk, status=TrialStatus.RUNNING).update(
            search_model=found.model, locked_until=at + LEASE
        )
        release_connection()
    _add_up(trial, at=at)


def _add_up(trial: Trial, *, at: datetime) -> None:
    expecting = Q(question__expects_nothing=False)
    sums = TrialResult.objects.filter(trial=trial).aggregate(
        count=Count("pk"),
        right=Count("pk", filter=Q(is_right=True)),
        mrr=Avg(Coalesce(1.0 / F("rank"), Value(0.0)), filter=expecting),
        milliseconds=Avg("milliseconds"),
    )
    Trial.objects.filter(pk=trial.pk, status=TrialStatus.RUNNING).update(
        status=TrialStatus.DONE,
        finished_at=at,
        locked_until=None,
        questions_count=sums["count"],
        right_count=sums["right"],
        hit_rate=sums["right"] / sums["count"] if sums["count"] else None,
        mrr=sums["mrr"],
        milliseconds=sums["milliseconds"],
    )


class _Judge:
    """Knows which documents are versions of each other."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        rows = Document.objects.filter(tenant=trial.tenant_id)
        self.lineage = {
            pk: (uuid, (filename, assistant))
            for pk, uuid, filename, assistant in rows.values_list("pk", "uuid", "filename", "assistant_id")
        }
        self.of_uuid = dict(self.lineage.values())

    def result(self, question: TrialQuestion, found: SearchResult) -> TrialResult:
        """Return how a question ended."""
        best = found.passages[0] if found.passages else None
        rank = self._rank(question.expectations.all(), found.passages)
        return TrialResult(
            tenant_id=self.trial.tenant_id,
            trial=self.trial,
            question=question,
            rank=rank,
            is_right=not found.is_enough if question.expects_nothing else rank is not None and found.is_enough,
            is_enough=found.is_enough,
            score=max((passage.score for passage in found.passages), default=0.0),
            best_title=best.title[:800] if best else "",
            best_chunk_id=best.chunk_id if best else None,
            milliseconds=found.milliseconds,
        )

    def _rank(self, expected: Iterable[TrialExpectation], passages: Iterable[Passage]) -> int | None:
        wanted = list(expected)
        places = (
            place for place, passage in enumerate(passages, start=1) if any(self._is_it(one, passage) for one in wanted)
        )
        return next(places, None)

    def _is_it(self, expected: TrialExpectation, passage: Passage) -> bool:
        if expected.chunk_id == passage.chunk_id:
            return True
        if expected.quote:
            is_same = expected.document_id is None or self._is_version_of(expected.document_id, passage)
            return is_same and expected.quote in " ".join(passage.text.split())
        return self._is_version_of(expected.document_id, passage)

    def _is_version_of(self, document_id: int | None, passage: Passage) -> bool:
        if document_id not in self.lineage or passage.document_uuid is None:
            return False
        return self.of_uuid.get(passage.document_uuid) == self.lineage[document_id][1]


def _beginning(text: str) -> str:
    """Return the first words of a passage, its spaces made alike."""
    return " ".join(text.split())[:QUOTED].strip()
