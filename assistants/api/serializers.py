"""The shape of assistants in the API."""

from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.utils.translation import gettext as _
from rest_framework import serializers

from assistants import services
from assistants.models import Assistant, AssistantVersion

MAX_TEXT = 20_000
MAX_GREETING = 2_000
MAX_WIDGET_SETTINGS = 40


class AssistantSerializer(serializers.ModelSerializer[Assistant]):
    """An assistant."""

    system_prompt = serializers.CharField(max_length=MAX_TEXT, allow_blank=True, required=False)
    greeting = serializers.CharField(max_length=MAX_GREETING, allow_blank=True, required=False)
    fallback_text = serializers.CharField(max_length=MAX_GREETING, allow_blank=True, required=False)
    language_code = serializers.ChoiceField(choices=["ru", "en"], required=False)
    suggested_questions = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False)
    allowed_origins = serializers.ListField(
        child=serializers.CharField(allow_blank=True), required=False, max_length=50
    )
    widget_settings = serializers.DictField(child=serializers.JSONField(), required=False)

    class Meta:
        model = Assistant
        fields = [
            "uuid",
            "name",
            "ai_model",
            "embedding_model",
            "system_prompt",
            "greeting",
            "language_code",
            "is_active",
            "website_integration_enabled",
            "suggested_questions",
            "fallback_text",
            "handoff_enabled",
            "answers_tickets",
            "allowed_origins",
            "widget_settings",
            "knowledge_version",
            "widget_version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["uuid", "knowledge_version", "widget_version", "created_at", "updated_at"]

    def validate_suggested_questions(self, value: list[str]) -> list[str]:
        """Keep them few and short."""
        return _checked(services.clean_questions, value)

    def validate_allowed_origins(self, value: list[str]) -> list[str]:
        """Take websites' addresses only."""
        return _checked(services.clean_origins, value)

    def validate_widget_settings(self, value: dict[str, Any]) -> dict[str, Any]:
        """Keep them few."""
        if len(value) > MAX_WIDGET_SETTINGS:
            raise serializers.ValidationError(_("Too many settings."))
        return value


class VersionSerializer(serializers.ModelSerializer[AssistantVersion]):
    """Instructions and model of an assistant, in force or not."""

    system_prompt = serializers.CharField(max_length=MAX_TEXT)
    restored_from = serializers.IntegerField(source="restored_from.number", read_only=True, default=None)

    class Meta:
        model = AssistantVersion
        fields = ["number", "system_prompt", "ai_model", "note", "restored_from", "published_at", "created_at"]
        read_only_fields = ["number", "published_at", "created_at"]


def _checked(clean: Any, value: list[str]) -> list[str]:
    try:
        cleaned: list[str] = clean(value)
    except Invalid as error:
        raise serializers.ValidationError(error.messages) from error
    return cleaned
