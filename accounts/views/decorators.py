"""What a page asks before it does anything."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.enums import Role
from accounts.services import require_role

View = Callable[..., HttpResponse]


def role_required(role: Role) -> Callable[[View], View]:
    """Let only members of the current tenant with at least ``role`` see the page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require_role(request.user, request.tenant, role)  # type: ignore[attr-defined]  # set by TenantMiddleware
            return view(request, *args, **kwargs)

        return guarded

    return decorate
