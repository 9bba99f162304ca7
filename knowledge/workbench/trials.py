"""Pages to try the search: one question, saved questions, and runs of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from assistants.models import Assistant
from config.errors import DomainError
from knowledge.models import KnowledgeEmbedding, Trial, TrialQuestion
from knowledge.search import RRF, Passage, SearchResult, search
from knowledge.services import trials
from knowledge.workbench import outcomes
from knowledge.workbench.forms import ExpectationForm, QuestionForm
from knowledge.workbench.frame import is_htmx, may_write, page

TAB: Final = "knowledge_test"
PASSAGES_SHOWN: Final = 8
RUNS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage as the page shows it."""

    passage: Passage
    row: KnowledgeEmbedding | None
    place: int
    fused: float
    is_expected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a question found, in two parts: above the line and below it."""

    question: str
    result: SearchResult
    above: Sequence[Found]
    below: Sequence[Found]
    saved: TrialQuestion | None


@require_safe
@role_required(Role.USER)
def test(request: Request) -> HttpResponse:
    """Try the search: a question, and what an assistant would answer from."""
    tenant = request.tenant
    first = Assistant.objects.of(tenant).order_by("pk").first()
    is_asked = "question" in request.GET
    form = QuestionForm(request.GET if is_asked else None, tenant=tenant, initial={"assistant": first and first.uuid})
    answers: list[Answer] = []
    chosen = first
    if is_asked and form.is_valid():
        chosen = form.cleaned_data["assistant"]
        asked = filter(None, (form.cleaned_data["question"], form.cleaned_data["other"]))
        answers = [_ask(chosen, text, limit=form.cleaned_data["limit"] or PASSAGES_SHOWN) for text in asked]
    context = {"form": form, "answers": answers, "assistant": chosen, "may_write": may_write(request)}
    if is_htmx(request):
        return page(request, "found.html", context, tab=TAB)
    if chosen:
        context |= {
            "questions": TrialQuestion.objects.of(tenant).filter(assistant=chosen).order_by("-pk"),
            "runs": Trial.objects.of(tenant).filter(assistant=chosen).order_by("-pk")[:RUNS_SHOWN],
        }
    return page(request, "test.html", context, tab=TAB)


@require_POST
@role_required(Role.OPERATOR)
def save(request: Request) -> HttpResponse:
    """Keep a question with the passage that answers it, or as one that nothing answers."""
    form = ExpectationForm(request.POST, tenant=request.tenant)
    if not form.is_valid():
        return HttpResponse(status=400)
    given = form.cleaned_data
    passage = _passage(request, given["passage"]) if given["passage"] else None
    try:
        trials.save_question(given["assistant"], text=given["question"], passage=passage, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved as a test question."))
    query = urlencode({"question": given["question"], "assistant": given["assistant"].uuid})
    return redirect(f"{reverse('knowledge_test')}?{query}")


@require_POST
@role_required(Role.OPERATOR)
def forget(request: Request, uuid: UUID) -> HttpResponse:
    """Delete a saved question."""
    question = get_object_or_404(TrialQuestion.objects.visible_to(request.user).of(request.tenant), uuid=uuid)
    question.delete()
    messages.success(request, _("The question is deleted."))
    return redirect("knowledge_test")


@require_POST
@role_required(Role.OPERATOR)
def run(request: Request) -> HttpResponse:
    """Ask all saved questions of an assistant."""
    rows = Assistant.objects.visible_to(request.user).of(request.tenant)
    named = request.POST.get("assistant", "")
    assistant = get_object_or_404(rows.select_related("tenant"), uuid=_uuid(named))
    try:
        trial = trials.begin_trial(assistant, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("knowledge_test")
    return redirect("knowledge_trial", trial.uuid)


@require_safe
@role_required(Role.USER)
def trial(request: Request, uuid: UUID) -> HttpResponse:
    """Show how a run ended; while it goes on, htmx asks again."""
    rows = Trial.objects.visible_to(request.user).of(request.tenant).select_related("assistant")
    row = get_object_or_404(rows, uuid=uuid)
    before = outcomes.previous_of(row)
    found = outcomes.outcomes_of(row, before)
    context = {"trial": row, "before": before, "outcomes": found, **outcomes.changes(found)}
    return page(request, "trial_table.html" if is_htmx(request) else "trial.html", context, tab=TAB)


def _ask(assistant: Assistant, text: str, *, limit: int) -> Answer:
    result = search(assistant, text, limit=limit, at=now())
    saved = TrialQuestion.objects.filter(assistant=assistant, text=text[: trials.LONGEST_QUESTION]).first()
    expected = set(saved.expectations.values_list("chunk", flat=True)) if saved else set()
    keys = [passage.chunk_id for passage in result.passages]
    rows = KnowledgeEmbedding.objects.without_vectors().select_related("document").in_bulk(keys)
    found = [
        Found(
            passage=passage,
            row=rows.get(passage.chunk_id),
            place=place,
            fused=_fused(passage, result),
            is_expected=passage.chunk_id in expected,
        )
        for place, passage in enumerate(result.passages, start=1)
    ]
    return Answer(
        question=text,
        result=result,
        above=[one for one in found if one.passage.score >= result.threshold],
        below=[one for one in found if one.passage.score < result.threshold],
        saved=saved,
    )


def _fused(passage: Passage, result: SearchResult) -> float:
    """Return what the places in both legs are worth together, or the words' own score when they decide alone."""
    if not result.is_semantic:
        return passage.lexical_score or 0.0
    return sum(1 / (RRF + rank) for rank in (passage.lexical_rank, passage.dense_rank) if rank)


def _passage(request: Request, uuid: UUID) -> KnowledgeEmbedding:
    rows = KnowledgeEmbedding.objects.visible_to(request.user).of(request.tenant).without_vectors()
    return get_object_or_404(rows, uuid=uuid)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
