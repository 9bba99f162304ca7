"""Pages of the gap inbox: what customers asked in vain, and writing it down."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from assistants.models import Assistant
from config.errors import DomainError
from config.pages import page_of
from knowledge.enums import GapStatus
from knowledge.models import GapQuerySet, KnowledgeEmbedding, KnowledgeGap, KnowledgeGapQuestion
from knowledge.search import search
from knowledge.services import gaps as services
from knowledge.workbench.forms import ArticleForm, GapFilter
from knowledge.workbench.frame import page

TAB: Final = "knowledge_gaps"
SHOWN: Final = 20
EXAMPLES: Final = 3
NEAR: Final = 3


@require_safe
@role_required(Role.USER)
def gaps(request: Request) -> HttpResponse:
    """List what has no answer, the most asked first."""
    form = GapFilter(request.GET, tenant=request.tenant)
    rows = _ours(request).filter(status=form.chosen_status).pressing_first()
    if form.is_valid() and form.cleaned_data["assistant"]:
        rows = rows.filter(assistant=form.cleaned_data["assistant"])
    latest = KnowledgeGapQuestion.objects.order_by("-asked_at", "-pk")[:EXAMPLES]
    rows = rows.select_related("assistant", "document").prefetch_related(Prefetch("questions", latest, "latest"))
    context = {
        "page": page_of(rows, request.GET.get("page"), size=SHOWN),
        "status": form.chosen_status,
        "statuses": GapStatus.choices,
        "patience": services.PATIENCE,
    }
    return page(request, "gaps.html", context, tab=TAB)


@require_safe
@role_required(Role.USER)
def gap(request: Request, uuid: UUID) -> HttpResponse:
    """Show one gap: who asked, what search finds now, and the draft of an article."""
    return _detail(request, _one(request, uuid))


@require_POST
@role_required(Role.OPERATOR)
def article(request: Request, uuid: UUID) -> HttpResponse:
    """Answer a gap by an article."""
    row = _one(request, uuid)
    form = ArticleForm(request.POST, tenant=request.tenant)
    if form.is_valid():
        try:
            document = services.write_article(row, **form.cleaned_data, by=request.user, at=now())
        except DomainError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("“%(title)s” is being read; the question is answered.") % {"title": document})
            return redirect("knowledge_gaps")
    return _detail(request, row, form=form)


@require_POST
@role_required(Role.OPERATOR)
def merge(request: Request, uuid: UUID) -> HttpResponse:
    """Put a gap to another."""
    row = _one(request, uuid)
    try:
        other = _ours(request).filter(uuid=UUID(request.POST.get("into", ""))).first()
    except ValueError:
        other = None
    if other is None:
        raise Http404
    target = services.merge(row, into=other)
    messages.success(request, _("The questions are put together."))
    return redirect("knowledge_gap", target.uuid)


Verb = Callable[[Request, KnowledgeGap], object]
VERBS: Final[dict[str, tuple[Verb, Any]]] = {
    "dismiss": (
        lambda request, row: services.dismiss(row, by=request.user, at=now()),
        gettext_lazy("Dismissed."),
    ),
    "resolve": (
        lambda request, row: services.resolve(row, by=request.user, at=now()),
        gettext_lazy("Marked as answered; it comes back when a customer asks in vain once more."),
    ),
    "reopen": (lambda _request, row: services.reopen(row), gettext_lazy("Back on the list.")),
}


@require_POST
@role_required(Role.OPERATOR)
def act(request: Request, uuid: UUID, verb: str) -> HttpResponse:
    """Do to a gap what needs no words."""
    row = _one(request, uuid)
    if verb not in VERBS:
        raise Http404
    action, done = VERBS[verb]
    try:
        action(request, row)
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)
    return redirect("knowledge_gaps")


def _detail(request: Request, row: KnowledgeGap, *, form: ArticleForm | None = None) -> HttpResponse:
    heading = _("This is how customers ask")
    whose = row.assistant.uuid if row.assistant else None
    initial = {"title": row.title[:255], "text": services.draft(row, heading=heading), "assistant": whose}
    context = {
        "gap": row,
        "questions": row.questions.order_by("-asked_at", "-pk"),
        "form": form or ArticleForm(initial=initial, tenant=request.tenant),
        "near": _near(request, row),
        "alike": services.alike(row) if row.status == GapStatus.OPEN else (),
    }
    return page(request, "gap.html", context, tab=TAB, status=422 if form else None)


def _near(request: Request, row: KnowledgeGap) -> dict[str, Any]:
    """Return what search finds now: often a passage is there and only says it badly."""
    assistant = row.assistant or Assistant.objects.of(request.tenant).order_by("pk").first()
    if assistant is None:
        return {}
    found = search(assistant, row.title, limit=NEAR, at=now())
    rows = KnowledgeEmbedding.objects.without_vectors().in_bulk([passage.chunk_id for passage in found.passages])
    passages = [(passage, rows.get(passage.chunk_id)) for passage in found.passages]
    return {"found": found, "passages": passages, "assistant": assistant}


def _ours(request: Request) -> GapQuerySet:
    return KnowledgeGap.objects.visible_to(request.user).of(request.tenant)


def _one(request: Request, uuid: UUID) -> KnowledgeGap:
    return get_object_or_404(_ours(request).select_related("assistant", "tenant", "document", "closed_by"), uuid=uuid)
