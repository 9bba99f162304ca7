"""What every dashboard page knows."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Tenant
from accounts.services.access import RANK, role_of
from accounts.services.announcing import announcements_for


class Section(NamedTuple):
    """One entry of the menu: a page's name, title and icon, the group it stands in and who may open it."""

    name: str
    title: Any
    icon: str
    group: Any = ""
    role: Role = Role.USER
    is_daily: bool = False  # it also stands in the bar at the bottom of a phone


CUSTOMERS, ASSISTANT, SHOP = _("Customers"), _("Assistant"), _("Shop")
WILDBERRIES: Final = "Wildberries"
SECTIONS: Final = (
    Section("home", _("Home"), "home", is_daily=True),
    Section("console", _("Console"), "operator", CUSTOMERS, Role.OPERATOR),
    Section("dialogs", _("Dialogs"), "dialogs", CUSTOMERS, is_daily=True),
    Section("tickets", _("Tickets"), "ticket", CUSTOMERS, is_daily=True),
    Section("figures", _("Figures"), "chart", CUSTOMERS),
    Section("reviews", _("Reviews"), "star", WILDBERRIES, is_daily=True),
    Section("complaints", _("Complaints"), "alert", WILDBERRIES),
    Section("chats", _("Chats"), "mail", WILDBERRIES),
    Section("products", _("Products"), "tag", WILDBERRIES),
    Section("reputation", _("Reputation"), "chart", WILDBERRIES),
    Section("stores", _("Stores"), "store", WILDBERRIES),
    Section("assistants", _("Assistants"), "assistants", ASSISTANT),
    Section("knowledge", _("Knowledge"), "knowledge", ASSISTANT),
    Section("bots", _("Channels"), "send", ASSISTANT),
    Section("models", _("Models"), "bolt", ASSISTANT),
    Section("balance", _("Balance"), "balance", SHOP),
    Section("team", _("Team"), "team", SHOP),
    Section("integrations", _("Integrations"), "plug", SHOP, Role.ADMIN),
    Section("api_keys", _("API keys"), "key", SHOP, Role.ADMIN),
    Section("webhooks", _("Webhooks"), "code", SHOP, Role.ADMIN),
    Section("data", _("Data"), "file", SHOP, Role.ADMIN),
    Section("audit", _("Audit log"), "shield", SHOP, Role.ADMIN),
)
PERSONAL: Final = (Section("profile", _("Profile"), "user"),)
STAFF: Final = (Section("admin:index", _("Administration"), "shield"),)


def workspace(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a page: current tenant, tenants to choose from, sections."""
    user = getattr(request, "user", None)
    told = getattr(request, "maintenance", None)
    if user is None or not user.is_authenticated:
        return {"tenant": None, "tenants": (), "navigation": [], "personal_navigation": [], "maintenance": told}
    tenant, look = getattr(request, "tenant", None), getattr(request, "impersonation", None)
    return {
        "maintenance": told,
        "tenant": tenant,
        "tenants": SimpleLazyObject(lambda: [] if look else list(Tenant.objects.visible_to(user).order_by("name"))),
        "impersonation": look,
        "announcements": SimpleLazyObject(lambda: announcements_for(user, role=role_of(user, tenant), at=now())),
        "navigation": SimpleLazyObject(lambda: _links(_open_to(user, tenant), request.path)),
        "personal_navigation": _links((*PERSONAL, *(STAFF if user.is_staff else ())), request.path),
    }


def _open_to(user: Any, tenant: Tenant | None) -> list[Section]:
    """Leave out what would only refuse this person."""
    rank = max(RANK[role_of(user, tenant)], RANK[Role.USER])
    return [section for section in SECTIONS if RANK[section.role] <= rank]


def _links(sections: Iterable[Section], path: str) -> list[dict[str, Any]]:
    """Turn sections into links; one whose page does not exist is left out."""
    links = []
    for section in sections:
        try:
            url = reverse(section.name)
        except NoReverseMatch:
            continue
        is_current = path == url or (url != "/" and path.startswith(url))
        links.append({**section._asdict(), "url": url, "is_current": is_current})
    return links
