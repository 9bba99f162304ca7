"""What every dashboard page knows."""

from typing import Any

from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Return the current tenant for the page's frame."""
    return {"tenant": getattr(request, "tenant", None)}
