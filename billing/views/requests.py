"""The request as billing's pages see it."""

from django.http import Http404, HttpRequest

from accounts.enums import Role
from accounts.models import Tenant, User
from accounts.services import role_of


class Request(HttpRequest):
    """A request of a member: LoginRequiredMiddleware and TenantMiddleware went before."""

    user: User
    tenant: Tenant


def shop_of(request: Request) -> Tenant:
    """Return the shop the page is about.

    Raises:
        Http404: the person belongs to none.
    """
    if not request.tenant:
        raise Http404
    return request.tenant


def may_pay(request: Request) -> bool:
    """Say whether the person may top up and use codes here."""
    return role_of(request.user, shop_of(request)) == Role.ADMIN
