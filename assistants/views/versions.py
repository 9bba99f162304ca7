"""Versions of an assistant: what was said, what is in force, what waits."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from assistants import services
from assistants.differences import differences
from assistants.errors import NotGreen
from assistants.forms import DraftForm
from assistants.models import Assistant, AssistantVersion, TrainingDataset
from assistants.reports import with_figures
from config.pages import page_of

PAGE = 30
COMPARED = 50


@require_safe
@role_required(Role.USER)
def versions(request: Request, uuid: UUID) -> HttpResponse:
    """List versions, newest first."""
    found = _assistant(request, uuid)
    rows = found.versions.select_related("created_by", "published_by", "restored_from").latest_first()
    context = {
        "assistant": found,
        "page": page_of(rows, request.GET.get("page"), size=PAGE),
        "in_force": services.version_in_force(found),
        "guards": services.guards_of(found),
        "may_manage": role_of(request.user, request.tenant) == Role.ADMIN,
    }
    return render(request, "assistants/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def draft(request: Request, uuid: UUID) -> HttpResponse:
    """Write a version that nobody answers with yet."""
    found = _assistant(request, uuid)
    start = found.versions.filter(number=_number(request.GET.get("from"))).first() or found
    initial = {"system_prompt": start.system_prompt, "ai_model": start.ai_model}
    form = DraftForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = services.draft_version(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Version %(number)d is saved as a draft.") % {"number": version.number})
        return redirect("assistant_version", uuid=uuid, number=version.number)
    context = {"assistant": found, "form": form}
    return render(request, "assistants/draft.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(Role.USER)
def version(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Show one version beside another, and how it did on the sets."""
    shown = _version(request, uuid, number)
    found, in_force = shown.assistant, services.version_in_force(shown.assistant)
    other = _other(request, shown, in_force)
    sets = TrainingDataset.objects.for_assistant(found).order_by("-is_required", "name")
    runs = shown.runs.select_related("dataset").order_by("-pk")
    context = {
        "assistant": found,
        "version": shown,
        "other": other,
        "others": found.versions.exclude(pk=shown.pk).latest_first()[:COMPARED],
        "in_force": in_force,
        "changes": differences(other.system_prompt, shown.system_prompt) if other else [],
        "sets": [(dataset, services.has_passed(shown, dataset)) for dataset in sets],
        "runs": with_figures(runs)[:10],
        "may_manage": role_of(request.user, request.tenant) == Role.ADMIN,
        "can_judge": services.can_judge(request.tenant, at=now()),
    }
    return render(request, "assistants/version.html", context)


@require_POST
@role_required(Role.ADMIN)
def publish(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Bring a draft into force."""
    wanted = _version(request, uuid, number)
    try:
        services.publish_version(wanted, by=request.user, at=now())
    except NotGreen as error:
        messages.error(request, str(error))
        return redirect("assistant_version", uuid=uuid, number=number)
    messages.success(request, _("Version %(number)d is in force.") % {"number": number})
    return redirect("assistant_versions", uuid=uuid)


@require_POST
@role_required(Role.ADMIN)
def restore(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Give an assistant earlier instructions back."""
    wanted = _version(request, uuid, number)
    try:
        services.restore_version(wanted, by=request.user, at=now())
    except NotGreen as error:
        messages.error(request, str(error))
        return redirect("assistant_version", uuid=uuid, number=number)
    messages.success(request, _("Version %(number)d is in force again.") % {"number": number})
    return redirect("assistant_versions", uuid=uuid)


def _other(request: Request, shown: AssistantVersion, in_force: AssistantVersion | None) -> AssistantVersion | None:
    """Return what to compare with: what was asked for, else what is in force, else what was there before."""
    versions = shown.assistant.versions
    asked = versions.filter(number=_number(request.GET.get("with"))).exclude(pk=shown.pk).first()
    if asked or (in_force and in_force != shown):
        return asked or in_force
    return versions.filter(number__lt=shown.number).latest_first().first()


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < COMPARED // 6 else 0


def _assistant(request: Request, uuid: UUID) -> Assistant:
    return get_object_or_404(Assistant.objects.of(request.tenant), uuid=uuid)


def _version(request: Request, uuid: UUID, number: int) -> AssistantVersion:
    rows = AssistantVersion.objects.of(request.tenant).select_related("assistant", "created_by", "published_by")
    return get_object_or_404(rows, assistant__uuid=uuid, number=number)
