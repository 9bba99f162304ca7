"""Pages of single passages: find, read, edit, split, merge, switch off, pin."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from config.pages import page_of
from knowledge import seams
from knowledge.models import KnowledgeEmbedding, KnowledgeEmbeddingQuerySet
from knowledge.services import workbench
from knowledge.workbench.forms import PassageFilter, PassageForm
from knowledge.workbench.frame import is_htmx, may_write, page

SHOWN: Final = 20
TAB: Final = "knowledge_passages"


@require_safe
@role_required(Role.USER)
def passages(request: Request) -> HttpResponse:
    """List what the assistants may quote; htmx asks for the list alone."""
    form = PassageFilter(request.GET, tenant=request.tenant)
    rows = form.apply(_ours(request).in_use()).select_related("use").in_order()
    context = {
        "form": form,
        "page": page_of(rows, request.GET.get("page"), size=SHOWN),
        "is_filtered": bool(form.chosen),
        "document": form.chosen.get("document"),
    }
    return page(request, "passage_list.html" if is_htmx(request) else "passages.html", context, tab=TAB)


@require_safe
@role_required(Role.USER)
def passage(request: Request, uuid: UUID) -> HttpResponse:
    """Show one passage, its neighbours, and what can be done with it."""
    return _detail(request, _one(request, uuid))


@require_POST
@role_required(Role.OPERATOR)
def edit(request: Request, uuid: UUID) -> HttpResponse:
    """Change what a passage says."""
    row = _one(request, uuid)
    form = PassageForm(request.POST)
    if form.is_valid():
        try:
            workbench.edit(row, **form.cleaned_data, by=request.user, at=now())
        except DomainError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Saved; the assistant answers from the new text at once."))
            return redirect("knowledge_passage", row.uuid)
    return _detail(request, row, form=form)


@require_POST
@role_required(Role.OPERATOR)
def split(request: Request, uuid: UUID) -> HttpResponse:
    """Cut a passage in two at the place chosen."""
    row = _one(request, uuid)
    place = request.POST.get("position", "")
    position = int(place) if place.isascii() and place.isdigit() and len(place) < 9 else 0  # noqa: PLR2004 -- no passage is longer
    try:
        workbench.split(row, position=position, by=request.user, at=now(), expected=request.POST.get("expected", ""))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The passage is two now."))
    return redirect("knowledge_passage", row.uuid)


Verb = Callable[[Request, KnowledgeEmbedding], object]
VERBS: Final[dict[str, tuple[Verb, Any]]] = {
    "enable": (lambda _request, row: workbench.switch(row, is_enabled=True), _("Search finds the passage again.")),
    "disable": (
        lambda _request, row: workbench.switch(row, is_enabled=False),
        _("The passage is switched off; no answer uses it."),
    ),
    "pin": (
        lambda _request, row: workbench.pin(row, is_pinned=True),
        _("Pinned: it wins over passages that fit alike."),
    ),
    "unpin": (lambda _request, row: workbench.pin(row, is_pinned=False), _("No longer pinned.")),
    "merge": (
        lambda request, row: workbench.merge_next(row, by=request.user, at=now()),
        _("Both passages are one now."),
    ),
    "restore": (
        lambda request, row: workbench.restore(row, by=request.user, at=now()),
        _("The passage is as it was cut from the document."),
    ),
}


@require_POST
@role_required(Role.OPERATOR)
def act(request: Request, uuid: UUID, verb: str) -> HttpResponse:
    """Do to a passage what needs no words; in the list htmx gets the row anew."""
    row = _one(request, uuid)
    if verb not in VERBS:
        raise Http404
    action, done = VERBS[verb]
    try:
        action(request, row)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if is_htmx(request):
            context = {"passage": _one(request, uuid), "may_write": may_write(request)}
            return render(request, "knowledge/workbench/passage_row.html", context)
        messages.success(request, done)
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("knowledge_passage", row.uuid)


def _detail(request: Request, row: KnowledgeEmbedding, *, form: PassageForm | None = None) -> HttpResponse:
    initial = {"title": row.title, "text": row.chunk_text, "expected": workbench.seen(row)}
    context: dict[str, Any] = {
        "passage": row,
        "form": form or PassageForm(initial=initial),
        "expected": initial["expected"],
        "pieces": seams.pieces(row.chunk_text),
        "previous": workbench.previous_of(row),
        "next": workbench.next_of(row),
        "parts": row.parts.without_vectors().in_order(),
        "absorbed": row.absorbed.without_vectors().in_order(),
        "longest": workbench.LONGEST,
    }
    return page(request, "passage.html", context, tab=TAB, status=422 if form else None)


def _ours(request: Request) -> KnowledgeEmbeddingQuerySet:
    rows = KnowledgeEmbedding.objects.visible_to(request.user).of(request.tenant).without_vectors()
    return rows.select_related("document", "assistant", "tenant")


def _one(request: Request, uuid: UUID) -> KnowledgeEmbedding:
    return get_object_or_404(_ours(request).select_related("use", "edited_by", "merged_into"), uuid=uuid)
