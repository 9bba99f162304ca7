"""Runs of sets: how far, how well, for how much, and one beside another."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from assistants import services
from assistants.models import AssistantVersion, EvaluationRun, TrainingDataset
from assistants.reports import compare as pairs_of
from assistants.reports import with_figures
from config.errors import DomainError


@require_POST
@role_required(Role.ADMIN)
def start(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Put a set to a version."""
    version = get_object_or_404(AssistantVersion.objects.of(request.tenant), assistant__uuid=uuid, number=number)
    sets = TrainingDataset.objects.of(request.tenant)
    dataset = get_object_or_404(sets, uuid=_uuid(request.POST.get("dataset", "")))
    use_judge = "judge" in request.POST and services.can_judge(request.tenant, at=now())
    try:
        run = services.start_run(dataset, version, by=request.user, use_judge=use_judge)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("dataset", uuid=dataset.uuid)
    return redirect("evaluation_run", uuid=run.uuid)


@require_safe
@role_required(Role.USER)
def run(request: Request, uuid: UUID) -> HttpResponse:
    """Show a run; while it goes on, htmx asks for the news."""
    found = _run(request, uuid)
    results = found.results.order_by("passed", "position")
    if request.GET.get("only") == "failed":
        results = results.filter(passed=False)
    context = {
        "run": found,
        "results": results,
        "others": _comparable(request, found),
        "knowledge_moved": found.knowledge_version != found.assistant.knowledge_version,
        "may_manage": role_of(request.user, request.tenant) == Role.ADMIN,
    }
    template = "assistants/run_body.html" if request.headers.get("HX-Request") else "assistants/run.html"
    response = render(request, template, context)
    if request.headers.get("HX-Request") and found.is_finished:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@role_required(Role.ADMIN)
def stop(request: Request, uuid: UUID) -> HttpResponse:
    """End a run after the example under way."""
    found = _run(request, uuid)
    services.stop_run(found, at=now())
    return redirect("evaluation_run", uuid=uuid)


@require_safe
@role_required(Role.USER)
def compare(request: Request, uuid: UUID, other: UUID) -> HttpResponse:
    """Show two runs of one set side by side."""
    after = _run(request, uuid)
    before = get_object_or_404(_comparable(request, after), uuid=other)
    pairs = pairs_of(before, after)
    context = {
        "before": before,
        "after": after,
        "pairs": pairs,
        "better": sum(pair.change == "better" for pair in pairs),
        "worse": sum(pair.change == "worse" for pair in pairs),
        "others": _comparable(request, after),
    }
    return render(request, "assistants/compare.html", context)


def _comparable(request: Request, run: EvaluationRun) -> "QuerySet[EvaluationRun]":
    runs = EvaluationRun.objects.of(request.tenant).filter(dataset=run.dataset_id).exclude(pk=run.pk)
    return with_figures(runs.select_related("version__assistant", "dataset").order_by("-pk"))


def _run(request: Request, uuid: UUID) -> EvaluationRun:
    runs = EvaluationRun.objects.of(request.tenant).select_related("dataset", "version", "assistant", "created_by")
    return get_object_or_404(with_figures(runs), uuid=uuid)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
