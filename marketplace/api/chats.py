"""Chats with buyers over the API: to read, to move and judge, to write in, to link and to remind."""

from uuid import UUID

from django.http import Http404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import CursorPagination
from config.resources import OwnedReadOnlyViewSet
from marketplace.api import filters, serializers
from marketplace.api.asking import asked, named, person_of
from marketplace.api.reminders import ReminderSerializer, StartRemindersSerializer
from marketplace.api.replies import OutgoingSerializer
from marketplace.enums import ChatStage, ChatStatus, ChatTag, CompletionReason, StopReason
from marketplace.models import Chat, Review, SequenceTemplate
from marketplace.services import board, classifying, composing, linking, reminding

PARSERS = [JSONParser, MultiPartParser, FormParser]


class BySentAt(CursorPagination):
    """Messages in the order they were sent."""

    ordering = ("sent_at", "id")


class ChatViewSet(OwnedReadOnlyViewSet):
    """Conversations with buyers."""

    queryset = Chat.objects.select_related("store__tenant", "tenant")
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
        chat, told = self.get_object(), asked(serializers.ChatMoveSerializer, request)
        reason = CompletionReason(told["reason"]) if "reason" in told else None
        board.move(chat, ChatStatus(told["status"]), at=now(), by=person_of(request), reason=reason)
        return self._shown(chat)

    @extend_schema(request=serializers.ChatJudgeSerializer, responses=serializers.ChatSerializer)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, uuid: UUID) -> Response:
        """Say what kind of chat this is, and how far its problem is solved."""
        chat, told = self.get_object(), asked(serializers.ChatJudgeSerializer, request)
        tag = ChatTag(told["tag"]) if "tag" in told else None
        stage = ChatStage(told["stage"]) if "stage" in told else None
        classifying.correct(chat, by=person_of(request), at=now(), tag=tag, stage=stage)
        return self._shown(chat)

    @extend_schema(
        request={
            "multipart/form-data": serializers.ChatSaySerializer,
            "application/json": serializers.ChatSaySerializer,
        },
        responses={201: OutgoingSerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=PARSERS)
    def send(self, request: Request, uuid: UUID) -> Response:
        """Put a message into the outbox; the rules of Wildberries are checked first."""
        chat, told = self.get_object(), asked(serializers.ChatSaySerializer, request)
        files = request.FILES.getlist("files")
        row = composing.send(
            chat, text=told["text"], by=person_of(request), at=now(), files=files, key=told["key"] or None
        )
        return Response(OutgoingSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=serializers.ChatSerializer)
    @action(detail=True, methods=["post"])
    def draft(self, request: Request, uuid: UUID) -> Response:
        """Have a reply written, as the chat's draft."""
        chat = self.get_object()
        composing.draft(chat, at=now())
        return self._shown(chat)

    @extend_schema(responses=serializers.ChatLinkSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def links(self, request: Request, uuid: UUID) -> Response:
        """List the reviews this chat may be about, the surest first."""
        return self._links(self.get_object())

    @extend_schema(
        request=serializers.ChatReviewSerializer, responses=serializers.ChatLinkSerializer(many=True), filters=False
    )
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def link(self, request: Request, uuid: UUID) -> Response:
        """Say that the chat is about a review; another one gives way."""
        chat, wanted = self.get_object(), asked(serializers.ChatReviewSerializer, request)["review"]
        review = named(Review.objects.filter(store=chat.store_id), wanted, request)
        linking.attach(chat, review, by=person_of(request), at=now())
        return self._links(chat)

    @extend_schema(
        request=serializers.ChatReviewSerializer, responses=serializers.ChatLinkSerializer(many=True), filters=False
    )
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def unlink(self, request: Request, uuid: UUID) -> Response:
        """Say that the chat is not about a review; it is not linked again by itself."""
        chat, wanted = self.get_object(), asked(serializers.ChatReviewSerializer, request)["review"]
        found = chat.links.select_related("chat").filter(review__uuid=wanted).first()
        if found is None:
            raise Http404
        linking.remove(found, by=person_of(request), at=now())
        return self._links(chat)

    @extend_schema(request=StartRemindersSerializer, responses={201: ReminderSerializer})
    @action(detail=True, methods=["post"], url_path="start-reminders")
    def start_reminders(self, request: Request, uuid: UUID) -> Response:
        """Plan reminders by a template; every text is checked first."""
        chat, told = self.get_object(), asked(StartRemindersSerializer, request)
        templates = SequenceTemplate.objects.filter(is_active=True).select_related("tenant")
        template = named(templates, told["template"], request)
        made = reminding.start(chat, template, at=now(), by=person_of(request), steps=told["steps"])
        return Response(ReminderSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=serializers.StoppedSerializer)
    @action(detail=True, methods=["post"], url_path="stop-reminders")
    def stop_reminders(self, request: Request, uuid: UUID) -> Response:
        """End the reminders of a chat and take back what has not left."""
        return Response({"stopped": reminding.stop_all(self.get_object(), StopReason.MANUAL)})

    def _links(self, chat: Chat) -> Response:
        rows = chat.links.select_related("review").order_by("-confidence", "pk")
        return Response(serializers.ChatLinkSerializer(rows, many=True).data)

    def _shown(self, chat: Chat) -> Response:
        chat.refresh_from_db()
        return Response(serializers.ChatSerializer(chat).data)
