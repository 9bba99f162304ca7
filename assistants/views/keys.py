"""The shop's own keys at model providers: connect, test, change, disconnect."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import IntegrationStatus, Role
from accounts.models import Integration, Platform
from accounts.pages import Request, role_required
from accounts.services import masked_credentials
from assistants.door.routes import OWN_PLATFORMS
from assistants.forms import KeyForm
from assistants.services import connecting
from config.throttling import seconds_to_wait

TESTS: str = "6/minute"


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def connect(request: Request, platform: str) -> HttpResponse:
    """Take a key, keep it encrypted, and test it at once."""
    known = get_object_or_404(Platform, pk__in=OWN_PLATFORMS, is_active=True, pk=platform)
    form = KeyForm(request.POST or None, platform=known)
    if request.method == "POST" and form.is_valid():
        key = connecting.connect_key(request.tenant, platform=known, **form.taken())
        _test(request, key)
        return redirect("model_key", uuid=key.uuid)
    context = {"form": form, "platform": known}
    return render(request, "assistants/connect_key.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def key(request: Request, uuid: UUID) -> HttpResponse:
    """Show a key's last test, and change what it is used for."""
    found = _found(request, uuid)
    names = _names(found)
    address = connecting.address_of(found)
    form = KeyForm(request.POST or None, platform=found.platform, instance=found, names=names, address=address)
    if request.method == "POST" and form.is_valid():
        connecting.change_key(found, **form.taken())
        found.refresh_from_db()
        _test(request, found)
        return redirect("model_key", uuid=uuid)
    context = {
        "key": found,
        "form": form,
        "masked": masked_credentials(found).get("api_key", ""),
        "address": address,
        "test": found.settings.get("last_test"),
        "window": found.settings.get("context_length"),
    }
    return render(request, "assistants/key.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.ADMIN)
def test(request: Request, uuid: UUID) -> HttpResponse:
    """Try a key now."""
    found = _found(request, uuid)
    _test(request, found)
    return redirect("model_key", uuid=uuid)


@require_POST
@role_required(Role.ADMIN)
def disconnect(request: Request, uuid: UUID) -> HttpResponse:
    """Forget a key."""
    found = _found(request, uuid)
    connecting.disconnect_key(found)
    messages.success(request, _("“%(name)s” is disconnected and its key erased.") % {"name": found})
    return redirect("models")


def _test(request: Request, found: Integration) -> None:
    if wait := seconds_to_wait(TESTS, "model-test", str(request.tenant.pk)):
        messages.warning(request, _("Too many tests at once. Try again in %(seconds)d s.") % {"seconds": wait})
        return
    report = connecting.test_key(found, at=now())
    if report.works:
        messages.success(request, _("The key works. Assistants use it from now on."))
    else:
        messages.error(request, found.status_message or _("The key does not work yet."))


def _names(found: Integration) -> list[str]:
    """Return the models that the last test saw."""
    steps = (found.settings.get("last_test") or {}).get("steps", [])
    return next((list(step["facts"].get("names", [])) for step in steps if step["name"] == "models"), [])


def _found(request: Request, uuid: UUID) -> Integration:
    own = Integration.objects.of(request.tenant).filter(platform_id__in=OWN_PLATFORMS)
    return get_object_or_404(own.exclude(status=IntegrationStatus.DISCONNECTED).select_related("platform"), uuid=uuid)
