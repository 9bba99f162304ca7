"""Webhooks: addresses of the shop's own programs, and what became of each delivery."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import EventType, Role, WebhookStatus
from accounts.errors import EndpointOff, EndpointUnusable, TooManyEndpoints
from accounts.forms import WebhookForm
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.pages import Request, role_required
from accounts.services import endpoints
from config.pages import page_of

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
@never_cache
def webhooks(request: Request) -> HttpResponse:
    """List the shop's addresses; the secret of a new one is shown in the answer to its form and never again."""
    form, secret = WebhookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = endpoints.add_endpoint(request.tenant, created_by=request.user, **_facts(form))
        except (EndpointUnusable, TooManyEndpoints) as refused:
            form.add_error("url", str(refused))
        else:
            return render(request, "accounts/webhooks/secret.html", {"endpoint": endpoint, "secret": secret})
    rows = WebhookEndpoint.objects.of(request.tenant).order_by("-is_active", "-pk")
    context = {"endpoints": rows, "form": form}
    return render(request, "accounts/webhooks/list.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def webhook(request: Request, uuid: UUID) -> HttpResponse:
    """Show an address with the log of its deliveries; change it."""
    endpoint = _endpoint(request, uuid)
    known = {"url": endpoint.url, "description": endpoint.description, "event_types": endpoint.event_types}
    form = WebhookForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            endpoints.change_endpoint(endpoint, **_facts(form))
        except EndpointUnusable as refused:
            form.add_error("url", str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("webhook", uuid=endpoint.uuid)
    log = endpoint.deliveries.select_related("event").prefetch_related("attempts").order_by("-pk")
    chosen = request.GET.get("status", "")
    if chosen in WebhookStatus.values:
        log = log.filter(status=chosen)
    context = {
        "endpoint": endpoint,
        "form": form,
        "page": page_of(log, request.GET.get("page")),
        "chosen": chosen,
        "statuses": WebhookStatus.choices,
    }
    return render(request, "accounts/webhooks/detail.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_safe
@role_required(Role.ADMIN)
def delivery(request: Request, uuid: UUID) -> HttpResponse:
    """Show what was sent and what each attempt brought."""
    found = _delivery(request, uuid)
    body = json.dumps(found.event.as_json(), ensure_ascii=False, indent=2)
    context = {
        "delivery": found,
        "endpoint": found.endpoint,
        "body": body,
        "attempts": found.attempts.order_by("number"),
    }
    return render(request, "accounts/webhooks/delivery.html", context)


@require_POST
@role_required(Role.ADMIN)
def replay(request: Request, uuid: UUID) -> HttpResponse:
    """Send an event again."""
    found = _delivery(request, uuid)
    try:
        again = endpoints.replay(found, at=now())
    except EndpointOff as refused:
        messages.warning(request, str(refused))
        return redirect("webhook", uuid=found.endpoint.uuid)
    messages.success(request, _("It is on its way again."))
    return redirect("webhook_delivery", uuid=again.uuid)


@require_POST
@role_required(Role.ADMIN)
def test(request: Request, uuid: UUID) -> HttpResponse:
    """Send an event that means nothing."""
    endpoint = _endpoint(request, uuid)
    try:
        sent = endpoints.send_test(endpoint, at=now())
    except EndpointOff as refused:
        messages.warning(request, str(refused))
        return redirect("webhook", uuid=endpoint.uuid)
    messages.success(request, _("A test is on its way. Reload the page to see the answer."))
    return redirect("webhook_delivery", uuid=sent.uuid)


@require_POST
@role_required(Role.ADMIN)
@never_cache
def rotate(request: Request, uuid: UUID) -> HttpResponse:
    """Show a new secret, once."""
    endpoint = _endpoint(request, uuid)
    secret = endpoints.rotate_secret(endpoint, at=now())
    context = {"endpoint": endpoint, "secret": secret, "is_rotated": True}
    return render(request, "accounts/webhooks/secret.html", context)


@require_POST
@role_required(Role.ADMIN)
def switch(request: Request, uuid: UUID) -> HttpResponse:
    """Switch an address on or off."""
    endpoint = _endpoint(request, uuid)
    if request.POST.get("on"):
        endpoints.switch_on(endpoint, at=now())
        messages.success(request, _("Events are sent to this address again."))
    else:
        endpoints.switch_off(endpoint)
        messages.success(request, _("Nothing is sent to this address any more."))
    return redirect("webhook", uuid=endpoint.uuid)


@require_POST
@role_required(Role.ADMIN)
def delete(request: Request, uuid: UUID) -> HttpResponse:
    """Forget an address and its log."""
    endpoint = _endpoint(request, uuid)
    endpoint.delete()
    messages.success(request, _("The address is deleted."))
    return redirect("webhooks")


def _endpoint(request: Request, uuid: UUID) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.of(request.tenant).select_related("created_by"), uuid=uuid)


def _delivery(request: Request, uuid: UUID) -> WebhookDelivery:
    rows = WebhookDelivery.objects.of(request.tenant).select_related("endpoint", "event")
    return get_object_or_404(rows, uuid=uuid)


def _facts(form: WebhookForm) -> dict[str, Any]:
    data = form.cleaned_data
    kinds = [EventType(kind) for kind in data["event_types"]]
    return {"url": data["url"], "description": data["description"], "event_types": kinds}
