"""Assistants as a resource."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.enums import Role
from accounts.models import User
from assistants import services
from assistants.api.serializers import AssistantSerializer
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

    def _fields(self, serializer: BaseSerializer[Assistant]) -> dict[str, Any]:
        serializer.is_valid(raise_exception=True)
        fields: dict[str, Any] = serializer.validated_data
        return fields


def _person(request: Request) -> User | None:
    """Return who acts; a program acts in nobody's name."""
    return request.user if isinstance(request.user, User) else None
