"""Admin of knowledge."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from config.admin import FactAdmin, ModelAdmin
from knowledge import services, tasks
from knowledge.models import (
    Document,
    EmbeddingModel,
    KnowledgeEmbedding,
    KnowledgeEntry,
    KnowledgeLexical,
    KnowledgeTerm,
    KnowledgeUse,
    NextVector,
    QueryEmbedding,
    Reembedding,
)
from knowledge.websites import admin as _websites  # noqa: F401 -- registers its pages
from knowledge.workbench import admin as _workbench  # noqa: F401 -- registers its pages


@admin.register(Document)
class DocumentAdmin(ModelAdmin):
    """Documents; what came in is not edited, only retried, archived or deleted."""

    list_display = ("title", "tenant", "assistant", "status", "error_code", "version", "chunk_count", "created_at")
    list_filter = ("status", "error_code", "is_current")
    list_select_related = ("tenant", "assistant")
    search_fields = ("uuid__exact", "doc_hash__exact", "tenant__slug__exact")
    search_help_text = _("uuid, SHA-256 or the shop's short name, in full")
    ordering = ("-id",)
    actions = ("retry_failed", "archive", "restore", "describe", "erase")
    fields = (
        "uuid",
        "tenant",
        "assistant",
        "title",
        "filename",
        "source",
        "url",
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
        "chunk_total",
        "series",
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

    @admin.action(description=_("Answer from this version again"), permissions=["change"])
    def restore(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        """Bring archived versions back."""
        self.each(request, documents, lambda row: services.restore(row, at=now()), _("%(count)s versions are back."))

    @admin.action(description=_("Let a model describe it"), permissions=["change"])
    def describe(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        """Ask for summaries anew."""
        self.each(request, documents, lambda row: tasks.describe_soon(row.pk), _("%(count)s documents are described."))

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
    actions = ("move",)

    @admin.action(description=_("Move this shop's knowledge to the models set up today"), permissions=["move"])
    def move(self, request: HttpRequest, models: QuerySet[EmbeddingModel]) -> None:
        """Begin to embed everything anew."""
        by: Any = request.user
        self.each(
            request,
            models.select_related("tenant").order_by("tenant").distinct("tenant"),
            lambda row: services.reembed_all(row.tenant, created_by=by, at=now()),
            _("%(count)s shops begin to move."),
        )

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Let those move knowledge who may change documents."""
        return bool(request.user.has_perm("knowledge.change_document"))


@admin.register(QueryEmbedding)
class QueryEmbeddingAdmin(WithoutVectors):
    """Questions whose vectors are remembered."""

    wide = ("embedding",)
    list_display = ("query_text", "tenant", "embedding_model", "usage_count", "last_used")
    list_select_related = ("tenant",)
    search_fields = ("query_hash__exact", "tenant__slug__exact")
    exclude = wide
    ordering = ("-last_used",)


@admin.register(Reembedding)
class ReembeddingAdmin(ModelAdmin):
    """Moves to another embedding model; they are given up or begun anew, not edited."""

    list_display = ("__str__", "tenant", "assistant", "status", "done", "total", "created_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("tenant", "assistant")
    search_fields = ("uuid__exact", "tenant__slug__exact")
    ordering = ("-id",)
    actions = ("cancel", "again")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let nothing be edited."""
        return [field.name for field in Reembedding._meta.fields]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a setting, an action or the command begins a move."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: what moved when is history."""
        return False

    @admin.action(description=_("Give up"), permissions=["change"])
    def cancel(self, request: HttpRequest, moves: QuerySet[Reembedding]) -> None:
        """Let the old vectors go on serving."""
        self.each(request, moves, lambda row: services.cancel_reembedding(row, at=now()), _("%(count)s given up."))

    @admin.action(description=_("Begin anew"), permissions=["change"])
    def again(self, request: HttpRequest, moves: QuerySet[Reembedding]) -> None:
        """Begin the same moves once more."""

        def begin(row: Reembedding) -> None:
            services.reembed(row.tenant, assistant=row.assistant, wanted=row.wanted, at=now())

        self.each(request, moves.select_related("tenant", "assistant"), begin, _("%(count)s begin anew."))


@admin.register(NextVector)
class NextVectorAdmin(WithoutVectors):
    """Vectors that wait for the others of their move."""

    wide = ("embedding",)
    list_display = ("chunk_id", "tenant", "reembedding")
    list_select_related = ("tenant", "reembedding")
    search_fields = ("reembedding__uuid__exact", "tenant__slug__exact")
    raw_id_fields = ("chunk",)
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
