"""What the browser extension uploaded, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from config.admin import FactAdmin
from marketplace.models import ExtensionUpload, ExtensionUploadProblem


@admin.register(ExtensionUpload)
class ExtensionUploadAdmin(FactAdmin):
    """Uploads, newest first."""

    list_display = ("__str__", "store", "total", "changed", "unchanged", "with_problems", "duration_ms", "created_at")
    list_filter = (("store", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("=batch",)
    search_help_text = _("batch")
    ordering = ("-pk",)
    readonly_fields = ("related",)


@admin.register(ExtensionUploadProblem)
class ExtensionUploadProblemAdmin(FactAdmin):
    """Rows that were not applied."""

    list_display = ("__str__", "upload", "detail")
    list_filter = ("problem",)
    list_select_related = ("upload",)
    search_fields = ("=upload__batch",)
    search_help_text = _("batch")
    ordering = ("-pk",)
