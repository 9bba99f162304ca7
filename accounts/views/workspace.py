"""The home page and the choice of the shop it speaks about."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import SESSION_KEY
from accounts.models import Tenant
from accounts.ports import fulfilled, home_cards, home_decisions, home_panels
from accounts.services import onboarding


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what happened in the shop and what needs a decision."""
    at, tenant = now(), request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
    cards = home_cards(tenant, at=at) if tenant else []
    decisions = home_decisions(tenant, at=at) if tenant else []
    panels = home_panels(tenant, at=at) if tenant else []
    wants_steps = onboarding.wants_checklist(request.user, tenant)  # type: ignore[arg-type]  # LoginRequiredMiddleware went before
    checklist = onboarding.checklist(tenant) if wants_steps and tenant else []
    context = {
        "cards": cards,
        "decisions": decisions,
        "panels": panels,
        "checklist": checklist,
        "done_count": sum(is_done for _, is_done in checklist),
        "can_open_demo": bool(checklist) and fulfilled.open_demo is not None,
    }
    return render(request, "accounts/home.html", context)


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
