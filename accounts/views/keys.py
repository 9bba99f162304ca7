"""API keys: make one, see it once, revoke it."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.enums import Role, Scope
from accounts.forms import ApiKeyForm
from accounts.models import ApiKey
from accounts.pages import Request, role_required


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
@never_cache
def api_keys(request: Request) -> HttpResponse:
    """List the shop's keys; a new one is shown in the answer to its form and never again."""
    form, secret, at = ApiKeyForm(request.POST or None), "", now()
    is_invalid = request.method == "POST" and not form.is_valid()
    if request.method == "POST" and not is_invalid:
        days = form.cleaned_data["days"]
        _key, secret = services.issue_api_key(
            request.tenant,
            name=form.cleaned_data["name"],
            scopes=[Scope(form.cleaned_data["scope"])],
            created_by=request.user,
            at=at,
            expires_at=at + timedelta(days=days) if days else None,
        )
        form = ApiKeyForm()
    keys = ApiKey.objects.of(request.tenant).select_related("created_by").order_by("revoked_at", "-created_at")
    context = {"keys": keys, "form": form, "secret": secret, "now": at, "is_invalid": is_invalid}
    return render(request, "accounts/api_keys.html", context, status=422 if is_invalid else 200)


@require_POST
@role_required(Role.ADMIN)
def revoke_api_key(request: Request, uuid: UUID) -> HttpResponse:
    """End a key for good."""
    key = get_object_or_404(ApiKey.objects.of(request.tenant), uuid=uuid)
    services.revoke_api_key(key, by=request.user, at=now())
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect("api_keys")
