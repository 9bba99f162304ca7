"""Dialogs over the API, and asking an assistant."""

import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import Scope
from accounts.errors import PersonRequired
from accounts.models import User, person_behind
from assistants.models import Assistant
from config.api import CursorPagination
from config.db import release_connection
from config.errors import DomainError
from dialogs.addresses import addresses_of
from dialogs.api.contacts import DialogFilter
from dialogs.api.resources import (
    AnswerSerializer,
    AskSerializer,
    DialogSerializer,
    FileSerializer,
    MessageSerializer,
    NewMessageSerializer,
    NewMessageWithFilesSerializer,
    UploadSerializer,
)
from dialogs.enums import Channel, Speaker
from dialogs.errors import AssistantOff
from dialogs.models import Dialog, DialogMessage
from dialogs.services import asking, attaching, handing, relaying
from dialogs.services.posting import readable
from dialogs.services.receiving import Author, open_dialog


class MessagePagination(CursorPagination):
    """Messages in the order they were said."""

    ordering = "seq"


class DialogViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Dialog]):
    """Conversations of the tenant."""

    queryset = Dialog.objects.none()
    serializer_class = DialogSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    filterset_class = DialogFilter

    def get_queryset(self) -> QuerySet[Dialog]:
        """Return the dialogs the caller may see."""
        return Dialog.objects.visible_to(self.request.user).select_related("assistant", "contact")

    @extend_schema(responses=MessageSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=MessagePagination, filterset_class=None)
    def messages(self, request: Request, uuid: UUID) -> Response:
        """List what was said, in order."""
        rows = DialogMessage.objects.filter(dialog=self.get_object()).select_related("author")
        pages = MessagePagination()
        page = pages.paginate_queryset(rows.prefetch_related("attachments"), request, view=self) or []
        return pages.get_paginated_response(MessageSerializer(page, many=True).data)

    @extend_schema(
        request={"application/json": NewMessageSerializer, "multipart/form-data": NewMessageWithFilesSerializer},
        responses={201: MessageSerializer},
    )
    @messages.mapping.post
    def say(self, request: Request, uuid: UUID) -> Response:
        """Say something with files: as the operator in charge, or as the customer of a conversation of the API."""
        dialog = self.get_object()
        payload = NewMessageWithFilesSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        fields = dict(payload.validated_data)
        author = _author(request, fields.pop("sender"))
        relaying.may_speak(dialog, author=author)
        for file in fields.pop("file"):
            kept = relaying.upload(dialog, author=author, content=file, name=file.name, at=now())
            fields["files"] = [*fields["files"], kept.uuid]
        message = relaying.say(dialog, author=author, at=now(), **fields)
        return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: FileSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def files(self, request: Request, uuid: UUID) -> Response:
        """Keep a file until a message names it; after a day without one it is cleared away."""
        dialog = self.get_object()
        payload = UploadSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        file, author = payload.validated_data["file"], _author(request, payload.validated_data["sender"])
        kept = relaying.upload(dialog, author=author, content=file, name=file.name, at=now())
        return Response({**kept.facts(), **addresses_of(kept)}, status=status.HTTP_201_CREATED)

    @extend_schema(responses=FileSerializer)
    @action(detail=True, url_path=r"files/(?P<file>[0-9a-f-]{36})", url_name="file", filterset_class=None)
    def file(self, request: Request, uuid: UUID, file: UUID) -> Response:
        """Return a file's facts with fresh addresses."""
        found = get_object_or_404(self.get_object().attachments.all(), uuid=file)
        return Response({**found.facts(), **addresses_of(found)})

    @extend_schema(request=None, responses={204: None})
    @file.mapping.delete
    def discard(self, request: Request, uuid: UUID, file: UUID) -> Response:
        """Clear away a file that is not to be sent after all; what was sent stays."""
        attaching.discard([get_object_or_404(self.get_object().attachments.all(), uuid=file)])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=DialogSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, uuid: UUID) -> Response:
        """End a conversation."""
        dialog = self.get_object()
        handing.close(dialog, at=now())
        return Response(DialogSerializer(dialog).data)


def _author(request: Request, sender: str) -> User | None:
    """Return the person who speaks, or None for a customer.

    Raises:
        PersonRequired: a program speaks for customers only.
    """
    if sender == Speaker.CUSTOMER:
        return None
    if (person := person_behind(request.user)) is None:
        raise PersonRequired
    return person


class EventStreamRenderer(BaseRenderer):
    """Lets content negotiation accept server-sent events; the stream renders itself."""

    media_type = "text/event-stream"
    format = "event-stream"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Render a refusal that came before the stream began."""
        return JSONRenderer().render(data)


class AskView(APIView):
    """Ask an assistant and wait for its answer."""

    renderer_classes = (JSONRenderer, EventStreamRenderer)
    key_scopes: ClassVar[dict[str, set[Scope]]] = {"post": {Scope.ASK}}

    @extend_schema(
        operation_id="assistants_ask",
        request=AskSerializer,
        responses={
            (200, "application/json"): AnswerSerializer,
            (200, "text/event-stream"): OpenApiResponse(
                str, description="Events `delta` {text}, then one `answer` (as the JSON answer) or `error` (a problem)."
            ),
        },
    )
    def post(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Store the question, wait for the worker's answer and return it whole or as it forms."""
        assistant = Assistant.objects.visible_to(request.user).select_related("tenant").filter(uuid=uuid).first()
        if assistant is None:
            raise Http404
        payload = AskSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        text, session = payload.validated_data["text"], payload.validated_data.get("session_id") or uuid4().hex
        readable(text)
        if not assistant.is_active:
            raise AssistantOff
        dialog = open_dialog(
            assistant.tenant,
            assistant=assistant,
            platform=Channel.API,
            session_id=session,
            author=Author(external_id=session),
        )
        release_connection()  # the wait may take seconds; others need the connection
        if request.accepted_renderer.media_type == EventStreamRenderer.media_type:
            response = StreamingHttpResponse(_stream(dialog, text), content_type="text/event-stream")
            response["Cache-Control"], response["X-Accel-Buffering"] = "no-store", "no"
            return response
        reply = async_to_sync(asking.answer_to)(dialog, text=text)
        return Response(AnswerSerializer(reply).data)


async def _stream(dialog: Dialog, text: str) -> AsyncIterator[bytes]:
    try:
        async for piece in asking.ask(dialog, text=text):
            if isinstance(piece, asking.Reply):
                yield _event("answer", AnswerSerializer(piece).data)
            else:
                yield _event("delta", {"text": piece})
    except DomainError as refusal:
        yield _event("error", refusal.as_problem())


def _event(name: str, content: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)}\n\n".encode()
