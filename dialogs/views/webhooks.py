"""Where messengers knock."""

import hmac
import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Integration
from assistants.enums import BotPlatform
from assistants.models import BotInstance
from dialogs.services import telegram as telegram_service
from dialogs.services import whatsapp as whatsapp_service
from dialogs.whatsapp.client import PLATFORM


@csrf_exempt
@login_not_required
@require_POST
def telegram(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an update of a bot; an unknown bot and a wrong secret look alike."""
    bots = BotInstance.objects.filter(platform=BotPlatform.TELEGRAM).select_related("tenant", "assistant__tenant")
    bot = bots.filter(uuid=uuid).first()
    expected = bot.open_webhook_secret() if bot else ""
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if bot is None or not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        return HttpResponse(status=403)
    if not bot.is_active:
        return HttpResponse(status=503)  # Telegram keeps it for later
    update = parsed(request.body)
    if update is None:
        return HttpResponse(status=400)
    return JsonResponse(telegram_service.take_update(bot, update, at=now()) or {})


def parsed(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in ``body``, or None when there is none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def whatsapp(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer Meta's verification, and take signed notifications."""
    own = Integration.objects.filter(platform_id=PLATFORM, credentials_encrypted__isnull=False)
    integration = own.select_related("tenant").filter(uuid=uuid).first()
    if integration is None:
        return HttpResponse(status=403)
    if request.method == "GET":
        is_asked = request.GET.get("hub.mode") == "subscribe"
        if not is_asked or not whatsapp_service.is_verification(integration, request.GET.get("hub.verify_token", "")):
            return HttpResponse(status=403)
        return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain; charset=utf-8")
    if not whatsapp_service.is_signed(integration, request.body, request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=403)
    notification = parsed(request.body)
    if notification is None:
        return HttpResponse(status=400)
    news = whatsapp_service.take_notification(integration, notification, at=now())
    return HttpResponse(status=503 if news is None else 200)  # a stopped number's messages come again later
