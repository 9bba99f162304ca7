"""Platforms, connections to them and what those did."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts import services
from accounts.enums import IntegrationStatus
from accounts.models import Integration, Platform, PlatformMetric, SyncLog
from config.admin import FactAdmin, ModelAdmin


@admin.register(Platform)
class PlatformAdmin(ModelAdmin):
    """The catalogue of outside systems."""

    list_display = ("display_name", "id", "type", "region", "is_active")
    list_filter = ("type", "region", "is_active")
    search_fields = ("id__startswith",)
    ordering = ("type", "id")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the id of a known platform."""
        return ("id", "created_at") if obj else ("created_at",)


@admin.register(Integration)
class IntegrationAdmin(FactAdmin):
    """Connections; their credentials are shown by the last four characters."""

    actions = ("disconnect",)
    list_display = ("id", "tenant", "platform", "external_account", "state", "last_sync_at", "next_sync_at")
    list_filter = ("status", "platform")
    list_select_related = ("tenant", "platform")
    search_fields = ("tenant__slug__exact",)
    search_help_text = _("The shop’s slug")
    ordering = ("-id",)
    fields = (
        "uuid", "tenant", "platform", "name", "external_account", "credentials", "encryption_key_id", "settings",
        "status", "status_message", "last_sync_at", "next_sync_at", "sync_interval_minutes", "created_at", "updated_at",
    )  # fmt: skip
    readonly_fields = ("credentials",)

    @display(
        description=_("Status"),  # type: ignore[arg-type]  # lazy text is text
        label={
            IntegrationStatus.CONNECTED: "success",
            IntegrationStatus.ERROR: "danger",
            IntegrationStatus.REAUTH_REQUIRED: "danger",
            IntegrationStatus.RATE_LIMITED: "warning",
        },
    )
    def state(self, integration: Integration) -> tuple[str, str]:
        """Return the status as a badge."""
        return integration.status, integration.get_status_display()

    @admin.display(description=_("Credentials"))
    def credentials(self, integration: Integration) -> str:
        """Return the masked credentials."""
        masked = services.masked_credentials(integration)
        return ", ".join(f"{name}: {value}" for name, value in masked.items()) or "—"

    @admin.action(description=_("Disconnect and erase the credentials"), permissions=["view"])
    def disconnect(self, request: HttpRequest, integrations: QuerySet[Integration]) -> None:
        """End the chosen connections."""
        self.each(request, integrations, partial(services.disconnect, by=request.user), _("%(count)d disconnected."))


@admin.register(SyncLog)
class SyncLogAdmin(FactAdmin):
    """Runs of synchronisations."""

    list_display = ("integration", "sync_type", "status", "records_synced", "records_failed", "started_at", "duration")
    list_filter = ("status", "sync_type", "direction")
    list_select_related = ("integration",)
    search_fields = ("integration__tenant__slug__exact",)
    ordering = ("-id",)

    @admin.display(description=_("Seconds"))
    def duration(self, log: SyncLog) -> str:
        """Return how long the run took."""
        return "—" if log.duration_seconds is None else f"{log.duration_seconds:.1f}"


@admin.register(PlatformMetric)
class PlatformMetricAdmin(FactAdmin):
    """Numbers about platforms."""

    list_display = ("platform", "metric_type", "metric_value", "metric_unit", "aggregation_period", "period_start")
    list_filter = ("platform", "metric_type", "aggregation_period")
    list_select_related = ("platform", "integration")
    ordering = ("-id",)
