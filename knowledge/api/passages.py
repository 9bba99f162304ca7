"""Passages over the API: read, edited, split, merged, switched off and pinned."""

from typing import Any
from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from knowledge.api.serializers import ChunkSerializer
from knowledge.api.views import ChunkViewSet, person_of
from knowledge.services import workbench


class PassageChangeSerializer(serializers.Serializer[Any]):
    """What to change in a passage; what is absent stays."""

    text = serializers.CharField(required=False, max_length=20_000, trim_whitespace=False)
    title = serializers.CharField(required=False, allow_blank=True, max_length=255)
    is_enabled = serializers.BooleanField(required=False)
    is_pinned = serializers.BooleanField(required=False)


class SplitSerializer(serializers.Serializer[Any]):
    """Where to cut: the number of characters that stay in the first piece."""

    position = serializers.IntegerField(min_value=1)


class PassageViewSet(ChunkViewSet):
    """The passages cut from documents."""

    @extend_schema(request=PassageChangeSerializer, responses=ChunkSerializer)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change the words of a passage, or whether and how search finds it."""
        passage = self.get_object()
        payload = PassageChangeSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        given = payload.validated_data
        if "text" in given or "title" in given:
            text = given.get("text", passage.chunk_text)
            workbench.edit(passage, text=text, title=given.get("title"), by=person_of(request), at=now())
        if "is_enabled" in given:
            workbench.switch(passage, is_enabled=given["is_enabled"])
        if "is_pinned" in given:
            workbench.pin(passage, is_pinned=given["is_pinned"])
        return self._answer(uuid)

    @extend_schema(request=SplitSerializer, responses=ChunkSerializer(many=True))
    @action(detail=True, methods=["post"], filterset_class=None, pagination_class=None)
    def split(self, request: Request, uuid: UUID) -> Response:
        """Cut a passage in two."""
        passage = self.get_object()
        payload = SplitSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        pieces = workbench.split(passage, **payload.validated_data, by=person_of(request), at=now())
        rows = self.get_queryset().filter(pk__in=[piece.pk for piece in pieces]).in_order()  # type: ignore[attr-defined]  # its own queryset
        return Response(ChunkSerializer(rows, many=True).data)

    @extend_schema(request=None, responses=ChunkSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, uuid: UUID) -> Response:
        """Put the next passage of the document behind this one."""
        workbench.merge_next(self.get_object(), by=person_of(request), at=now())
        return self._answer(uuid)

    @extend_schema(request=None, responses=ChunkSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, uuid: UUID) -> Response:
        """Make a passage as it was cut from the document."""
        workbench.restore(self.get_object(), by=person_of(request), at=now())
        return self._answer(uuid)

    def _answer(self, uuid: UUID) -> Response:
        return Response(ChunkSerializer(self.get_queryset().get(uuid=uuid)).data)
