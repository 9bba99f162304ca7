"""The request as dashboard pages see it."""

from django.http import HttpRequest

from accounts.models import Tenant, User


class Request(HttpRequest):
    """A request of a member: LoginRequiredMiddleware and TenantMiddleware went before."""

    user: User
    tenant: Tenant
