"""What every dashboard page knows."""

from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Announcement, Tenant
from accounts.services import role_of
from accounts.services.announcing import announcements_for

SECTIONS: Final = (
    ("home", _("Home"), "home"),
    ("dialogs", _("Dialogs"), "dialogs"),
    ("tickets", _("Tickets"), "ticket"),
    ("reviews", _("Reviews"), "star"),
    ("products", _("Products"), "store"),
    ("complaints", _("Complaints"), "alert"),
    ("chats", _("Buyers' chats"), "mail"),
    ("reputation", _("Reputation"), "chart"),
    ("knowledge", _("Knowledge"), "knowledge"),
    ("assistants", _("Assistants"), "assistants"),
    ("models", _("Models"), "bolt"),
    ("bots", _("Channels"), "send"),
    ("stores", _("Wildberries"), "store"),
    ("console", _("Operator console"), "operator"),
    ("balance", _("Balance"), "balance"),
    ("team", _("Team"), "team"),
    ("api_keys", _("API keys"), "key"),
    ("integrations", _("Integrations"), "plug"),
    ("webhooks", _("Webhooks"), "code"),
)
PERSONAL: Final = (("profile", _("Profile"), "user"),)
STAFF: Final = (("admin:index", _("Administration"), "shield"),)


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a page: current tenant, tenants to choose from, sections."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"tenant": None, "tenants": (), "navigation": [], "personal_navigation": []}
    look = getattr(request, "impersonation", None)
    return {
        "tenant": getattr(request, "tenant", None),
        "tenants": SimpleLazyObject(lambda: [] if look else list(Tenant.objects.visible_to(user).order_by("name"))),
        "impersonation": look,
        "announcements": SimpleLazyObject(lambda: _announcements(request)),
        "navigation": _links(SECTIONS, request.path),
        "personal_navigation": _links((*PERSONAL, *(STAFF if user.is_staff else ())), request.path),
    }


def _announcements(request: HttpRequest) -> list[Announcement]:
    user: Any = request.user
    tenant = getattr(request, "tenant", None)
    return announcements_for(user, role=role_of(user, tenant), at=now())


def _links(sections: Iterable[tuple[str, Any, str]], path: str) -> list[dict[str, Any]]:
    """Turn sections into links; one whose page does not exist is left out."""
    links = []
    for name, title, icon in sections:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        is_current = path == url or (url != "/" and path.startswith(url))
        links.append({"name": name, "title": title, "icon": icon, "url": url, "is_current": is_current})
    return links
