"""Sets of examples: what is asked, what is right, and where it came from."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from assistants import services
from assistants.enums import ExampleStatus
from assistants.errors import ImportRefused, NotForTuning, SetTaken
from assistants.forms import CollectForm, ExampleForm, ImportForm, NewSetForm, SetForm
from assistants.models import Assistant, EvaluationRun, TrainingDataset
from assistants.reports import with_figures
from billing.enums import ServiceType
from billing.services import price_of
from config.pages import page_of

RECENT = 15
EXAMPLES = 50


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.USER)
def evaluation(request: Request, uuid: UUID) -> HttpResponse:
    """Show an assistant's sets and their latest runs; begin a set."""
    found = get_object_or_404(Assistant.objects.of(request.tenant), uuid=uuid)
    may_manage = role_of(request.user, request.tenant) == Role.ADMIN
    form = NewSetForm(request.POST if request.method == "POST" and may_manage else None)
    if form.is_bound and form.is_valid():
        try:
            made = services.create_dataset(request.tenant, by=request.user, assistant=found, **form.cleaned_data)
        except SetTaken as error:
            form.add_error("name", str(error))
        else:
            return redirect("dataset", uuid=made.uuid)
    sets = TrainingDataset.objects.for_assistant(found).annotate(
        approved=Count("examples", filter=Q(examples__status=ExampleStatus.APPROVED)), drafts=Count("examples")
    )
    runs = EvaluationRun.objects.of(request.tenant).filter(assistant=found).select_related("dataset", "version")
    context = {
        "assistant": found,
        "sets": sets.order_by("-is_required", "name"),
        "runs": with_figures(runs.order_by("-pk"))[:RECENT],
        "form": form,
        "may_manage": may_manage,
    }
    return render(request, "assistants/evaluation.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(Role.USER)
def dataset(request: Request, uuid: UUID, bad: dict[str, Any] | None = None) -> HttpResponse:
    """Show a set: its examples, where more come from, what it guards."""
    found = _dataset(request, uuid)
    examples = found.examples.select_related("approved_by").order_by("-pk")
    wanted = request.GET.get("status", "")
    if wanted in ExampleStatus.values:
        examples = examples.filter(status=wanted)
    counts = dict(found.examples.values_list("status").annotate(Count("pk")))
    context = {
        "dataset": found,
        "page": page_of(examples, request.GET.get("page"), size=EXAMPLES),
        "status": wanted,
        "counts": [(value, label, counts.get(value, 0)) for value, label in ExampleStatus.choices],
        "total": sum(counts.values()),
        "settings_form": SetForm(instance=found, tenant=request.tenant),
        "import_form": ImportForm(),
        "collect_form": CollectForm(tenant=request.tenant, assistant=found.assistant),
        "versions": found.assistant.versions.latest_first()[:RECENT] if found.assistant else [],
        "runs": with_figures(found.runs.select_related("version__assistant").order_by("-pk"))[:RECENT],
        "estimate": counts.get(ExampleStatus.APPROVED, 0) * price_of(ServiceType.AI_MESSAGE, at=now()),
        "may_manage": role_of(request.user, request.tenant) == Role.ADMIN,
        "can_judge": services.can_judge(request.tenant, at=now()),
        **(bad or {}),
    }
    return render(request, "assistants/dataset.html", context, status=422 if bad else 200)


@require_POST
@role_required(Role.ADMIN)
def change(request: Request, uuid: UUID) -> HttpResponse:
    """Rename a set, and say whether it guards publishing."""
    found = _dataset(request, uuid)
    form = SetForm(request.POST, instance=found, tenant=request.tenant)
    if form.is_valid():
        try:
            services.change_dataset(found, **form.cleaned_data)
        except SetTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("dataset", uuid=uuid)
    request.method = "GET"
    return dataset(request, uuid=uuid, bad={"settings_form": form})


@require_POST
@role_required(Role.ADMIN)
def delete(request: Request, uuid: UUID) -> HttpResponse:
    """Remove a set with its examples and runs."""
    found = _dataset(request, uuid)
    found.delete()
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect("evaluation", uuid=found.assistant.uuid) if found.assistant else redirect("assistants")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def example(request: Request, uuid: UUID, example_uuid: UUID | None = None) -> HttpResponse:
    """Write an example, or change one."""
    found = _dataset(request, uuid)
    row = get_object_or_404(found.examples, uuid=example_uuid) if example_uuid else None
    form = ExampleForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        if row is None:
            services.add_example(found, by=request.user, at=now(), is_approved=True, **form.cleaned_data)
            messages.success(request, _("The example is in the set."))
            return redirect("new_example", uuid=uuid) if "another" in request.POST else redirect("dataset", uuid=uuid)
        services.change_example(row, **form.cleaned_data)
        if "approve" in request.POST:
            services.judge_example(row, status=ExampleStatus.APPROVED, by=request.user, at=now())
        messages.success(request, _("Saved."))
        return redirect("dataset", uuid=uuid)
    context = {"dataset": found, "example": row, "form": form}
    return render(request, "assistants/example.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.ADMIN)
def judge(request: Request, uuid: UUID) -> HttpResponse:
    """Approve, reject or delete the chosen examples, or all drafts."""
    found = _dataset(request, uuid)
    chosen = [name for name in request.POST.getlist("example") if _is_uuid(name)]
    rows = found.examples.filter(uuid__in=chosen)
    verb = request.POST.get("verb", "")
    if verb == "delete":
        count = rows.count()
        rows.delete()
    elif verb in {ExampleStatus.APPROVED, ExampleStatus.REJECTED}:
        count = rows.count()
        for row in rows:
            services.judge_example(row, status=ExampleStatus(verb), by=request.user, at=now())
    else:
        count = 0
    words = ngettext("%(count)d example changed.", "%(count)d examples changed.", count)
    messages.success(request, words % {"count": count})
    return redirect("dataset", uuid=uuid)


@require_POST
@role_required(Role.ADMIN)
def collect(request: Request, uuid: UUID) -> HttpResponse:
    """Take liked and corrected answers out of dialogs."""
    found = _dataset(request, uuid)
    form = CollectForm(request.POST, tenant=request.tenant, assistant=found.assistant)
    if not form.is_valid():
        request.method = "GET"
        return dataset(request, uuid=uuid, bad={"collect_form": form})
    given = form.cleaned_data
    count = services.collect_examples(found, given["assistant"], by=request.user, at=now(), days=given["days"])
    words = ngettext(
        "%(count)d new draft. Look at it and approve.", "%(count)d new drafts. Look at them and approve.", count
    )
    messages.success(request, words % {"count": count})
    return redirect("dataset", uuid=uuid)


@require_POST
@role_required(Role.ADMIN)
def read_in(request: Request, uuid: UUID) -> HttpResponse:
    """Read a file of examples."""
    found = _dataset(request, uuid)
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            count = services.import_examples(found, filename=file.name, content=file.read(), by=request.user, at=now())
        except ImportRefused as error:
            form.add_error("file", str(error))
        else:
            words = ngettext("%(count)d example is new.", "%(count)d examples are new.", count)
            messages.success(request, words % {"count": count})
            return redirect("dataset", uuid=uuid)
    request.method = "GET"
    return dataset(request, uuid=uuid, bad={"import_form": form})


@require_safe
@role_required(Role.USER)
def export(request: Request, uuid: UUID) -> HttpResponse:
    """Give a set as a file: our own lines, or OpenAI's for fine-tuning."""
    found = _dataset(request, uuid)
    name = slugify(found.name) or "examples"
    if request.GET.get("format") != "tuning":
        return _file("".join(services.export_examples(found)), f"{name}.jsonl")
    prompt = found.assistant.system_prompt if found.assistant else ""
    try:
        return _file(services.export_for_tuning(found, system_prompt=prompt), f"{name}-fine-tuning.jsonl")
    except NotForTuning as error:
        messages.error(request, str(error))
        return redirect("dataset", uuid=uuid)


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _dataset(request: Request, uuid: UUID) -> TrainingDataset:
    return get_object_or_404(TrainingDataset.objects.of(request.tenant).select_related("assistant"), uuid=uuid)
