"""What every dashboard page, of whichever app, starts from."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse

from accounts.enums import Role
from accounts.models import Tenant, User
from accounts.services import require_role

View = Callable[..., HttpResponse]
AREAS: Final = ("Europe/", "Asia/", "America/", "Africa/", "Australia/", "Pacific/")
RUSSIAN_ZONES: Final = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)


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


def time_zones(current: str) -> list[tuple[str, str]]:
    """Return the time zones of the world, Russia's first, and the current one whatever it is."""
    others = sorted(zone for zone in available_timezones() if zone.startswith(AREAS) and zone not in RUSSIAN_ZONES)
    names = list(dict.fromkeys([*RUSSIAN_ZONES, current, "UTC", *others]))
    return [(name, name.replace("_", " ")) for name in names]
