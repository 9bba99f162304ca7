"""Pages of assistants."""

from typing import Any
from uuid import UUID

from django.conf import settings
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
from assistants.choices import warnings_of
from assistants.errors import AssistantInUse
from assistants.forms import AssistantForm, NewAssistantForm
from assistants.models import Assistant


@require_safe
@role_required(Role.USER)
def assistants(request: Request, form: NewAssistantForm | None = None) -> HttpResponse:
    """Show the shop's assistants."""
    context = {
        "assistants": Assistant.objects.of(request.tenant).order_by("-is_active", "name"),
        "form": form or NewAssistantForm(),
        "may_manage": role_of(request.user, request.tenant) == Role.ADMIN,
    }
    return render(request, "assistants/list.html", context, status=422 if form else 200)


@require_POST
@role_required(Role.ADMIN)
def create(request: Request) -> HttpResponse:
    """Set up an assistant and open its editor."""
    form = NewAssistantForm(request.POST)
    if not form.is_valid():
        request.method = "GET"
        return assistants(request, form=form)
    assistant = services.create_assistant(
        request.tenant,
        by=request.user,
        name=form.cleaned_data["name"],
        language_code=request.tenant.language_code,
        greeting=_("Hello! Ask me anything about the shop."),
        system_prompt=_(
            "You answer customers of the shop “%(shop)s”. Be brief, friendly and exact. Answer only from the shop’s "
            "knowledge; if there is no answer there, say so and offer to call a colleague. Never promise discounts or "
            "dates that the knowledge does not name."
        )
        % {"shop": request.tenant.name},
    )
    messages.success(request, _("The assistant is there. Tell it how to speak."))
    return redirect("assistant", uuid=assistant.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.USER)
def assistant(request: Request, uuid: UUID) -> HttpResponse:
    """Show and change one assistant."""
    found = _found(request, uuid)
    may_manage = role_of(request.user, request.tenant) == Role.ADMIN
    form = AssistantForm(request.POST if request.method == "POST" and may_manage else None, instance=found)
    if not may_manage:
        for field in form.fields.values():
            field.disabled = True
    if form.is_bound and form.is_valid():
        return _save(request, found, form.cleaned_data)
    context = {
        "assistant": found,
        "form": form,
        "may_manage": may_manage,
        "in_force": services.version_in_force(found),
        "is_guarded": bool(services.guards_of(found)),
        "warnings": warnings_of(found, on=now().date()),
        "snippet": f'<script src="{settings.BASE_URL}/widget/{found.uuid}.js" async></script>',
        "demo_url": f"/widget/{found.uuid}/demo/",
    }
    return render(request, "assistants/detail.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.ADMIN)
def delete(request: Request, uuid: UUID) -> HttpResponse:
    """Remove an assistant that nothing depends on."""
    found = _found(request, uuid)
    try:
        services.delete_assistant(found)
    except AssistantInUse as error:
        messages.warning(request, str(error))
        return redirect("assistant", uuid=uuid)
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect("assistants")


def _save(request: Request, found: Assistant, given: dict[str, Any]) -> HttpResponse:
    """Save; where versions must pass a set first, new instructions become a draft."""
    version = services.change_or_draft(found, by=request.user, **given)
    if version is not None:
        messages.warning(
            request,
            _("The instructions are saved as draft %(number)d: run the set, then publish.")
            % {"number": version.number},
        )
        return redirect("assistant_version", uuid=found.uuid, number=version.number)
    messages.success(request, _("Saved."))
    return redirect("assistant", uuid=found.uuid)


def _found(request: Request, uuid: UUID) -> Assistant:
    return get_object_or_404(Assistant.objects.of(request.tenant), uuid=uuid)
