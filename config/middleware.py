"""Content security policy, loosened only where a screen needs it."""

from typing import Final

from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Unfold's Alpine.js evaluates attribute expressions and sets styles; the API
# docs page of Swagger UI starts from an inline script.
LOOSER: Final = {"/admin/": "admin", "/api/docs/": "docs"}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Send the strict policy, and the admin's own one under ``/admin/``."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Attach the policy that fits the page."""
        if request.path.startswith(tuple(LOOSER)) and not hasattr(response, "_csp_update"):
            response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001 -- django-csp's own mark
                "script-src": ["'unsafe-eval'", "'unsafe-inline'"],
                "style-src": ["'unsafe-inline'"],
            }
        return super().process_response(request, response)
