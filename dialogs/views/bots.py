"""The seller's bots and numbers on messengers."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import credentials_of, role_of
from assistants.enums import BotPlatform
from assistants.models import BotInstance
from config.errors import DomainError
from config.throttling import seconds_to_wait
from dialogs.forms import MessengerForm, TelegramForm, WhatsAppForm
from dialogs.services import bots as service
from dialogs.services import whatsapp
from dialogs.whatsapp.client import integration_of

CALLS: Final = "12/minute"


@require_safe
@role_required(Role.USER)
def bots(request: Request) -> HttpResponse:
    """List where the shop's assistants can be written to."""
    own = BotInstance.objects.of(request.tenant).select_related("assistant").order_by("platform", "pk")
    may_manage = role_of(request.user, request.tenant) == Role.ADMIN
    return render(request, "dialogs/bots.html", {"bots": own, "may_manage": may_manage})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def connect_telegram(request: Request) -> HttpResponse:
    """Take a bot's token, check it with Telegram and start the bot."""
    form = TelegramForm(request.POST or None, tenant=request.tenant)
    words = _("@%(name)s is connected.")
    return _connect(request, form, service.connect_telegram, field="token", platform="Telegram", words=words)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def connect_whatsapp(request: Request) -> HttpResponse:
    """Take a number of WhatsApp's Cloud API and check it."""
    form = WhatsAppForm(request.POST or None, tenant=request.tenant)
    words = _("%(name)s is connected.")
    return _connect(request, form, whatsapp.connect_whatsapp, field="access_token", platform="WhatsApp", words=words)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def bot(request: Request, uuid: UUID) -> HttpResponse:
    """Show how a bot is doing, and change who answers there."""
    found = _one(request, uuid)
    known = {"assistant": found.assistant_id, "name": found.name}
    form = MessengerForm(request.POST or None, tenant=request.tenant, initial=known)
    if request.method == "POST" and form.is_valid():
        service.change(found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("bot", uuid=uuid)
    health = found.settings.get("health", {})
    context = {
        "bot": found,
        "health": health,
        "form": form,
        "checked_at": parse_datetime(health.get("at", "")),
        "is_reachable": settings.IS_SECURE,
    }
    integration = integration_of(found) if found.platform == BotPlatform.WHATSAPP else None
    if integration:
        context["hook"] = f"{settings.BASE_URL}/webhooks/whatsapp/{integration.uuid}/"
        context["verify_token"] = credentials_of(integration).get("verify_token", "")
    return render(request, "dialogs/bot.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(Role.ADMIN)
def command(request: Request, uuid: UUID, verb: str) -> HttpResponse:
    """Check, start, stop or disconnect a bot."""
    found = _one(request, uuid)
    if verb not in {"check", "start", "stop", "disconnect"}:
        raise Http404
    if not _may_call(request):
        return redirect("bot", uuid=uuid)
    try:
        if verb == "check":
            service.check(found, at=now())
        elif verb == "start":
            service.start(found, at=now())
        elif verb == "stop":
            service.stop(found)
        else:
            service.disconnect(found)
            messages.success(request, _("“%(name)s” is disconnected and its token erased.") % {"name": found})
            return redirect("bots")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("bot", uuid=uuid)


def _one(request: Request, uuid: UUID) -> BotInstance:
    own = BotInstance.objects.of(request.tenant).select_related("assistant", "tenant")
    return get_object_or_404(own, uuid=uuid)


def _may_call(request: Request) -> bool:
    wait = seconds_to_wait(CALLS, "bot-calls", str(request.tenant.pk))
    if wait:
        messages.warning(request, _("Too many tests at once. Try again in %(seconds)d s.") % {"seconds": wait})
    return not wait


def _connect(
    request: Request, form: forms.Form, connect: Callable[..., BotInstance], *, field: str, platform: str, words: str
) -> HttpResponse:
    """Show the form, or connect what it names; a refusal stands at ``field``."""
    if request.method == "POST" and _may_call(request) and form.is_valid():
        try:
            bot = connect(at=now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(field, str(refusal))
        else:
            messages.success(request, words % {"name": bot.username})
            return redirect("bot", uuid=bot.uuid)
    context = {"form": form, "platform": platform}
    return render(request, "dialogs/connect_bot.html", context, status=422 if form.errors else 200)
