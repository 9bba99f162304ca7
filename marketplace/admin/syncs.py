"""Syncs in the admin: where they stand, and a push for one that is stuck."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from config.admin import FactAdmin
from marketplace.models import StoreSync, SyncSighting


@admin.register(StoreSync)
class StoreSyncAdmin(FactAdmin):
    """Each kind of data of each store."""

    list_display = ("store", "entity", "next_run_at", "interval_minutes", "locked_until", "failures", "full_at")
    list_filter = ("entity", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("=store__pk",)
    ordering = ("-pk",)
    actions = ("run_now", "read_everything")

    def has_hurry_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may push syncs."""
        return request.user.has_perm("marketplace.change_storesync")

    @admin.action(description=_("Sync now"), permissions=["hurry"])
    def run_now(self, request: HttpRequest, syncs: "QuerySet[StoreSync]") -> None:
        """Let syncs run at once."""
        at = now()
        self.each(request, syncs, lambda row: row.hurry(at=at), _("%(count)d syncs will run now"))

    @admin.action(description=_("Sync now, from the beginning"), permissions=["hurry"])
    def read_everything(self, request: HttpRequest, syncs: "QuerySet[StoreSync]") -> None:
        """Let syncs begin a full pass."""
        at = now()
        self.each(request, syncs, lambda row: row.start_over(at=at), _("%(count)d syncs will run now"))


@admin.register(SyncSighting)
class SyncSightingAdmin(FactAdmin):
    """What an unfinished full pass has seen so far."""

    list_display = ("wb_id", "store")
    list_select_related = ("store",)
    search_fields = ("=wb_id",)
    ordering = ("-pk",)
