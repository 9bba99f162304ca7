"""Assistants as a resource."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.enums import Role
from accounts.models import User
from assistants import services
from assistants.api.serializers import AssistantSerializer, VersionSerializer
from assistants.models import Assistant


class AssistantViewSet(viewsets.ModelViewSet[Assistant]):
    """The shop's assistants; administrators change them."""

    serializer_class = AssistantSerializer
    queryset = Assistant.objects.none()
    lookup_field = "uuid"
    write_role = Role.ADMIN
    filterset_fields = ["is_active"]
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Assistant]:
        """Return the current tenant's, as far as the caller may see them."""
        return Assistant.objects.visible_to(self.request.user).of(self.request.tenant)  # type: ignore[attr-defined]  # ours

    @extend_schema(responses={status.HTTP_201_CREATED: AssistantSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set up an assistant."""
        fields = self._fields(self.get_serializer(data=request.data))
        assistant = services.create_assistant(request.tenant, by=_person(request), **fields)  # type: ignore[attr-defined]  # ours
        return Response(self.get_serializer(assistant).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change an assistant."""
        assistant = self.get_object()
        fields = self._fields(self.get_serializer(assistant, data=request.data, partial=True))
        changed = services.change_assistant(assistant, by=_person(request), **fields)
        changed.refresh_from_db()
        return Response(self.get_serializer(changed).data)

    def perform_destroy(self, instance: Assistant) -> None:
        """Remove an assistant that nothing depends on."""
        services.delete_assistant(instance)

    @extend_schema(methods=["GET"], responses=VersionSerializer(many=True))
    @extend_schema(methods=["POST"], request=VersionSerializer, responses={201: VersionSerializer})
    @action(detail=True, methods=["get", "post"])
    def versions(self, request: Request, **kwargs: Any) -> Response:
        """List an assistant's versions, or keep a draft of the next one."""
        assistant = self.get_object()
        if request.method == "GET":
            rows: Any = assistant.versions.select_related("restored_from")
            page: Any = self.paginate_queryset(rows)
            return self.get_paginated_response(VersionSerializer(page, many=True).data)
        payload = VersionSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        fields = {"ai_model": assistant.ai_model, **payload.validated_data}
        version = services.draft_version(assistant, by=_person(request), **fields)
        return Response(VersionSerializer(version).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=VersionSerializer)
    @action(detail=True, methods=["post"], url_path=r"versions/(?P<number>\d{1,9})/publish")
    def publish(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Bring a draft into force, if it has passed the sets that guard the assistant."""
        version = get_object_or_404(self.get_object().versions, number=number)
        services.publish_version(version, by=_person(request), at=now())
        return Response(VersionSerializer(version).data)

    @extend_schema(request=None, responses=AssistantSerializer)
    @action(detail=True, methods=["post"], url_path=r"versions/(?P<number>\d{1,9})/restore")
    def restore(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Put what was in force once back into force."""
        version = get_object_or_404(self.get_object().versions, number=number)
        return Response(self.get_serializer(services.restore_version(version, by=_person(request), at=now())).data)

    def _fields(self, serializer: BaseSerializer[Assistant]) -> dict[str, Any]:
        serializer.is_valid(raise_exception=True)
        fields: dict[str, Any] = serializer.validated_data
        return fields


def _person(request: Request) -> User | None:
    """Return who acts; a program acts in nobody's name."""
    return request.user if isinstance(request.user, User) else None
