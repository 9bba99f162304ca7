"""Where payment providers knock."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from billing.errors import PaymentMismatch, PaymentUnknown, ProviderSilent
from billing.services import notices


@csrf_exempt
@login_not_required
@require_POST
def yookassa(request: HttpRequest) -> HttpResponse:
    """Take a notification; anything but 200 has YooKassa repeat it for a day."""
    if not notices.is_from(caller(request), settings.YOOKASSA.networks):
        return HttpResponse(status=403)
    said = _parsed(request.body)
    if said is None:
        return HttpResponse(status=400)
    try:
        notices.hear_yookassa(said, at=now())
    except ProviderSilent:
        return HttpResponse(status=503)
    except PaymentMismatch:
        return HttpResponse(status=409)
    return HttpResponse()


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def robokassa(request: HttpRequest) -> HttpResponse:
    """Take a notification at the shop's ResultURL, by whichever method is chosen there."""
    if not notices.is_from(caller(request), settings.ROBOKASSA.networks):
        return HttpResponse(status=403)
    said = (request.POST if request.method == "POST" else request.GET).dict()
    try:
        number = notices.hear_robokassa(said, at=now())
    except PaymentUnknown:
        return HttpResponse(status=404)
    except PaymentMismatch:
        return HttpResponse(status=409)
    if number is None:
        return HttpResponse(status=403)
    return HttpResponse(f"OK{number}", content_type="text/plain; charset=utf-8")


def caller(request: HttpRequest) -> str:
    """Return the address that knocked, as our own proxies saw it; what the caller wrote before them is not read."""
    proxies = int(str(settings.REST_FRAMEWORK["NUM_PROXIES"]))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
