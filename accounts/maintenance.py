"""The door while the system is worked on: who gets in, and what the others are told."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from config.maintenance import Notice, notice

ALWAYS: Final = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/",
    "/i18n/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/2fa/",
)
READ_EVEN_WHEN_CLOSED: Final = ("/widget/",)  # other people's sites include it
FOR_PROGRAMS: Final = ("/api/", "/webhooks/", "/widget/")
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class MaintenanceMiddleware:
    """Answer 503 to whoever may not in now: a page to people, a problem to programs; our staff passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, or tell when to come back."""
        if request.path_info.startswith(ALWAYS):
            return self.get_response(request)
        told = notice()
        request.maintenance = told  # type: ignore[attr-defined]  # ours
        if told is None or _may_pass(request, told):
            return self.get_response(request)
        return refusal(request, told)


def refusal(request: HttpRequest, told: Notice) -> HttpResponse:
    """Return the answer in place of the page."""
    response: HttpResponse
    if request.path_info.startswith(FOR_PROGRAMS):
        response = JsonResponse(told.as_problem(), status=503, content_type="application/problem+json")
    else:
        response = render(request, "503.html", {"notice": told}, status=503)
        if request.method in SAFE:
            response["Refresh"] = "60"
    response["Retry-After"] = str(told.retry_after)
    response["Cache-Control"] = "no-store"
    return response


def _may_pass(request: HttpRequest, told: Notice) -> bool:
    if getattr(request.user, "is_staff", False) and request.user.is_active:
        return True
    is_reading = request.method in SAFE
    return is_reading and (not told.is_closed or request.path_info.startswith(READ_EVEN_WHEN_CLOSED))
