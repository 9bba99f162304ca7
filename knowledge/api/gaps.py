"""Unanswered questions over the API."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now
from django_filters.filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from knowledge.api.serializers import DocumentSerializer
from knowledge.api.views import assistant_named, person_of
from knowledge.enums import GapStatus
from knowledge.models import KnowledgeGap, KnowledgeGapQuestion
from knowledge.services import gaps


class GapQuestionSerializer(serializers.ModelSerializer[KnowledgeGapQuestion]):
    """A customer's words, and where they were said."""

    dialog = serializers.UUIDField(source="dialog_uuid", read_only=True, allow_null=True)

    class Meta:
        model = KnowledgeGapQuestion
        fields = ("text", "reason", "dialog", "seq", "asked_at")
        read_only_fields = fields


class GapSerializer(serializers.ModelSerializer[KnowledgeGap]):
    """Questions that mean about the same and have no answer."""

    assistant = serializers.UUIDField(source="assistant.uuid", read_only=True, allow_null=True, default=None)
    document = serializers.UUIDField(source="document.uuid", read_only=True, allow_null=True, default=None)

    class Meta:
        model = KnowledgeGap
        fields = (
            "uuid",
            "assistant",
            "title",
            "status",
            "asked_count",
            "reopened_count",
            "first_asked_at",
            "last_asked_at",
            "document",
            "closed_at",
        )
        read_only_fields = fields


class ArticleSerializer(serializers.Serializer[Any]):
    """The article that answers a gap; for its assistant unless another is named."""

    title = serializers.CharField(max_length=255)
    text = serializers.CharField(trim_whitespace=False)
    assistant = serializers.UUIDField(required=False, allow_null=True)


class MergeSerializer(serializers.Serializer[Any]):
    """The gap that takes the questions."""

    into = serializers.UUIDField()


class GapFilter(FilterSet):
    """By state and assistant."""

    status = ChoiceFilter(choices=GapStatus.choices)
    assistant = UUIDFilter(field_name="assistant__uuid")


class GapViewSet(viewsets.ReadOnlyModelViewSet[KnowledgeGap]):
    """What customers asked and the knowledge could not answer."""

    queryset = KnowledgeGap.objects.none()
    serializer_class = GapSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    filterset_class = GapFilter

    def get_queryset(self) -> QuerySet[KnowledgeGap]:
        """Return the gaps the caller may see."""
        rows = KnowledgeGap.objects.visible_to(self.request.user)
        return rows.select_related("assistant", "tenant", "document")

    @extend_schema(responses=GapQuestionSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def questions(self, request: Request, uuid: UUID) -> Response:
        """List the customers' own words, the latest first."""
        rows = self.get_object().questions.order_by("-asked_at", "-pk")
        return Response(GapQuestionSerializer(rows, many=True).data)

    @extend_schema(request=ArticleSerializer, responses={201: DocumentSerializer})
    @action(detail=True, methods=["post"])
    def article(self, request: Request, uuid: UUID) -> Response:
        """Answer the gap by an article."""
        gap = self.get_object()
        payload = ArticleSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        given = payload.validated_data
        assistant = assistant_named(request, given["assistant"]) if "assistant" in given else gap.assistant
        document = gaps.write_article(
            gap,
            title=given["title"],
            text=given["text"],
            assistant=assistant,
            by=person_of(request),
            at=now(),
        )
        return Response(DocumentSerializer(document).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=GapSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, uuid: UUID) -> Response:
        """Take the gap off the list."""
        return Response(GapSerializer(gaps.dismiss(self.get_object(), by=person_of(request), at=now())).data)

    @extend_schema(request=None, responses=GapSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, uuid: UUID) -> Response:
        """Mark the gap as answered, by an article that is there already."""
        return Response(GapSerializer(gaps.resolve(self.get_object(), by=person_of(request), at=now())).data)

    @extend_schema(request=None, responses=GapSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, uuid: UUID) -> Response:
        """Put the gap back on the list."""
        return Response(GapSerializer(gaps.reopen(self.get_object())).data)

    @extend_schema(request=MergeSerializer, responses=GapSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, uuid: UUID) -> Response:
        """Put the gap's questions to another gap."""
        gap = self.get_object()
        payload = MergeSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        target = self.get_queryset().filter(uuid=payload.validated_data["into"]).first()
        if target is None:
            raise ValidationError({"into": ["There is no such gap."]})
        return Response(GapSerializer(gaps.merge(gap, into=target)).data)
