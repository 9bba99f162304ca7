"""Admin of websites."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from config.admin import FactAdmin, ModelAdmin
from knowledge import services
from knowledge.models import WebPage, WebSource


@admin.register(WebSource)
class WebSourceAdmin(ModelAdmin):
    """Websites; they are read anew, stopped and removed, not edited."""

    list_display = ("__str__", "tenant", "assistant", "kind", "status", "problem_code", "found_count", "next_run_at")
    list_filter = ("status", "kind", "schedule", "problem_code")
    list_select_related = ("tenant", "assistant")
    search_fields = ("uuid__exact", "tenant__slug__exact")
    search_help_text = _("uuid or the shop's short name, in full")
    ordering = ("-id",)
    actions = ("read_now", "stop", "remove")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let nothing be edited: the shop decides how its site is read."""
        return [field.name for field in WebSource._meta.fields]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a shop adds its own sites."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse Django's own deletion, which would leave the documents behind."""
        return False

    @admin.action(description=_("Read now"), permissions=["change"])
    def read_now(self, request: HttpRequest, sources: QuerySet[WebSource]) -> None:
        """Begin a reading."""
        self.each(request, sources, lambda row: services.crawl_site(row, at=now()), _("%(count)s sites begin."))

    @admin.action(description=_("Stop"), permissions=["change"])
    def stop(self, request: HttpRequest, sources: QuerySet[WebSource]) -> None:
        """End readings under way."""
        self.each(request, sources, lambda row: services.stop_site(row, at=now()), _("%(count)s readings stopped."))

    @admin.action(description=_("Remove with all pages"), permissions=["change"])
    def remove(self, request: HttpRequest, sources: QuerySet[WebSource]) -> None:
        """Remove sites."""
        self.each(request, sources, lambda row: services.remove_site(row, at=now()), _("%(count)s sites removed."))


@admin.register(WebPage)
class WebPageAdmin(FactAdmin):
    """Pages of websites."""

    list_display = ("__str__", "source", "tenant", "state", "problem_code", "http_status", "fetched_at")
    list_filter = ("state", "problem_code")
    list_select_related = ("tenant", "source")
    search_fields = ("uuid__exact", "source__uuid__exact", "tenant__slug__exact")
    ordering = ("-id",)
