"""Integrations: what can be connected, what is, and how each connection is doing."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.enums import AggregationPeriod, IntegrationStatus, Role, SyncStatus
from accounts.errors import NothingToSync
from accounts.forms import ConnectForm, in_language
from accounts.models import Integration, Platform
from accounts.pages import Request, role_required
from accounts.ports import Fulfilment, fulfilment_of
from accounts.reports import charts_of
from accounts.services import scheduling
from config.errors import DomainError
from config.pages import page_of

UNPROCESSABLE: Final = 422
POLL_MINUTES: Final = 1
NEXT_STEPS: Final = {
    IntegrationStatus.PENDING: gettext_lazy("It has not been tried yet. It will be with the first work there is."),
    IntegrationStatus.CONNECTED: gettext_lazy("Everything works; there is nothing to do."),
    IntegrationStatus.ERROR: gettext_lazy("It is tried again by itself, with growing pauses."),
    IntegrationStatus.RATE_LIMITED: gettext_lazy("The platform asked us to wait; the work goes on by itself."),
    IntegrationStatus.REAUTH_REQUIRED: gettext_lazy("The platform no longer takes the credentials. Enter new ones."),
    IntegrationStatus.DISCONNECTED: gettext_lazy("The credentials are erased. Enter them again to go on."),
}

PERIODS: Final = (
    (AggregationPeriod.MINUTE, gettext_lazy("hour")),
    (AggregationPeriod.HOUR, gettext_lazy("24 hours")),
    (AggregationPeriod.DAY, gettext_lazy("30 days")),
)
ENDS: Final = (SyncStatus.SUCCESS, SyncStatus.PARTIAL, SyncStatus.FAILED)
CAPABILITIES: Final = {
    "products": gettext_lazy("products"),
    "prices": gettext_lazy("prices"),
    "orders": gettext_lazy("orders"),
    "inventory": gettext_lazy("stock"),
    "reviews": gettext_lazy("reviews"),
    "questions": gettext_lazy("questions"),
    "chats": gettext_lazy("chats"),
    "returns": gettext_lazy("returns"),
    "text": gettext_lazy("text"),
    "inline_keyboard": gettext_lazy("buttons"),
    "interactive_buttons": gettext_lazy("buttons"),
    "media": gettext_lazy("pictures"),
    "files": gettext_lazy("files"),
    "voice": gettext_lazy("voice"),
    "templates": gettext_lazy("templates"),
    "chat": gettext_lazy("answers"),
    "streaming": gettext_lazy("word by word"),
    "embeddings": gettext_lazy("search by meaning"),
    "tickets": gettext_lazy("tickets"),
    "comments": gettext_lazy("comments"),
    "webhooks": gettext_lazy("webhooks"),
    "payments": gettext_lazy("payments"),
    "refunds": gettext_lazy("refunds"),
}


@require_safe
@role_required(Role.ADMIN)
def integrations(request: Request) -> HttpResponse:
    """List the shop's connections, and the catalogue."""
    rows = _own(request).exclude(status=IntegrationStatus.DISCONNECTED).order_by("platform__display_name", "pk")
    catalogue = [_entry(platform) for platform in Platform.objects.filter(is_active=True).order_by("type", "id")]
    context = {
        "integrations": [(row, _url_of(row)) for row in rows],
        "available": [entry for entry in catalogue if entry["url"]],
        "others": [entry for entry in catalogue if not entry["url"]],
    }
    return render(request, "accounts/integrations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def connect(request: Request, platform: str) -> HttpResponse:
    """Connect an account with what the platform asks for."""
    found = get_object_or_404(Platform, pk=platform, is_active=True)
    fulfilment = _fulfilled(found)
    if fulfilment.connect_url:
        return redirect(fulfilment.connect_url())
    form = ConnectForm(request.POST or None, platform=found)
    if request.method == "POST" and form.is_valid():
        try:
            account = fulfilment.greet(form.credentials) if fulfilment.greet else ""
            made = services.connect(
                request.tenant,
                platform=found,
                credentials=form.credentials,
                external_account=account,
                name=form.cleaned_data["name"],
                by=request.user,
            )
        except DomainError as refused:
            form.add_error(None, str(refused))
        else:
            if fulfilment.poll:
                scheduling.plan(made, at=now(), every_minutes=POLL_MINUTES)
            messages.success(request, _("%(platform)s is connected.") % {"platform": found})
            return redirect("integration", uuid=made.uuid)
    context = {"platform": found, "form": form}
    return render(request, "accounts/integrations/connect.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_safe
@role_required(Role.ADMIN)
def integration(request: Request, uuid: UUID) -> HttpResponse:
    """Show a connection: its state and what to do about it, masked credentials, its history."""
    found = _one(request, uuid)
    fulfilment = fulfilment_of(found.platform_id)
    runs, chosen = found.sync_logs.order_by("-pk"), request.GET.get("status", "")
    if chosen in SyncStatus.values:
        runs = runs.filter(status=chosen)
    asked = request.GET.get("period", "")
    period = AggregationPeriod(asked) if asked in AggregationPeriod.values else AggregationPeriod.HOUR
    described = found.platform.configuration.get("fields", {})
    masked = services.masked_credentials(found)
    context = {
        "integration": found,
        "next_step": NEXT_STEPS[IntegrationStatus(found.status)],
        "credentials": [
            (in_language(described.get(name, {}).get("label")) or name, masked.get(name, "")) for name in masked
        ],
        "is_unreadable": bool(found.credentials_encrypted) and not masked,
        "page": page_of(runs, request.GET.get("page"), size=20),
        "statuses": [(status.value, status.label) for status in ENDS],
        "chosen": chosen,
        "can_sync": bool(fulfilment and (fulfilment.sync or fulfilment.poll))
        and found.status != IntegrationStatus.DISCONNECTED,
        "facts": fulfilment.facts(found) if fulfilment and fulfilment.facts else [],
        "can_replace": bool(fulfilment),
        "charts": charts_of(found, period=period, at=now()),
        "period": period,
        "periods": PERIODS,
    }
    return render(request, "accounts/integrations/detail.html", context)


@require_POST
@role_required(Role.ADMIN)
def sync(request: Request, uuid: UUID) -> HttpResponse:
    """Start the work of a connection anew."""
    found = _one(request, uuid)
    try:
        scheduling.start(found, at=now())
    except NothingToSync as error:
        raise Http404 from error
    except DomainError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("It is under way. Reload the page to see how it goes."))
    return redirect("integration", uuid=found.uuid)


@require_POST
@role_required(Role.ADMIN)
def disconnect(request: Request, uuid: UUID) -> HttpResponse:
    """Erase the credentials; the history stays."""
    found = _one(request, uuid)
    services.disconnect(found, by=request.user)
    messages.success(request, _("Disconnected. The credentials are erased."))
    return redirect("integrations")


def _own(request: Request) -> Any:
    return Integration.objects.visible_to(request.user).of(request.tenant).select_related("platform", "tenant")


def _one(request: Request, uuid: UUID) -> Integration:
    found: Integration = get_object_or_404(_own(request), uuid=uuid)
    return found


def _fulfilled(platform: Platform) -> Fulfilment:
    fulfilment = fulfilment_of(platform.pk)
    if fulfilment is None:
        raise Http404
    return fulfilment


def _entry(platform: Platform) -> dict[str, Any]:
    """Return a platform with the address where it is connected, if somebody does anything with it."""
    url = reverse("connect_platform", args=[platform.pk]) if fulfilment_of(platform.pk) else ""
    abilities = [CAPABILITIES.get(each, each.replace("_", " ")) for each in platform.capabilities]
    return {"platform": platform, "url": url, "capabilities": abilities}


def _url_of(row: Integration) -> str:
    """Return the page where a connection is looked after."""
    fulfilment = fulfilment_of(row.platform_id)
    return fulfilment.url_of(row) if fulfilment and fulfilment.url_of else reverse("integration", args=[row.uuid])
