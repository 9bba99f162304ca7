"""How often one caller may call, and the headers that say what is left."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiKeyPrincipal
from config.throttling import Allowance, spend


class CallerThrottle(BaseThrottle):
    """One rate for each person, each key and each stranger's address."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request, and leave what remains for the headers."""
        allowance = spend(settings.API_RATE, "api", self._caller(request))
        self.allowance = allowance
        request._request.rate_limit = allowance  # type: ignore[attr-defined]  # noqa: SLF001 -- for the middleware
        return allowance is None or allowance.is_granted

    def wait(self) -> float | None:
        """Return the seconds to wait."""
        return float(self.allowance.reset) if self.allowance else None

    def _caller(self, request: Request) -> str:
        user: Any = request.user
        if isinstance(user, ApiKeyPrincipal):
            return f"key:{user.key.pk}"
        return f"user:{user.pk}" if user and user.is_authenticated else f"address:{self.get_ident(request)}"


class RateLimitMiddleware:
    """Say in headers what is left of the caller's rate."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; add the headers if something was counted."""
        response = self.get_response(request)
        allowance: Allowance | None = getattr(request, "rate_limit", None)
        if allowance is not None:
            response["RateLimit-Policy"] = f'"default";q={allowance.limit};w={allowance.seconds}'
            response["RateLimit"] = f'"default";r={allowance.remaining};t={allowance.reset}'
            response["X-RateLimit-Limit"] = str(allowance.limit)
            response["X-RateLimit-Remaining"] = str(allowance.remaining)
            response["X-RateLimit-Reset"] = str(allowance.reset)
        return response
