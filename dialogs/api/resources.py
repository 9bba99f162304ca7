"""Dialogs as integrators see them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api import TextField
from dialogs.enums import AttachmentKind, AttachmentState, HandoffStatus, Speaker
from dialogs.events import files_of
from dialogs.models import Contact, Dialog, DialogMessage
from dialogs.services.asking import Reply


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """Who writes."""

    class Meta:
        model = Contact
        fields = ("uuid", "first_name", "last_name", "email", "phone", "language_code")


class DialogSerializer(serializers.ModelSerializer[Dialog]):
    """A conversation."""

    assistant = serializers.UUIDField(source="assistant.uuid", read_only=True, allow_null=True, default=None)
    contact = ContactSerializer(read_only=True)

    class Meta:
        model = Dialog
        fields = (
            "uuid",
            "assistant",
            "contact",
            "platform",
            "session_id",
            "status",
            "handoff_status",
            "is_taken_over",
            "fallback",
            "messages_count",
            "last_seq",
            "first_response_time",
            "created_at",
            "last_message_at",
            "closed_at",
        )
        read_only_fields = fields


class FileSerializer(serializers.Serializer[Any]):
    """A file: uploaded, or part of a message. Its addresses are good for five minutes."""

    uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AttachmentKind.choices)
    name = serializers.CharField()
    content_type = serializers.CharField(help_text="By its content, not by its name.")
    size = serializers.IntegerField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    seconds = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=AttachmentState.choices)
    problem = serializers.CharField()
    has_thumbnail = serializers.BooleanField()
    url = serializers.CharField()
    thumbnail = serializers.CharField()


class UploadSerializer(serializers.Serializer[Any]):
    """A file that is about to be sent."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)
    sender = serializers.ChoiceField(
        choices=Speaker.choices,
        default=Speaker.OPERATOR,
        help_text="customer: in conversations of the API, whose customers your program speaks for.",
    )


class NewMessageSerializer(serializers.Serializer[Any]):
    """Words with files: uploaded before and named by their uuids, or (multipart) sent along."""

    text = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False, default="")
    sender = serializers.ChoiceField(choices=Speaker.choices, default=Speaker.OPERATOR)
    client_id = serializers.RegexField(
        r"^[\w-]{1,64}$", required=False, default=None, allow_null=True, help_text="The same one is stored once."
    )
    files = serializers.ListField(child=serializers.UUIDField(), max_length=20, default=list)


class NewMessageWithFilesSerializer(NewMessageSerializer):
    """The same, with the files themselves."""

    file = serializers.ListField(child=serializers.FileField(max_length=255), max_length=20, default=list)


class MessageSerializer(serializers.ModelSerializer[DialogMessage]):
    """One message, with its receipt."""

    author = serializers.CharField(source="author.full_name", read_only=True, default="")
    text = serializers.CharField(source="words", read_only=True)
    files = serializers.SerializerMethodField()

    class Meta:
        model = DialogMessage
        fields = (
            "uuid",
            "seq",
            "sender",
            "direction",
            "author",
            "text",
            "files",
            "system_type",
            "delivery_status",
            "intent",
            "confidence",
            "receipt",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(FileSerializer(many=True))
    def get_files(self, message: DialogMessage) -> list[dict[str, Any]]:
        """Return the files that came with it."""
        return files_of(message)


class AskSerializer(serializers.Serializer[Any]):
    """A question; the same ``session_id`` continues a conversation."""

    text = TextField(max_length=20_000, allow_blank=True, trim_whitespace=False)
    session_id = serializers.RegexField(r"^[\w.:@-]{1,128}$", required=False)


class SourceSerializer(serializers.Serializer[Any]):
    """A passage the answer stands on."""

    document = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    quote = serializers.CharField()
    score = serializers.FloatField()


class AnswerSerializer(serializers.Serializer[Reply]):
    """An answer with its sources, or the announcement that a person was called."""

    text = serializers.SerializerMethodField()
    sources = serializers.SerializerMethodField()
    handoff = serializers.SerializerMethodField()
    receipt = serializers.SerializerMethodField()
    session_id = serializers.CharField(source="dialog.session_id")
    dialog = serializers.UUIDField(source="dialog.uuid")
    message = serializers.UUIDField(source="message.uuid", default=None, allow_null=True)

    def get_text(self, reply: Reply) -> str:
        """Return what was said."""
        return reply.message.text if reply.message else ""

    @extend_schema_field(SourceSerializer(many=True))
    def get_sources(self, reply: Reply) -> list[dict[str, Any]]:
        """Return the passages with quotes."""
        receipt = (reply.message.receipt if reply.message else None) or {}
        names = ("document", "title", "quote", "score")
        return [{name: source[name] for name in names} for source in receipt.get("sources", [])]

    def get_handoff(self, reply: Reply) -> bool:
        """Say whether a person was called or is in charge."""
        return reply.handoff in {HandoffStatus.REQUESTED, HandoffStatus.ACTIVE}

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": True})
    def get_receipt(self, reply: Reply) -> dict[str, Any] | None:
        """Return what the answer took: model, tokens, seconds, price."""
        return reply.message.receipt if reply.message else None
