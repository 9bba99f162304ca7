"""The shape of sets, examples and runs in the API."""

from typing import Any

from django.core.exceptions import ValidationError as Invalid
from rest_framework import serializers

from assistants import services
from assistants.enums import ExampleStatus
from assistants.models import Assistant, EvaluationResult, EvaluationRun, TrainingDataset, TrainingExample

MAX_TEXT = 20_000


class OwnField(serializers.SlugRelatedField[Any]):
    """A row of the current tenant by its uuid; another's does not exist."""

    def get_queryset(self) -> Any:
        """Return what the caller may name."""
        request = self.context["request"]
        rows: Any = self.queryset  # type: ignore[arg-type]  # a queryset, not a manager
        return rows.model._default_manager.visible_to(request.user).of(request.tenant)


class DatasetSerializer(serializers.ModelSerializer[TrainingDataset]):
    """A set."""

    assistant = OwnField(slug_field="uuid", queryset=Assistant.objects.none(), required=False, allow_null=True)

    class Meta:
        model = TrainingDataset
        fields = [
            "uuid",
            "name",
            "description",
            "assistant",
            "is_required",
            "required_share",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["uuid", "created_at", "updated_at"]
        extra_kwargs = {
            "required_share": {"min_value": 1, "max_value": 100},
            "description": {"max_length": MAX_TEXT},
        }


class ExampleSerializer(serializers.ModelSerializer[TrainingExample]):
    """An example with its rules."""

    dataset = OwnField(slug_field="uuid", queryset=TrainingDataset.objects.none())
    input_text = serializers.CharField(max_length=MAX_TEXT)
    expected_output = serializers.CharField(max_length=MAX_TEXT, allow_blank=True, required=False, default="")
    expected_facts = serializers.ListField(child=serializers.CharField(), required=False)
    forbidden_phrases = serializers.ListField(child=serializers.CharField(), required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)

    class Meta:
        model = TrainingExample
        fields = [
            "uuid",
            "dataset",
            "input_text",
            "expected_output",
            "expected_facts",
            "forbidden_phrases",
            "expected_source",
            "must_refuse",
            "language_code",
            "tags",
            "status",
            "source_dialog_uuid",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["uuid", "status", "source_dialog_uuid", "created_at", "updated_at"]

    def validate_expected_facts(self, value: list[str]) -> list[str]:
        """Keep them few and short."""
        return _cleaned(value)

    def validate_forbidden_phrases(self, value: list[str]) -> list[str]:
        """Keep them few and short."""
        return _cleaned(value)

    def validate_tags(self, value: list[str]) -> list[str]:
        """Keep them few and short."""
        return _cleaned(value)


class JudgementSerializer(serializers.Serializer[Any]):
    """Whether a person vouches for an example."""

    status = serializers.ChoiceField(choices=ExampleStatus.choices)


class NewRunSerializer(serializers.Serializer[Any]):
    """What to put to whom."""

    dataset = serializers.UUIDField()
    assistant = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1, required=False)
    use_judge = serializers.BooleanField(default=False)


class RunSerializer(serializers.ModelSerializer[EvaluationRun]):
    """A run and how it goes."""

    dataset = serializers.UUIDField(source="dataset.uuid", read_only=True)
    assistant = serializers.UUIDField(source="assistant.uuid", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    is_green = serializers.BooleanField(read_only=True)
    score = serializers.FloatField(read_only=True, allow_null=True)
    seconds = serializers.FloatField(read_only=True, allow_null=True)
    tokens = serializers.IntegerField(read_only=True)
    cost = serializers.DecimalField(read_only=True, max_digits=24, decimal_places=9, allow_null=True)

    class Meta:
        model = EvaluationRun
        fields = [
            "uuid",
            "dataset",
            "assistant",
            "version",
            "knowledge_version",
            "status",
            "total",
            "done_count",
            "passed_count",
            "is_green",
            "score",
            "seconds",
            "tokens",
            "price",
            "cost",
            "use_judge",
            "error_code",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class ResultSerializer(serializers.ModelSerializer[EvaluationResult]):
    """How one example went."""

    example = serializers.UUIDField(source="example.uuid", read_only=True, default=None)

    class Meta:
        model = EvaluationResult
        fields = [
            "example",
            "position",
            "question",
            "expected",
            "answer",
            "outcome",
            "passed",
            "score",
            "checks",
            "sources",
            "model_used",
            "tokens",
            "seconds",
            "cost",
            "cost_currency",
            "price",
        ]
        read_only_fields = fields


def _cleaned(value: list[str]) -> list[str]:
    try:
        return services.clean_lines(value)
    except Invalid as error:
        raise serializers.ValidationError(error.messages) from error
