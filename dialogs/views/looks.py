"""The editor of a widget: look with a live preview, websites it may stand on, and the secret of known customers."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from assistants.models import Assistant
from assistants.services import change_assistant, renew_identity_secret, withdraw_identity_secret
from dialogs.appearance import shown_by
from dialogs.forms import LookForm
from dialogs.models import WidgetSighting

UNPROCESSABLE = 422
SIGHTINGS_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.USER)
def look(request: Request, uuid: UUID) -> HttpResponse:
    """Show and change how the widget looks and where it may stand."""
    found = _found(request, uuid)
    may_manage = role_of(request.user, request.tenant) == Role.ADMIN
    form = LookForm(request.POST if request.method == "POST" and may_manage else None, assistant=found)
    if not may_manage:
        for field in form.fields.values():
            field.disabled = True
    if form.is_bound and form.is_valid():
        change_assistant(found, by=request.user, **form.changes())
        messages.success(request, _("Saved. Open chats change by themselves."))
        return redirect("widget_look", uuid=uuid)
    seen = WidgetSighting.objects.of(request.tenant).filter(assistant=found).order_by("-last_seen_at")
    context = {
        "assistant": found,
        "form": form,
        "may_manage": may_manage,
        "snippet": f'<script src="{settings.BASE_URL}/widget/{found.uuid}.js" async></script>',
        "sightings": seen[:SIGHTINGS_SHOWN],
        "is_shown": found.is_active and found.website_integration_enabled,
    }
    return render(request, "dialogs/look.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
@role_required(Role.USER)
def preview(request: Request, uuid: UUID) -> HttpResponse:
    """Return what the chat would show with these unsaved settings; what is wrong in them is left as it is."""
    found = _found(request, uuid)
    form = LookForm(request.POST, assistant=found)
    form.is_valid()
    for name, value in form.changes().items():
        setattr(found, name, value)
    return JsonResponse(shown_by(found))


@require_POST
@role_required(Role.ADMIN)
@never_cache
def identity(request: Request, uuid: UUID) -> HttpResponse:
    """Make a new secret and show it this once, or withdraw it."""
    found = _found(request, uuid)
    if "withdraw" in request.POST:
        withdraw_identity_secret(found)
        messages.success(request, _("Customers are no longer identified in the chat."))
        return redirect("widget_look", uuid=uuid)
    secret = renew_identity_secret(found, at=now())
    context: dict[str, Any] = {"assistant": found, "secret": secret}
    return render(request, "dialogs/identity_secret.html", context)


def _found(request: Request, uuid: UUID) -> Assistant:
    return get_object_or_404(Assistant.objects.of(request.tenant), uuid=uuid)
