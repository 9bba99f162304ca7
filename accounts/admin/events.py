"""Events and their deliveries."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.models import Event, EventStream, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.services import endpoints
from config.admin import FactAdmin


@admin.register(EventStream)
class EventStreamAdmin(FactAdmin):
    """The last numbers given."""

    list_display = ("tenant", "last_seq")
    list_select_related = ("tenant",)
    search_fields = ("tenant__slug__exact",)
    search_help_text = _("The shop’s slug")
    ordering = ("-tenant",)


@admin.register(Event)
class EventAdmin(FactAdmin):
    """What happened."""

    list_display = ("uuid", "tenant", "seq", "type", "created_at")
    list_filter = ("type", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("tenant",)
    search_fields = ("=uuid",)
    search_help_text = "uuid"
    ordering = ("-pk",)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(FactAdmin):
    """Addresses; they can be switched on and off, their secrets are never shown."""

    list_display = ("url", "tenant", "is_active", "switched_off", "failing_since", "created_at")
    list_filter = ("is_active", "switched_off", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("tenant",)
    search_fields = ("=uuid",)
    search_help_text = "uuid"
    ordering = ("-pk",)
    fields = (
        "uuid", "tenant", "url", "description", "event_types", "is_active", "switched_off", "failing_since",
        "former_secret_until", "created_by", "created_at", "updated_at",
    )  # fmt: skip
    actions = ("switch_on", "switch_off")

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may switch addresses."""
        return request.user.has_perm("accounts.change_webhookendpoint")

    @admin.action(description=_("Switch on"), permissions=["move"])
    def switch_on(self, request: HttpRequest, rows: "QuerySet[WebhookEndpoint]") -> None:
        """Send to addresses again."""
        self.each(request, rows, partial(endpoints.switch_on, at=now()), _("%(count)d switched on"))

    @admin.action(description=_("Switch off"), permissions=["move"])
    def switch_off(self, request: HttpRequest, rows: "QuerySet[WebhookEndpoint]") -> None:
        """Send nothing more to addresses."""
        self.each(request, rows, endpoints.switch_off, _("%(count)d switched off"))


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(FactAdmin):
    """Events on their way; one can be sent again."""

    list_display = ("uuid", "endpoint", "event", "status", "attempt_count", "next_attempt_at", "finished_at")
    list_filter = ("status", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("endpoint", "event")
    search_fields = ("=uuid",)
    search_help_text = "uuid"
    ordering = ("-pk",)
    actions = ("replay",)

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may send again."""
        return request.user.has_perm("accounts.change_webhookdelivery")

    @admin.action(description=_("Send again"), permissions=["move"])
    def replay(self, request: HttpRequest, rows: "QuerySet[WebhookDelivery]") -> None:
        """Send events again."""
        self.each(request, rows, partial(endpoints.replay, at=now()), _("%(count)d on their way again"))


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(FactAdmin):
    """Requests to addresses and what they answered."""

    list_display = ("delivery", "number", "started_at", "milliseconds", "response_status", "trouble")
    list_select_related = ("delivery",)
    search_fields = ("=delivery__uuid",)
    search_help_text = "uuid"
    ordering = ("-pk",)
