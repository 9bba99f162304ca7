"""Templates of reminders: the list, the editor with its preview, and the simulator."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from marketplace.enums import SequenceStatus, StopReason
from marketplace.forms import TemplateForm
from marketplace.models import ChatAutoSequence, SequenceTemplate
from marketplace.services import reminding

UNPROCESSABLE = 422


@require_safe
@role_required(Role.USER)
def template_list(request: Request) -> HttpResponse:
    """List the shop's templates with what came of them."""
    replied = Count("sequences", filter=Q(sequences__stop_reason=StopReason.CLIENT_REPLIED))
    running = Count("sequences", filter=Q(sequences__status=SequenceStatus.ACTIVE))
    rows = ours(request).annotate(used=Count("sequences"), running=running, replied=replied).order_by("name")
    for row in rows:
        row.rate = round(100 * row.replied / row.used) if row.used else None
    return render(request, "marketplace/sequences/list.html", {"templates": rows, "may_edit": _may_edit(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATOR)
def template_edit(request: Request, uuid: UUID | None = None) -> HttpResponse:
    """Write a template; *preview* shows when each step would go, *save* keeps it."""
    found = get_object_or_404(ours(request), uuid=uuid) if uuid else SequenceTemplate(tenant=request.tenant)
    found.tenant = request.tenant
    form = TemplateForm(request.POST or None, instance=found)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and "save" in request.POST:
        form.save()
        messages.success(request, _("The template is saved."))
        return redirect("sequence_templates")
    plan = simulate(found, at=now()) if is_valid or (uuid and request.method != "POST") else []
    context = {"form": form, "template": found, "plan": plan}
    return render(request, "marketplace/sequences/edit.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
@role_required(Role.OPERATOR)
def template_delete(request: Request, uuid: UUID) -> HttpResponse:
    """Delete a template; reminders that run by it stop at their next turn."""
    get_object_or_404(ours(request), uuid=uuid).delete()
    messages.success(request, _("The template is deleted; its reminders stop."))
    return redirect("sequence_templates")


def ours(request: Request) -> Any:
    """Return the templates of the current tenant that the person may see."""
    return SequenceTemplate.objects.visible_to(request.user).of(request.tenant)


def simulate(template: SequenceTemplate, *, at: datetime) -> list[dict[str, Any]]:
    """Return when each step would go if a chat fell silent now and nobody answered."""
    sequence = ChatAutoSequence(template=template, messages=template.texts, started_at=at, current_step=0)
    plan, moment = [], at
    for number, step in enumerate(template.texts, start=1):
        due = reminding.moment_of(sequence, at=moment + timedelta(seconds=1))
        if due is None:
            break
        plan.append({"number": number, "text": step["text"], "at": due.astimezone(template.zone())})
        sequence.current_step, sequence.last_sent_at, moment = number, due, due
    return plan


def _may_edit(request: Request) -> bool:
    return role_of(request.user, request.tenant) in (Role.OPERATOR, Role.ADMIN)
