"""Content security policy, loosened only where a screen of somebody else's making needs it; refusals as pages."""

from collections.abc import Callable
from typing import Final

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from config.errors import DomainError

# Unfold's Alpine.js evaluates attribute expressions and writes style attributes;
# Swagger UI starts from an inline script and draws with inline styles.
LOOSER: Final = {
    "/admin/": {"script-src": ["'unsafe-eval'", "'unsafe-inline'"], "style-src": ["'unsafe-inline'"]},
    "/api/docs/": {"script-src": ["'unsafe-inline'"], "style-src": ["'unsafe-inline'"]},
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Send the strict policy; add what the admin and the API docs need on their pages only."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002 -- django-csp's signature
    ) -> PolicyParts:
        """Merge the page's own update, if any, into the loosening of its path."""
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, additions in LOOSER.items():
            if request.path_info.startswith(prefix):
                update = parts.update or {}
                parts.update = {
                    name: [*additions.get(name, []), *update.get(name, [])] for name in {*additions, *update}
                }
        return parts


class RefusalMiddleware:
    """Turn a ``DomainError`` that a page did not handle into a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render the refusal; anything else goes its way."""
        if not isinstance(exception, DomainError):
            return None
        return render(request, "refused.html", {"refusal": exception}, status=exception.status)
