"""Admin of knowledge."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from config.admin import FactAdmin, ModelAdmin
from knowledge import services
from knowledge.models import (
    Document,
    EmbeddingModel,
    KnowledgeEmbedding,
    KnowledgeEntry,
    KnowledgeFlag,
    KnowledgeGap,
    KnowledgeGapQuestion,
    KnowledgeLexical,
    KnowledgeTerm,
    KnowledgeUse,
    QueryEmbedding,
    Trial,
    TrialExpectation,
    TrialQuestion,
    TrialResult,
)


@admin.register(Document)
class DocumentAdmin(ModelAdmin):
    """Documents; what came in is not edited, only retried, archived or deleted."""

    list_display = ("title", "tenant", "assistant", "status", "error_code", "version", "chunk_count", "created_at")
    list_filter = ("status", "error_code", "is_current")
    list_select_related = ("tenant", "assistant")
    search_fields = ("uuid__exact", "doc_hash__exact", "tenant__slug__exact")
    search_help_text = _("uuid, SHA-256 or the shop's short name, in full")
    ordering = ("-id",)
    actions = ("retry_failed", "archive", "erase")
    fields = (
        "uuid",
        "tenant",
        "assistant",
        "title",
        "filename",
        "mime",
        "size",
        "doc_hash",
        "category",
        "importance",
        "status",
        "progress",
        "error_code",
        "error_message",
        "chunk_count",
        "version",
        "is_current",
        "supersedes",
        "archived_at",
        "valid_until",
        "reviewed_at",
        "attempts",
        "locked_until",
        "created_by",
        "created_at",
        "updated_at",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let nothing but words about the document be edited."""
        return [str(name) for name in self.fields if name not in {"title", "category"}]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: documents come in by upload."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse Django's own deletion, which would leave the file behind."""
        return False

    @admin.action(description=_("Process again"), permissions=["change"])
    def retry_failed(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        """Process failed documents once more."""
        self.each(request, documents, lambda row: services.retry(row, at=now()), _("%(count)s documents start again."))

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        """Take documents out of search."""
        self.each(request, documents, lambda row: services.archive(row, at=now()), _("%(count)s documents archived."))

    @admin.action(description=_("Delete with files and passages"), permissions=["change"])
    def erase(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        """Delete documents for good."""
        self.each(request, documents, lambda row: services.delete(row, at=now()), _("%(count)s documents deleted."))


@admin.register(KnowledgeEntry)
class KnowledgeEntryAdmin(FactAdmin):
    """Texts behind the passages."""

    list_display = ("id", "tenant", "document", "type", "status", "importance", "usage_count", "last_used")
    list_filter = ("type", "status")
    list_select_related = ("tenant", "document")
    search_fields = ("uuid__exact", "document__uuid__exact", "dialog_uuid__exact", "tenant__slug__exact")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave long texts out of the list."""
        rows = super().get_queryset(request)
        return rows if getattr(request.resolver_match, "kwargs", {}).get("object_id") else rows.defer("content")


class WithoutVectors(FactAdmin):
    """A page of rows whose vectors stay in the database."""

    wide: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read everything but the vectors."""
        return super().get_queryset(request).defer(*self.wide)


@admin.register(KnowledgeEmbedding)
class KnowledgeEmbeddingAdmin(WithoutVectors):
    """Passages."""

    wide = ("embedding", "dims", "bits")
    list_display = ("id", "tenant", "document", "chunk_index", "embedding_model", "source", "is_current", "is_enabled")
    list_filter = ("source", "is_current", "is_enabled")
    list_select_related = ("tenant", "document")
    search_fields = ("uuid__exact", "document__uuid__exact", "tenant__slug__exact")
    raw_id_fields = ("split_from", "merged_into")
    exclude = wide
    ordering = ("-id",)


@admin.register(KnowledgeUse)
class KnowledgeUseAdmin(FactAdmin):
    """How often answers quoted passages."""

    list_display = ("chunk_id", "tenant", "count", "last_used")
    list_select_related = ("tenant",)
    search_fields = ("chunk__uuid__exact", "tenant__slug__exact")
    raw_id_fields = ("chunk",)
    ordering = ("-chunk_id",)


@admin.register(KnowledgeLexical)
class KnowledgeLexicalAdmin(WithoutVectors):
    """Which passages are searchable."""

    wide = ("lex",)
    list_display = ("chunk_id", "tenant", "assistant")
    list_select_related = ("tenant", "assistant")
    search_fields = ("chunk__uuid__exact", "tenant__slug__exact")
    exclude = wide
    raw_id_fields = ("chunk",)
    ordering = ("-chunk_id",)


@admin.register(KnowledgeTerm)
class KnowledgeTermAdmin(FactAdmin):
    """How often terms occur."""

    list_display = ("term", "df", "tenant", "assistant")
    list_select_related = ("tenant", "assistant")
    search_fields = ("tenant__slug__exact",)
    ordering = ("-id",)


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(FactAdmin):
    """What was measured about embedding models."""

    list_display = ("name", "tenant", "dims", "is_lexical", "accuracy_ru", "accuracy_en", "threshold", "probed_at")
    list_filter = ("is_lexical",)
    list_select_related = ("tenant",)
    search_fields = ("name__exact", "tenant__slug__exact")
    ordering = ("-id",)


@admin.register(QueryEmbedding)
class QueryEmbeddingAdmin(WithoutVectors):
    """Questions whose vectors are remembered."""

    wide = ("embedding",)
    list_display = ("query_text", "tenant", "embedding_model", "usage_count", "last_used")
    list_select_related = ("tenant",)
    search_fields = ("query_hash__exact", "tenant__slug__exact")
    exclude = wide
    ordering = ("-last_used",)


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
