"""How the staff's admin looks: the product's own colours and sign."""

from typing import Any, Final

from django.http import HttpRequest
from django.templatetags.static import static

BASE: Final = {
    "50": "oklch(98.2% .002 180)",
    "100": "oklch(96.2% .004 180)",
    "200": "oklch(92.2% .006 180)",
    "300": "oklch(86.5% .009 180)",
    "400": "oklch(70.5% .014 185)",
    "500": "oklch(55.5% .018 185)",
    "600": "oklch(44.5% .018 185)",
    "700": "oklch(36.5% .018 190)",
    "800": "oklch(27.5% .014 195)",
    "900": "oklch(21% .011 200)",
    "950": "oklch(15.5% .009 205)",
}
PRIMARY: Final = {
    "50": "oklch(97.8% .015 175)",
    "100": "oklch(94.5% .03 175)",
    "200": "oklch(89.5% .055 175)",
    "300": "oklch(82.5% .09 175)",
    "400": "oklch(73.5% .11 175)",
    "500": "oklch(57.5% .105 175)",
    "600": "oklch(47.5% .09 175)",
    "700": "oklch(41% .075 175)",
    "800": "oklch(34.5% .06 177)",
    "900": "oklch(29.5% .048 180)",
    "950": "oklch(21.5% .035 182)",
}


def favicon(request: HttpRequest) -> str:
    """Return the address of the product's sign."""
    return static("otklik/favicon.svg")


def office_style(request: HttpRequest) -> str:
    """Return the address of the style of the staff's own pages."""
    return static("otklik/office.css")


UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": "Otklik",
    "SITE_HEADER": "Otklik",
    "SITE_SYMBOL": "forum",
    "STYLES": [office_style],
    "DASHBOARD_CALLBACK": "config.office.home.dashboard",
    "SITE_FAVICONS": [{"rel": "icon", "sizes": "any", "type": "image/svg+xml", "href": favicon}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": "config.admin.environment_label",
    "SIDEBAR": {"show_search": True, "navigation": "config.admin.navigation"},
    "COLORS": {"base": BASE, "primary": PRIMARY},
    "TABS": [],
}
