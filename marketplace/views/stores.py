"""Stores: connecting a cabinet, and how its tokens and syncs are doing."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.models import SyncLog
from accounts.pages import Request, role_required
from accounts.services import role_of
from config.errors import DomainError
from config.throttling import seconds_to_wait
from marketplace.enums import SyncEntity
from marketplace.errors import OtherCabinet
from marketplace.forms import TokensForm
from marketplace.models import Store, StoreSync
from marketplace.services import stores as service
from marketplace.services import syncing
from marketplace.wildberries import Category, TokenType

CALLS: Final = "12/minute"
LOGGED: Final = 20
SOON: Final = 14  # days
VERBS: Final = frozenset({"sync", "try", "pause", "resume", "disconnect"})


@require_safe
@role_required(Role.USER)
def stores(request: Request) -> HttpResponse:
    """List the shop's cabinets and how their syncs go."""
    own = list(Store.objects.of(request.tenant).select_related("integration").order_by("name", "pk"))
    at = now()
    rows = [{"store": store, "lamps": lamps(store), "tokens": tokens(store, at=at)} for store in own]
    return render(request, "marketplace/stores.html", {"rows": rows, "may_manage": _may_manage(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def connect_store(request: Request) -> HttpResponse:
    """Take tokens: show what they are, then connect their cabinet."""
    form = TokensForm(request.POST or None)
    decoded: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid() and _may_call(request):
        try:
            found = service.read_tokens(form.cleaned_data["tokens"], at=now())
            decoded = [shown(service.facts_of(token), at=now()) for token in found]
            if "look" not in request.POST:
                store = service.connect_store(request.tenant, tokens=found, name=form.cleaned_data["name"], at=now())
                messages.success(request, _("“%(name)s” is connected; its data are on their way.") % {"name": store})
                return redirect("store", uuid=store.uuid)
        except DomainError as refusal:
            form.add_error("tokens", str(refusal))
    context = {"form": form, "decoded": decoded, "is_sandbox": settings.WB_SANDBOX}
    return render(request, "marketplace/connect_store.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(Role.USER)
def store(request: Request, uuid: UUID) -> HttpResponse:
    """Show one cabinet: tokens, permissions, syncs and their log."""
    found = _one(request, uuid)
    logs = SyncLog.objects.filter(integration=found.integration).order_by("-pk")[:LOGGED] if found.integration else []
    metadata = found.integration.metadata if found.integration else {}
    trials = [{**trial, "label": Category(trial["category"]).label} for trial in metadata.get("trials", [])]
    context = {
        "store": found,
        "lamps": lamps(found),
        "tokens": tokens(found, at=now()),
        "trials": trials,
        "tried_at": parse_datetime(metadata.get("tried_at", "")),
        "logs": logs,
        "may_manage": _may_manage(request),
    }
    template = "marketplace/store_lamps.html" if request.headers.get("HX-Request") else "marketplace/store.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def replace_tokens(request: Request, uuid: UUID) -> HttpResponse:
    """Give a cabinet new tokens; the old ones are forgotten."""
    found = _one(request, uuid)
    form = TokensForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid() and _may_call(request):
        try:
            given = service.read_tokens(form.cleaned_data["tokens"], at=now())
            if found.sid and given[0].sid != found.sid:
                raise OtherCabinet
            service.connect_store(request.tenant, tokens=given, name=form.cleaned_data["name"], at=now())
        except DomainError as refusal:
            form.add_error("tokens", str(refusal))
        else:
            messages.success(request, _("The new token is in use."))
            return redirect("store", uuid=uuid)
    context = {"form": form, "store": found, "is_sandbox": settings.WB_SANDBOX}
    return render(request, "marketplace/connect_store.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.ADMIN)
def store_command(request: Request, uuid: UUID, verb: str) -> HttpResponse:
    """Sync, try, pause, resume or disconnect a cabinet."""
    found = _one(request, uuid)
    if verb not in VERBS:
        raise Http404
    if not _may_call(request):
        return redirect("store", uuid=uuid)
    try:
        if verb == "sync":
            syncing.sync_now(found, at=now())
            messages.success(request, _("The sync begins."))
        elif verb == "try":
            service.try_permissions(found, at=now())
        elif verb == "pause":
            service.pause(found)
        elif verb == "resume":
            service.resume(found, at=now())
        else:
            service.disconnect_store(found)
            messages.success(request, _("“%(name)s” is disconnected and its token erased.") % {"name": found})
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("store", uuid=uuid)


def lamps(found: Store) -> list[dict[str, Any]]:
    """Return how each kind of data is synced, in a fixed order."""
    rows = {row.entity: row for row in StoreSync.objects.filter(store=found)}
    return [
        {
            "entity": entity,
            "label": entity.label,
            "status": getattr(found, f"last_{entity.value}_update_status"),
            "status_label": getattr(found, f"get_last_{entity.value}_update_status_display")(),
            "date": getattr(found, f"last_{entity.value}_update_date"),
            "error": getattr(found, f"last_{entity.value}_update_error"),
            "sync": rows.get(entity.value),
        }
        for entity in SyncEntity
    ]


def tokens(found: Store, *, at: datetime) -> list[dict[str, Any]]:
    """Return what is known of a cabinet's tokens."""
    return [shown(token, at=at) for token, _expires in service.expiries(found)]


def shown(token: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return a token's facts in words."""
    expires_at = datetime.fromisoformat(token["expires_at"])
    days = (expires_at - at) // timedelta(days=1)
    return {
        **token,
        "type_label": TokenType(token["type"]).label,
        "labels": [Category(number).label for number in token["categories"]],
        "missing": [category.label for category in service.CHECKS if category not in token["categories"]],
        "expires_at": expires_at,
        "days": days,
        "is_slow": token["type"] == TokenType.BASE.value,
        "tone": "danger" if days < 1 else "warning" if days < SOON else "success",
    }


def _one(request: Request, uuid: UUID) -> Store:
    return get_object_or_404(Store.objects.of(request.tenant).select_related("integration", "tenant"), uuid=uuid)


def _may_manage(request: Request) -> bool:
    return role_of(request.user, request.tenant) == Role.ADMIN


def _may_call(request: Request) -> bool:
    wait = seconds_to_wait(CALLS, "store-calls", str(request.tenant.pk))
    if wait:
        messages.warning(request, _("Too many tests at once. Try again in %(seconds)d s.") % {"seconds": wait})
    return not wait
