"""How operators work, in the admin: drafts, suggestions, settings, mentions, work on many dialogs."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from config.admin import FactAdmin, ModelAdmin
from operators.models import DeskJob, DeskSettings, KeptDraft, Mention, ReplySuggestion


@admin.register(KeptDraft)
class KeptDraftAdmin(FactAdmin):
    """What operators began to write."""

    list_display = ("__str__", "dialog", "author", "mode", "tenant", "updated_at")
    list_filter = ("mode", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("dialog", "author", "tenant")
    search_fields = ("=dialog__uuid",)
    ordering = ("-pk",)


@admin.register(ReplySuggestion)
class ReplySuggestionAdmin(FactAdmin):
    """What models suggested, and what it took."""

    list_display = ("uuid", "kind", "status", "trouble", "dialog", "author", "tenant", "created_at", "finished_at")
    list_filter = ("status", "kind", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("dialog", "author", "tenant")
    search_fields = ("=uuid", "=dialog__uuid")
    ordering = ("-pk",)


@admin.register(DeskSettings)
class DeskSettingsAdmin(ModelAdmin):
    """What operators want to be told, and when not."""

    list_display = ("user", "tenant", "sound", "notifications", "quiet_from", "quiet_to", "undo_seconds")
    list_filter = (("tenant", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("user", "tenant")
    search_fields = ("=user__email",)
    ordering = ("-pk",)
    raw_id_fields = ("tenant", "user")
    readonly_fields = ("created_at", "updated_at")


@admin.register(Mention)
class MentionAdmin(FactAdmin):
    """Whom notes called, and whether they looked."""

    list_display = ("person", "note", "tenant", "created_at", "seen_at", "mailed_at")
    list_filter = (("tenant", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("person", "note", "tenant")
    search_fields = ("=person__email",)
    ordering = ("-pk",)


@admin.register(DeskJob)
class DeskJobAdmin(FactAdmin):
    """What was done to many dialogs at once."""

    list_display = ("uuid", "action", "status", "position", "refused", "author", "tenant", "created_at", "finished_at")
    list_filter = ("status", "action", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("author", "tenant")
    search_fields = ("=uuid", "=author__email")
    ordering = ("-pk",)
