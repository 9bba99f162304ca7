"""Admin of what people do with passages: all of it facts."""

from django.contrib import admin

from config.admin import FactAdmin
from knowledge.models import (
    KnowledgeFlag,
    KnowledgeGap,
    KnowledgeGapQuestion,
    Trial,
    TrialExpectation,
    TrialQuestion,
    TrialResult,
)


@admin.register(TrialQuestion)
class TrialQuestionAdmin(FactAdmin):
    """Saved test questions."""

    list_display = ("text", "tenant", "assistant", "expects_nothing", "created_at")
    list_select_related = ("tenant", "assistant")
    search_fields = ("uuid__exact", "tenant__slug__exact")
    ordering = ("-id",)


@admin.register(TrialExpectation)
class TrialExpectationAdmin(FactAdmin):
    """Where the answers of test questions stand."""

    list_display = ("id", "tenant", "question", "document", "quote")
    list_select_related = ("tenant", "question", "document")
    search_fields = ("question__uuid__exact", "tenant__slug__exact")
    raw_id_fields = ("chunk",)
    ordering = ("-id",)


@admin.register(Trial)
class TrialAdmin(FactAdmin):
    """Runs of test questions."""

    list_display = (
        "id",
        "tenant",
        "assistant",
        "status",
        "questions_count",
        "right_count",
        "hit_rate",
        "mrr",
        "created_at",
    )
    list_filter = ("status",)
    list_select_related = ("tenant", "assistant")
    search_fields = ("uuid__exact", "tenant__slug__exact")
    ordering = ("-id",)


@admin.register(TrialResult)
class TrialResultAdmin(FactAdmin):
    """How test questions ended."""

    list_display = ("id", "tenant", "trial", "question", "is_right", "rank", "score")
    list_select_related = ("tenant", "trial", "question")
    search_fields = ("trial__uuid__exact", "tenant__slug__exact")
    raw_id_fields = ("best_chunk",)
    ordering = ("-id",)


@admin.register(KnowledgeGap)
class KnowledgeGapAdmin(FactAdmin):
    """What customers asked in vain; taken off the list and put back by services."""

    list_display = ("title", "tenant", "assistant", "status", "asked_count", "last_asked_at")
    list_filter = ("status",)
    list_select_related = ("tenant", "assistant")
    search_fields = ("uuid__exact", "tenant__slug__exact")
    ordering = ("-id",)


@admin.register(KnowledgeGapQuestion)
class KnowledgeGapQuestionAdmin(FactAdmin):
    """Customers' own words."""

    list_display = ("text", "tenant", "gap", "reason", "asked_at")
    list_filter = ("reason",)
    list_select_related = ("tenant", "gap")
    search_fields = ("gap__uuid__exact", "dialog_uuid__exact", "tenant__slug__exact")
    ordering = ("-id",)


@admin.register(KnowledgeFlag)
class KnowledgeFlagAdmin(FactAdmin):
    """What is worth a look."""

    list_display = ("id", "tenant", "kind", "status", "difference", "document", "created_at")
    list_filter = ("kind", "status")
    list_select_related = ("tenant", "document")
    search_fields = ("uuid__exact", "document__uuid__exact", "tenant__slug__exact")
    raw_id_fields = ("chunk", "other")
    ordering = ("-id",)
