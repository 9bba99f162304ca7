"""Knowledge entries over the API: summaries, originals, and the answers that people gave."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now
from django_filters.filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from knowledge.api.views import assistant_named, person_of
from knowledge.enums import EntryStatus, KnowledgeType
from knowledge.models import KnowledgeEntry
from knowledge.services import answers


class EntrySerializer(serializers.ModelSerializer[KnowledgeEntry]):
    """A text behind the passages; an answer has a question."""

    assistant = serializers.UUIDField(source="assistant.uuid", read_only=True, allow_null=True, default=None)
    document = serializers.UUIDField(source="document.uuid", read_only=True, allow_null=True, default=None)
    dialog = serializers.UUIDField(source="dialog_uuid", read_only=True, allow_null=True)

    class Meta:
        model = KnowledgeEntry
        fields = (
            "uuid",
            "type",
            "status",
            "question",
            "content",
            "assistant",
            "document",
            "dialog",
            "importance",
            "usage_count",
            "last_used",
            "masked_count",
            "reviewed_at",
            "created_at",
        )
        read_only_fields = fields


class NewEntrySerializer(serializers.Serializer[Any]):
    """A question and its answer; in use at once unless it is to be reviewed."""

    question = serializers.CharField(max_length=1_000)
    answer = serializers.CharField(max_length=8_000, trim_whitespace=False)
    assistant = serializers.UUIDField(required=False, allow_null=True)


class EntryChangeSerializer(serializers.Serializer[Any]):
    """Better words; what is absent stays."""

    question = serializers.CharField(required=False, max_length=1_000)
    answer = serializers.CharField(required=False, max_length=8_000, trim_whitespace=False)


class EntryFilter(FilterSet):
    """By kind, state, assistant and document."""

    type = ChoiceFilter(choices=KnowledgeType.choices)
    status = ChoiceFilter(choices=EntryStatus.choices)
    assistant = UUIDFilter(field_name="assistant__uuid")
    document = UUIDFilter(field_name="document__uuid")


class EntryViewSet(viewsets.ReadOnlyModelViewSet[KnowledgeEntry]):
    """What assistants know besides the passages."""

    queryset = KnowledgeEntry.objects.none()
    serializer_class = EntrySerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    filterset_class = EntryFilter

    def get_queryset(self) -> QuerySet[KnowledgeEntry]:
        """Return the entries the caller may see."""
        rows = KnowledgeEntry.objects.visible_to(self.request.user)
        return rows.select_related("assistant", "tenant", "document")

    @extend_schema(request=NewEntrySerializer, responses={201: EntrySerializer})
    def create(self, request: Request) -> Response:
        """Take a question and its answer into use."""
        payload = NewEntrySerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        given = payload.validated_data
        entry = answers.add(
            request.tenant,  # type: ignore[attr-defined]  # set by TenantMiddleware
            assistant=assistant_named(request, given.get("assistant")),
            question=given["question"],
            answer=given["answer"],
            by=person_of(request),
            at=now(),
        )
        return Response(EntrySerializer(entry).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EntryChangeSerializer, responses=EntrySerializer)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change the words of an answer."""
        entry = self._answer()
        words = self._words(request)
        return self._shown(answers.revise(entry, **{"question": entry.question, "answer": entry.content} | words))

    @extend_schema(request=EntryChangeSerializer, responses=EntrySerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, uuid: UUID) -> Response:
        """Let assistants answer from it, with better words if any are sent."""
        return self._shown(answers.confirm(self._answer(), **self._words(request), by=person_of(request), at=now()))

    @extend_schema(request=None, responses=EntrySerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, uuid: UUID) -> Response:
        """Refuse a proposed answer."""
        return self._shown(answers.reject(self._answer(), by=person_of(request), at=now()))

    @extend_schema(request=None, responses=EntrySerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, uuid: UUID) -> Response:
        """Let no assistant answer from it any more."""
        return self._shown(answers.retire(self._answer(), by=person_of(request), at=now()))

    def _answer(self) -> KnowledgeEntry:
        """Return the entry if it is an answer; texts of documents change with their documents."""
        entry: KnowledgeEntry = self.get_object()
        if entry.type != KnowledgeType.CONFIRMED:
            raise serializers.ValidationError({"type": ["Only confirmed answers are changed here."]})
        return entry

    def _words(self, request: Request) -> dict[str, str]:
        payload = EntryChangeSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        return dict(payload.validated_data)

    def _shown(self, entry: KnowledgeEntry) -> Response:
        return Response(EntrySerializer(entry).data)
