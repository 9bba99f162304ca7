"""Shapes of what clients of knowledge send and get."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from knowledge.models import Document, KnowledgeEmbedding
from knowledge.search import MAX_LIMIT, Passage

MAX_QUERY_CHARACTERS = 2_000


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A document and how far it is."""

    assistant = serializers.UUIDField(source="assistant.uuid", read_only=True, allow_null=True, default=None)
    title = serializers.CharField(source="__str__", read_only=True)
    error_message = serializers.CharField(source="problem", read_only=True)
    can_retry = serializers.BooleanField(read_only=True)
    can_restore = serializers.BooleanField(read_only=True)

    class Meta:
        model = Document
        fields = (
            "uuid",
            "assistant",
            "title",
            "filename",
            "mime",
            "size",
            "category",
            "importance",
            "status",
            "progress",
            "error_code",
            "error_message",
            "can_retry",
            "can_restore",
            "source",
            "url",
            "version",
            "is_current",
            "chunk_count",
            "chunk_total",
            "created_at",
            "updated_at",
            "archived_at",
        )
        read_only_fields = fields


class NewDocumentSerializer(serializers.Serializer[Any]):
    """A file (multipart), or a title and a text (JSON); for one assistant, or without one for all of them."""

    assistant = serializers.UUIDField(required=False, allow_null=True)
    file = serializers.FileField(required=False, allow_empty_file=True, max_length=1000)
    replaces = serializers.UUIDField(required=False, help_text="The document whose next version the file is.")
    title = serializers.CharField(required=False, max_length=255)
    text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    category = serializers.CharField(required=False, allow_blank=True, max_length=100, default="")
    importance = serializers.IntegerField(required=False, min_value=1, max_value=10, default=5)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one of file and text."""
        if ("file" in attrs) == ("text" in attrs):
            raise serializers.ValidationError(_("Send either a file, or a title and a text."))
        if "text" in attrs and not attrs.get("title"):
            raise serializers.ValidationError({"title": [_("A text needs a title.")]})
        return attrs


class LineSerializer(serializers.Serializer[Any]):
    """One line of a comparison; a gap stands for lines left out."""

    change = serializers.ChoiceField(choices=["same", "added", "removed", "gap"])
    text = serializers.CharField()


class ComparisonSerializer(serializers.Serializer[Any]):
    """How the text of one version differs from that of another."""

    lines = LineSerializer(many=True)
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    is_equal = serializers.BooleanField()
    is_too_long = serializers.BooleanField()
    is_unknown = serializers.BooleanField(help_text="One of the versions was never read.")


class ChunkSerializer(serializers.ModelSerializer[KnowledgeEmbedding]):
    """A passage as search finds it."""

    document = serializers.UUIDField(source="document.uuid", read_only=True, allow_null=True, default=None)
    text = serializers.CharField(source="chunk_text", read_only=True)
    index = serializers.IntegerField(source="chunk_index", read_only=True)
    number = serializers.CharField(read_only=True)
    is_edited = serializers.BooleanField(read_only=True)

    class Meta:
        model = KnowledgeEmbedding
        fields = (
            "uuid",
            "document",
            "index",
            "title",
            "heading_path",
            "text",
            "token_count",
            "importance",
            "source",
            "version",
            "is_current",
            "is_enabled",
            "is_pinned",
            "is_edited",
            "number",
            "original_text",
            "edited_at",
            "created_at",
        )
        read_only_fields = fields


class SearchSerializer(serializers.Serializer[Any]):
    """A question to the knowledge."""

    query = serializers.CharField(max_length=MAX_QUERY_CHARACTERS)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=5)


class RanksSerializer(serializers.Serializer[Any]):
    """Where each leg of the search saw a passage."""

    lexical = serializers.IntegerField(allow_null=True)
    dense = serializers.IntegerField(allow_null=True)


class PassageSerializer(serializers.Serializer[Passage]):
    """A passage found."""

    document = serializers.UUIDField(source="document_uuid", allow_null=True)
    title = serializers.CharField()
    text = serializers.CharField()
    score = serializers.FloatField()
    ranks = serializers.SerializerMethodField()

    @extend_schema_field(RanksSerializer)
    def get_ranks(self, passage: Passage) -> dict[str, int | None]:
        """Return the ranks of both legs."""
        return {"lexical": passage.lexical_rank, "dense": passage.dense_rank}


class SearchResultSerializer(serializers.Serializer[Any]):
    """What was found, the best first, and whether it is enough to answer."""

    passages = PassageSerializer(many=True)
    model = serializers.CharField()
    is_semantic = serializers.BooleanField()
    is_enough = serializers.BooleanField()
    threshold = serializers.FloatField()
    milliseconds = serializers.FloatField()
