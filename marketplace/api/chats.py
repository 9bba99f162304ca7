"""Chats with buyers over the API: to read, to move and to judge."""

from typing import Any
from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.models import User
from config.api import CursorPagination
from config.resources import OwnedReadOnlyViewSet
from marketplace.api import filters, serializers
from marketplace.enums import ChatStage, ChatStatus, ChatTag, CompletionReason
from marketplace.models import Chat
from marketplace.services import board, classifying


class BySentAt(CursorPagination):
    """Messages in the order they were sent."""

    ordering = ("sent_at", "id")


class ChatViewSet(OwnedReadOnlyViewSet):
    """Conversations with buyers."""

    queryset = Chat.objects.select_related("store")
    serializer_class = serializers.ChatSerializer
    filterset_class = filters.ChatFilter

    @extend_schema(responses=serializers.ChatMessageSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=BySentAt, filterset_class=None)
    def messages(self, request: Request, uuid: UUID) -> Response:
        """List what was said, in order."""
        page = self.paginate_queryset(self.get_object().messages.all())
        return self.get_paginated_response(serializers.ChatMessageSerializer(page, many=True).data)

    @extend_schema(request=serializers.ChatMoveSerializer, responses=serializers.ChatSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, uuid: UUID) -> Response:
        """Move a chat to another column of the board; who did it is kept."""
        chat, asked = self.get_object(), _read(serializers.ChatMoveSerializer, request)
        reason = CompletionReason(asked["reason"]) if "reason" in asked else None
        board.move(chat, ChatStatus(asked["status"]), at=now(), by=_person(request), reason=reason)
        return self._shown(chat)

    @extend_schema(request=serializers.ChatJudgeSerializer, responses=serializers.ChatSerializer)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, uuid: UUID) -> Response:
        """Say what kind of chat this is, and how far its problem is solved."""
        chat, asked = self.get_object(), _read(serializers.ChatJudgeSerializer, request)
        tag = ChatTag(asked["tag"]) if "tag" in asked else None
        stage = ChatStage(asked["stage"]) if "stage" in asked else None
        classifying.correct(chat, by=_person(request), at=now(), tag=tag, stage=stage)
        return self._shown(chat)

    def _shown(self, chat: Chat) -> Response:
        chat.refresh_from_db()
        return Response(serializers.ChatSerializer(chat).data)


def _read(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    payload = kind(data=request.data)
    payload.is_valid(raise_exception=True)
    return dict(payload.validated_data)


def _person(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None
