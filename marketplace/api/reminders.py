"""Templates of reminders, and the reminders that run by them."""

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from config.resources import OwnedReadOnlyViewSet, public_id
from marketplace.api.asking import asked
from marketplace.forms import SEPARATOR, TemplateForm
from marketplace.models import ChatAutoSequence, SequenceStep, SequenceTemplate
from marketplace.models.sequences import LONGEST
from marketplace.models.templates import CLOSES, LAST_HOUR, OPENS, USUAL_STEPS

FIELDS: Final = ("name", "trigger_phrase", "stop_message", "hour_from", "hour_to", "is_active")


class TemplateSerializer(serializers.ModelSerializer[SequenceTemplate]):
    """What reminders say, one a day, and what starts and ends them."""

    texts = serializers.SerializerMethodField()

    class Meta:
        model = SequenceTemplate
        fields = ("uuid", "name", "texts", *FIELDS[1:], "created_at", "updated_at")
        read_only_fields = fields

    def get_texts(self, row: SequenceTemplate) -> list[str]:
        """Return the texts in the order of their days."""
        return [step["text"] for step in row.texts]


class TemplateWordsSerializer(serializers.Serializer[Any]):
    """A template as it is to be; when it is changed, what is left out stays."""

    name = serializers.CharField(max_length=100)
    texts = serializers.ListField(child=serializers.CharField(max_length=1000), min_length=1, max_length=LONGEST)
    trigger_phrase = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    stop_message = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    hour_from = serializers.IntegerField(min_value=0, max_value=LAST_HOUR - 1, required=False, default=OPENS)
    hour_to = serializers.IntegerField(min_value=1, max_value=LAST_HOUR, required=False, default=CLOSES)
    is_active = serializers.BooleanField(required=False, default=True)


class StartRemindersSerializer(serializers.Serializer[Any]):
    """By which template to remind, and how often."""

    template = serializers.UUIDField(help_text="The template's uuid.")
    steps = serializers.IntegerField(min_value=1, max_value=LONGEST, required=False, default=USUAL_STEPS)


class StepSerializer(serializers.ModelSerializer[SequenceStep]):
    """One reminder and what became of it."""

    class Meta:
        model = SequenceStep
        fields = ("step", "text", "status", "sent_at", "error")
        read_only_fields = fields


class ReminderSerializer(serializers.ModelSerializer[ChatAutoSequence]):
    """The reminders of one chat: at most one a day, until there is a reason to stop."""

    chat = public_id("The chat's uuid.")
    template = public_id("The template's uuid, if it still exists.")
    steps = StepSerializer(many=True, read_only=True)

    class Meta:
        model = ChatAutoSequence
        fields = (
            "uuid", "chat", "template", "status", "stop_reason", "current_step", "max_steps", "started_at",
            "last_sent_at", "next_send_at", "steps",
        )  # fmt: skip
        read_only_fields = fields


class TemplateViewSet(OwnedReadOnlyViewSet):
    """Templates of reminders."""

    queryset = SequenceTemplate.objects.select_related("tenant")
    serializer_class = TemplateSerializer
    filterset_fields = ("is_active",)

    @extend_schema(request=TemplateWordsSerializer, responses={201: TemplateSerializer})
    def create(self, request: Request) -> Response:
        """Write a template; every text is checked against the rules of Wildberries."""
        caller: Any = request
        made = _saved(SequenceTemplate(tenant=caller.tenant), asked(TemplateWordsSerializer, request))
        return Response(TemplateSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TemplateWordsSerializer, responses=TemplateSerializer)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change a template; reminders that run keep their texts."""
        found = self.get_object()
        known: dict[str, Any] = dict(TemplateSerializer(found).data)
        payload = TemplateWordsSerializer(data=known | dict(request.data))
        payload.is_valid(raise_exception=True)
        return Response(TemplateSerializer(_saved(found, payload.validated_data)).data)

    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Delete a template; reminders that run by it stop at their next turn."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReminderViewSet(OwnedReadOnlyViewSet):
    """Reminders to buyers who fell silent."""

    queryset = ChatAutoSequence.objects.select_related("chat", "template").prefetch_related("steps")
    serializer_class = ReminderSerializer
    filterset_fields = ("status", "stop_reason")


def _saved(row: SequenceTemplate, told: dict[str, Any]) -> SequenceTemplate:
    form = TemplateForm({**told, "texts": SEPARATOR.join(told["texts"])}, instance=row)
    if not form.is_valid():
        raise serializers.ValidationError({name: [str(one) for one in found] for name, found in form.errors.items()})
    made: SequenceTemplate = form.save()
    return made
