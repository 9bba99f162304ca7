"""Pages of what is worth a look: contradictions, and documents that may be out of date."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from config.errors import DomainError
from config.pages import page_of
from knowledge import tasks
from knowledge.enums import FlagStatus
from knowledge.models import Document, FlagQuerySet, KnowledgeFlag
from knowledge.services import flags as services
from knowledge.workbench.forms import ValidityForm
from knowledge.workbench.frame import page

TAB: Final = "knowledge_flags"
SHOWN: Final = 20
WIDE: Final = tuple(
    f"{passage}__{column}" for passage in ("chunk", "other") for column in ("embedding", "dims", "bits")
)


@require_safe
@role_required(Role.USER)
def flags(request: Request) -> HttpResponse:
    """List what is to be checked, or what was decided."""
    status = request.GET.get("status", "")
    status = status if status in FlagStatus.values else FlagStatus.OPEN.value
    rows = _ours(request).filter(status=status).order_by("kind", "-pk")
    context = {
        "page": page_of(rows, request.GET.get("page"), size=SHOWN),
        "status": status,
        "statuses": FlagStatus.choices,
        "months": settings.KNOWLEDGE_STALE_MONTHS,
    }
    return page(request, "flags.html", context, tab=TAB)


@require_POST
@role_required(Role.OPERATOR)
def review(request: Request) -> HttpResponse:
    """Look through the knowledge now."""
    tasks.review_knowledge.delay(tenant_id=request.tenant.pk)
    messages.success(request, _("The knowledge is being looked through; reload the page in a moment."))
    return redirect("knowledge_flags")


@require_POST
@role_required(Role.OPERATOR)
def act(request: Request, uuid: UUID, verb: str) -> HttpResponse:
    """Decide about one thing."""
    row = get_object_or_404(_ours(request), uuid=uuid)
    try:
        _decide(request, row, verb)
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("knowledge_flags")


def _decide(request: Request, row: KnowledgeFlag, verb: str) -> None:
    passage = {"drop": row.chunk, "drop-other": row.other}.get(verb)
    if verb == "keep":
        services.keep(row, by=request.user, at=now())
        messages.success(request, _("Noted as still right."))
    elif verb == "archive" and row.document:
        services.archive(row, by=request.user, at=now())
        messages.success(request, _("“%(title)s” is archived; assistants no longer answer from it.") % {"title": row})
    elif passage:
        services.drop(row, passage, by=request.user, at=now())
        messages.success(request, _("The passage is switched off; no answer uses it."))
    else:
        raise Http404


@require_POST
@role_required(Role.OPERATOR)
def validity(request: Request, uuid: UUID) -> HttpResponse:
    """Say how long a document holds."""
    row = get_object_or_404(Document.objects.visible_to(request.user).of(request.tenant), uuid=uuid)
    form = ValidityForm(request.POST)
    if form.is_valid():
        Document.objects.filter(pk=row.pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("This is no date."))
    return redirect("knowledge_document", row.uuid)


def _ours(request: Request) -> FlagQuerySet:
    rows = KnowledgeFlag.objects.visible_to(request.user).of(request.tenant)
    rows = rows.select_related("document", "chunk__document", "other__document", "closed_by")
    return rows.defer(*WIDE)
