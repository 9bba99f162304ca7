"""Canned replies over the API."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from assistants.models import Assistant
from config.resources import OwnedReadOnlyViewSet
from operators.api.serializers import CannedReplySerializer, KeepCannedReplySerializer
from operators.models import CannedReply
from operators.services import canned


class CannedReplyViewSet(OwnedReadOnlyViewSet):
    """Texts operators often send: the team's, and the caller's own."""

    queryset = CannedReply.objects.select_related("assistant")
    serializer_class = CannedReplySerializer
    filterset_fields = ("is_active", "shortcut", "language_code")

    def get_queryset(self) -> QuerySet[Any]:
        """Leave out what only others use."""
        rows: Any = super().get_queryset()
        found: QuerySet[Any] = rows.at_hand(self._person)
        return found

    @extend_schema(request=KeepCannedReplySerializer, responses={201: CannedReplySerializer})
    def create(self, request: Request) -> Response:
        """Keep a new reply: the caller's own, or as an administrator the team's."""
        caller: Any = request
        reply = CannedReply(tenant=caller.tenant, created_by=self._person)
        return self._keep(reply, request.data, status.HTTP_201_CREATED)

    @extend_schema(request=KeepCannedReplySerializer, responses=CannedReplySerializer)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change a reply."""
        return self._keep(self.get_object(), request.data, status.HTTP_200_OK)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Delete a reply."""
        canned.forget(self.get_object(), by=self._person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _keep(self, reply: CannedReply, given: Any, code: int) -> Response:
        payload = KeepCannedReplySerializer(data=given, partial=reply.pk is not None)
        payload.is_valid(raise_exception=True)
        facts = {**payload.validated_data}
        if "is_own" in facts:
            reply.owner = self._person if facts.pop("is_own") else None
        if "assistant" in facts:
            reply.assistant = self._assistant(reply, facts.pop("assistant"))
        for name, value in facts.items():
            setattr(reply, name, value)
        return Response(CannedReplySerializer(canned.keep(reply, by=self._person)).data, status=code)

    def _assistant(self, reply: CannedReply, uuid: UUID | None) -> Assistant | None:
        if uuid is None:
            return None
        found = Assistant.objects.visible_to(self.request.user).filter(tenant=reply.tenant, uuid=uuid).first()
        if found is None:
            raise ValidationError({"assistant": ["There is no such assistant."]})
        return found

    @property
    def _person(self) -> User | None:
        return self.request.user if isinstance(self.request.user, User) else None
