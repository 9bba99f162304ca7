"""The staff's page on how many of those who come get as far as a working assistant."""

from datetime import timedelta
from typing import Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reports
from config.admin import Page

PERIODS: Final = (7, 30, 90)
DEFAULT: Final = "30"


def funnel(request: HttpRequest) -> HttpResponse:
    """Show the stages of the last days, each with its share of the first and of the one before."""
    if not request.user.has_perm("accounts.view_startpageevent"):  # type: ignore[union-attr]  # admin_view lets nobody else in
        raise PermissionDenied
    chosen = request.GET.get("days", DEFAULT)
    days = int(chosen) if chosen in {str(period) for period in PERIODS} else int(DEFAULT)
    at = now()
    context = {
        **admin.site.each_context(request),
        "title": _("Funnel"),
        "stages": reports.funnel(since=at - timedelta(days=days), until=at),
        "periods": PERIODS,
        "days": days,
    }
    return TemplateResponse(request, "accounts/admin/funnel.html", context)


PAGES: Final = (Page(title=gettext_lazy("Funnel"), path="funnel/", name="funnel", icon="filter_alt", view=funnel),)
