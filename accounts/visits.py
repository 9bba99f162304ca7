"""Strangers on the way in: a cookie of our own tells one from another until they become somebody."""

from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from accounts.enums import FunnelStage
from accounts.services import funnel
from config.throttling import seconds_to_wait

COOKIE: Final = "otklik_visit"
KEPT_SECONDS: Final = 90 * 86_400
LENGTH: Final = 32
SEEN_ON: Final = {"/accounts/login/": FunnelStage.ARRIVED, "/accounts/signup/": FunnelStage.SIGNUP_OPENED}
RATE: Final = "30/minute"
CAMPAIGN: Final = ("utm_source", "utm_medium", "utm_campaign", "ref")
LONGEST: Final = 100


def visit_of(request: HttpRequest) -> str:
    """Return the visitor's mark, or nothing when they have none or one that we did not make."""
    mark = request.COOKIES.get(COOKIE, "")
    return mark if len(mark) == LENGTH and mark.isalnum() and mark.isascii() else ""


def note_visit(request: HttpRequest, response: HttpResponse) -> None:
    """Note that a stranger looks at the log-in or sign-up page, once for each."""
    stage = SEEN_ON.get(request.path_info)
    if stage is None or request.method != "GET" or request.user.is_authenticated:
        return
    if seconds_to_wait(RATE, "visit", request.META.get("REMOTE_ADDR", "")):
        return
    mark = visit_of(request) or token_hex(LENGTH // 2)
    facts: dict[str, Any] = {name: request.GET[name][:LONGEST] for name in CAMPAIGN if request.GET.get(name)}
    if host := urlsplit(request.headers.get("Referer", "")).hostname:
        facts["from"] = host[:LONGEST]
    at = now()
    if stage == FunnelStage.SIGNUP_OPENED:
        funnel.note(FunnelStage.ARRIVED, session_id=mark, at=at, **facts)
    funnel.note(stage, session_id=mark, at=at, **facts)
    if mark != request.COOKIES.get(COOKIE):
        response.set_cookie(
            COOKIE, mark, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=settings.IS_SECURE
        )
