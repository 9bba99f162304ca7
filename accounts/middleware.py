"""Which tenant a page is about, and in whose language and time it speaks."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Tenant

SESSION_KEY = "tenant"


def current_tenant(request: HttpRequest) -> Tenant | None:
    """Return the tenant chosen in this session, else the person's first one."""
    tenants = Tenant.objects.visible_to(request.user).order_by("pk")
    chosen = request.session.get(SESSION_KEY)
    return (tenants.filter(uuid=chosen).first() if chosen else None) or tenants.first()


class TenantMiddleware:
    """Set ``request.tenant`` (lazy) and the person's time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the page in the person's time zone."""
        request.tenant = SimpleLazyObject(lambda: current_tenant(request))  # type: ignore[attr-defined]  # ours
        name = getattr(request.user, "timezone", "")
        try:
            timezone.activate(ZoneInfo(name) if name else timezone.get_default_timezone())
        except (ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
        return self.get_response(request)
