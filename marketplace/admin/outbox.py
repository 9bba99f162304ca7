"""What left for Wildberries, the rules for replies, and the places for drafts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from config.admin import FactAdmin
from marketplace.models import BulkItem, BulkJob, Outgoing, ReplyRule, SavedFilter, WritingSlot


@admin.register(Outgoing)
class OutgoingAdmin(FactAdmin):
    """Replies, newest first."""

    list_display = ("__str__", "store", "is_automatic", "attempts", "created_at", "sent_at", "confirmed_at", "error")
    list_filter = ("status", "kind", "is_automatic", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("=review__wb_id", "=question__wb_id", "=chat__wb_id")
    search_help_text = _("id on Wildberries")
    ordering = ("-pk",)


@admin.register(ReplyRule)
class ReplyRuleAdmin(FactAdmin):
    """What happens to new reviews by itself."""

    list_display = ("__str__", "store", "rating_1", "rating_2", "rating_3", "rating_4", "rating_5", "questions")
    list_filter = (("store", AutocompleteSelectFilter),)
    list_select_related = ("store", "product")
    ordering = ("-pk",)


@admin.register(WritingSlot)
class WritingSlotAdmin(FactAdmin):
    """Which places for drafts are taken."""

    list_display = ("tenant", "number", "locked_until")
    list_select_related = ("tenant",)
    ordering = ("tenant", "number")


@admin.register(SavedFilter)
class SavedFilterAdmin(FactAdmin):
    """Filters that people keep."""

    list_display = ("name", "tenant", "created_by", "created_at")
    list_select_related = ("tenant", "created_by")
    ordering = ("-pk",)


@admin.register(BulkJob)
class BulkJobAdmin(FactAdmin):
    """Work on many reviews, newest first."""

    list_display = ("__str__", "tenant", "status", "total", "created_by", "created_at", "finished_at", "error")
    list_filter = ("status", "kind")
    list_select_related = ("tenant", "created_by")
    ordering = ("-pk",)


@admin.register(BulkItem)
class BulkItemAdmin(FactAdmin):
    """Reviews of such work, and what became of each."""

    list_display = ("job", "review", "outcome", "why")
    list_filter = ("outcome",)
    list_select_related = ("job", "review")
    search_fields = ("=job__uuid", "=review__wb_id")
    search_help_text = _("uuid of the work, or the review's id on Wildberries")
    ordering = ("-pk",)
