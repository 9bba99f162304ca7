"""The home page and the choice of the shop it speaks about."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import SESSION_KEY
from accounts.models import Tenant
from accounts.ports import home_cards, home_decisions, home_panels


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what happened in the shop and what needs a decision."""
    at, tenant = now(), request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
    cards = home_cards(tenant, at=at) if tenant else []
    decisions = home_decisions(tenant, at=at) if tenant else []
    panels = home_panels(tenant, at=at) if tenant else []
    return render(request, "accounts/home.html", {"cards": cards, "decisions": decisions, "panels": panels})


@require_POST
def switch_tenant(request: HttpRequest) -> HttpResponse:
    """Make another of the person's shops the current one."""
    try:
        chosen = UUID(request.POST.get("tenant", ""))
    except ValueError as error:
        raise Http404 from error
    tenant = get_object_or_404(Tenant.objects.visible_to(request.user), uuid=chosen)
    request.session[SESSION_KEY] = str(tenant.uuid)
    return redirect("home")
