"""What every dashboard page, of whichever app, starts from."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.enums import Role
from accounts.models import Tenant, User
from accounts.services import require_role

View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """A request of a member: LoginRequiredMiddleware and TenantMiddleware went before."""

    user: User
    tenant: Tenant


def role_required(role: Role) -> Callable[[View], View]:
    """Let only members of the current tenant with at least ``role`` see the page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            require_role(request.user, request.tenant, role)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
