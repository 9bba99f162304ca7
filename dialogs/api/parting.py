"""What a visitor does with their conversations afterwards (docs/widget.md)."""

from typing import Any
from uuid import UUID

from django.utils.timezone import now
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BooleanField, EmailField, Serializer, UUIDField, ValidationError

from dialogs.api.visitor import VisitorView
from dialogs.models import Dialog
from dialogs.services import forgetting, parting


class Which(Serializer[Any]):
    """One conversation, or all in short."""

    dialog = UUIDField(required=False)


class TranscriptRequest(Serializer[Any]):
    """Which conversation goes where."""

    dialog = UUIDField()
    email = EmailField(max_length=255)


class ForgetRequest(Serializer[Any]):
    """A decision that nobody takes by accident."""

    confirm = BooleanField()

    def validate_confirm(self, value: bool) -> bool:  # noqa: FBT001 -- called by the framework
        """Take yes alone."""
        if not value:
            raise ValidationError("confirm")
        return value


class HistoryView(VisitorView):
    """The visitor's conversations."""

    def get(self, request: Request, uuid: UUID) -> Response:
        """Return all in short, or with ``?dialog=`` what was said in one."""
        visitor = self.visitor(request, uuid)
        query = Which(data=request.query_params)
        query.is_valid(raise_exception=True)
        if (dialog := query.validated_data.get("dialog")) is None:
            return Response({"dialogs": parting.history(visitor)})
        try:
            return Response({"messages": parting.past(visitor, dialog)})
        except Dialog.DoesNotExist as error:
            raise NotFound from error


class TranscriptView(VisitorView):
    """A conversation by mail."""

    def post(self, request: Request, uuid: UUID) -> Response:
        """Send it to the address that the visitor typed."""
        visitor = self.visitor(request, uuid)
        payload = TranscriptRequest(data=request.data)
        payload.is_valid(raise_exception=True)
        facts = payload.validated_data
        try:
            parting.send_transcript(visitor, facts["dialog"], email=facts["email"], at=now())
        except Dialog.DoesNotExist as error:
            raise NotFound from error
        return Response({})


class ForgetView(VisitorView):
    """The visitor's data, erased."""

    def post(self, request: Request, uuid: UUID) -> Response:
        """Erase what the visitor and the shop wrote to each other in this chat."""
        visitor = self.visitor(request, uuid)
        ForgetRequest(data=request.data).is_valid(raise_exception=True)
        return Response({"erased": forgetting.forget(visitor, at=now())})
