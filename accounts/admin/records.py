"""Who did what, and what people were told."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.models import AuditEntry, DataExport, Notification, TenantDeletion
from accounts.services.audit import actions, label_of
from config.admin import FactAdmin


class ActionFilter(admin.SimpleListFilter):
    """What was done."""

    title = _("what was done")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return every deed in words."""
        return actions()

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the chosen deeds."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(FactAdmin):
    """Every deed with what was before and after; nobody can change it, not even here."""

    list_display = ("created_at", "actor_name", "deed", "target", "tenant", "ip")
    list_filter = (ActionFilter, ("tenant", AutocompleteSelectFilter), ("actor", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("tenant",)
    search_fields = ("actor_name__icontains", "target__icontains", "=request_id", "=ip")
    search_help_text = _("Who, with what, request or address")
    ordering = ("-pk",)
    readonly_fields = ("deed", "difference")
    fields = ("created_at", "tenant", "actor_name", "deed", "target", "difference", "ip", "request_id", "uuid")

    @admin.display(description=_("What was done"))
    def deed(self, entry: AuditEntry) -> str:
        """Return the deed in words."""
        return label_of(entry.action)

    @admin.display(description=_("Before and after"))
    def difference(self, entry: AuditEntry) -> str:
        """Return what changed, a line for each name."""
        lines = ((name, _words(was), _words(now_is)) for name, was, now_is in entry.changes)
        return format_html_join("", "<div><b>{}</b>: {} → {}</div>", lines) or "—"


@admin.register(Notification)
class NotificationAdmin(FactAdmin):
    """What people were told, and whether they looked."""

    list_display = ("title", "topic", "user", "tenant", "created_at", "read_at")
    list_filter = ("topic", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("user", "tenant")
    search_fields = ("^user__email", "=key")
    search_help_text = _("The beginning of the e-mail, or the key")
    ordering = ("-pk",)


@admin.register(DataExport)
class DataExportAdmin(FactAdmin):
    """Archives that shops asked for."""

    list_display = ("tenant", "status", "requested_by", "size", "created_at", "expires_at")
    list_filter = ("status",)
    list_select_related = ("tenant", "requested_by")
    search_fields = ("tenant__slug__exact",)
    search_help_text = _("The shop’s slug")
    ordering = ("-pk",)


@admin.register(TenantDeletion)
class TenantDeletionAdmin(FactAdmin):
    """Shops that leave, and the proof of those that left."""

    list_display = ("tenant", "status", "requested_by", "due_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("tenant", "requested_by")
    search_fields = ("tenant__slug__exact",)
    search_help_text = _("The shop’s slug")
    ordering = ("-pk",)


def _words(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)
