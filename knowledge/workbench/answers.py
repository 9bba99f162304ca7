"""Pages of confirmed answers: what operators told customers, reviewed before assistants say it too."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from config.pages import page_of
from knowledge.enums import EntryStatus
from knowledge.models import EntryQuerySet, KnowledgeEntry
from knowledge.services import answers as services
from knowledge.workbench.forms import AnswerFilter, NewAnswerForm
from knowledge.workbench.frame import page

TAB: Final = "knowledge_answers"
SHOWN: Final = 10


@require_safe
@role_required(Role.USER)
def answers(request: Request) -> HttpResponse:
    """List what people answered: what waits for review, or what was decided."""
    return _list(request)


@require_POST
@role_required(Role.OPERATOR)
def add(request: Request) -> HttpResponse:
    """Write a question and its answer down."""
    form = NewAnswerForm(request.POST, tenant=request.tenant)
    if form.is_valid():
        try:
            services.add(request.tenant, **form.cleaned_data, by=request.user, at=now())
        except DomainError as error:
            form.add_error("answer", str(error))
        else:
            messages.success(request, _("The assistant answers from it from now on."))
            return redirect(f"{reverse('knowledge_answers')}?status={EntryStatus.ACTIVE}")
    request.method = "GET"
    return _list(request, new_form=form)


Verb = Callable[[Request, KnowledgeEntry, dict[str, str]], object]
VERBS: Final[dict[str, tuple[Verb, Any]]] = {
    "confirm": (
        lambda request, row, words: services.confirm(row, **words, by=request.user, at=now()),
        _("Confirmed: the assistant answers from it from now on."),
    ),
    "save": (lambda _request, row, words: services.revise(row, **words), _("Saved.")),
    "reject": (lambda request, row, _words: services.reject(row, by=request.user, at=now()), _("Rejected.")),
    "retire": (
        lambda request, row, _words: services.retire(row, by=request.user, at=now()),
        _("Taken out of use; no answer uses it any more."),
    ),
    "revive": (
        lambda request, row, _words: services.confirm(row, by=request.user, at=now()),
        _("The assistant answers from it again."),
    ),
    "reconsider": (lambda _request, row, _words: services.reconsider(row), _("Back in the queue.")),
}


@require_POST
@role_required(Role.OPERATOR)
def act(request: Request, uuid: UUID, verb: str) -> HttpResponse:
    """Decide about an answer, or mend its words."""
    row = get_object_or_404(_ours(request).select_related("tenant", "assistant"), uuid=uuid)
    if verb not in VERBS:
        raise Http404
    action, done = VERBS[verb]
    before, words = row.status, {name: request.POST.get(name, "")[:8_000] for name in ("question", "answer")}
    try:
        action(request, row, words)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(f"{reverse('knowledge_answers')}?status={before}")


def _list(request: Request, *, new_form: NewAnswerForm | None = None) -> HttpResponse:
    form = AnswerFilter(request.GET)
    rows = _ours(request).filter(status=form.chosen_status).order_by("-pk")
    if form.is_valid() and (words := form.cleaned_data["q"]):
        rows = rows.filter(Q(question__icontains=words) | Q(content__icontains=words))
    found = page_of(rows.select_related("assistant", "created_by", "reviewed_by"), request.GET.get("page"), size=SHOWN)
    context = {
        "page": found,
        "form": form,
        "status": form.chosen_status,
        "statuses": EntryStatus.choices,
        "is_editable": form.chosen_status in {EntryStatus.PROPOSED, EntryStatus.ACTIVE},
        "new_form": new_form or NewAnswerForm(tenant=request.tenant),
    }
    return page(request, "answers.html", context, tab=TAB, status=422 if new_form else None)


def _ours(request: Request) -> EntryQuerySet:
    return KnowledgeEntry.objects.visible_to(request.user).of(request.tenant).answers()
