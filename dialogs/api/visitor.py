"""The visitor's conversation over plain HTTP, where sockets are blocked (docs/widget.md)."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, NotFound, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, IntegerField, Serializer
from rest_framework.views import APIView

from assistants.models import Assistant
from config.addresses import address_of
from config.throttling import seconds_to_wait
from dialogs import origins
from dialogs.addresses import addresses_of
from dialogs.allowances import allowance_of
from dialogs.api.serializers import BIG_INTEGER, VISITOR_COMMANDS, Identify, Post, Upload
from dialogs.appearance import Appearance, questions_of, shown_by
from dialogs.enums import Channel
from dialogs.errors import OriginRefused, TooManyMessages
from dialogs.events import as_event
from dialogs.models import DialogAttachment, DialogMessage
from dialogs.services import admitting, attaching, identifying, visiting
from dialogs.services.sighting import note_sighting

SESSION_RATE = "60/minute"


class SessionRequest(Serializer[Any]):
    """The page's ticket, and a token to prolong, if the client has one."""

    ticket = CharField(max_length=1024)
    token = CharField(max_length=1024, required=False)


class After(Serializer[Any]):
    """From which number on."""

    after = IntegerField(min_value=0, max_value=BIG_INTEGER, default=0)


@extend_schema(exclude=True)
class VisitorView(APIView):
    """A visitor's request: no cookies, a signed token in the Authorization header."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def assistant(self, uuid: UUID) -> Assistant:
        """Return the assistant a website may show, or raise 404."""
        found = Assistant.objects.on_websites().select_related("tenant").filter(uuid=uuid, tenant__is_active=True)
        if (assistant := found.first()) is None:
            raise Http404
        return assistant

    def visitor(self, request: Request, uuid: UUID) -> visiting.Visitor:
        """Return the visitor of the header ``Authorization: Visitor <token>``, or raise 401."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Visitor":
            raise AuthenticationFailed
        return visiting.visitor_of(self.assistant(uuid), token)

    def get_authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that refusals are 401."""
        return "Visitor"


class ConfigView(VisitorView):
    """What the frame shows before anybody says anything."""

    def get(self, request: Request, uuid: UUID) -> Response:
        """Return the assistant's public settings."""
        assistant = self.assistant(uuid)
        return Response(
            {
                "name": assistant.name,
                "greeting": assistant.greeting,
                "language": assistant.language_code,
                "suggested_questions": questions_of(assistant),
                "settings": Appearance.of(assistant).as_json(),
                "widget_version": assistant.widget_version,
                "frame": shown_by(assistant),
                "is_active": assistant.is_active,
                "files": allowance_of(Channel.WIDGET).as_json(),
            }
        )


class TicketView(VisitorView):
    """A ticket for the page that shows the widget; its browser says which page that is."""

    def post(self, request: Request, uuid: UUID) -> Response:
        """Return a ticket for one visit, to a page of an allowed website."""
        assistant = self.assistant(uuid)
        _count(request, "ticket")
        origin = request.headers.get("Origin", "")
        if origin not in origins.ours(request):
            note_sighting(assistant, origin=origin, at=now())
        return Response({"ticket": admitting.issue_ticket(assistant, origin=origin, ours=origins.ours(request))})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let every page read the answer: a refusal says why, a ticket goes to allowed ones only."""
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Origin"])
        response["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
        response["Cache-Control"] = "no-store"
        return response


class SessionView(VisitorView):
    """A visitor's token."""

    def post(self, request: Request, uuid: UUID) -> Response:
        """Return a token for a ticket: the same visitor's when a valid one is sent, else a new visitor's."""
        assistant, ours = self.assistant(uuid), origins.ours(request)
        payload = SessionRequest(data=request.data)
        payload.is_valid(raise_exception=True)
        _count(request, "session")
        if (origin := request.headers.get("Origin")) and origin not in ours:  # the chat is a page of ours
            raise OriginRefused(origin=origin[:255])
        old = payload.validated_data.get("token")
        key = visiting.visitor_of(assistant, old).key if old else None
        admitting.redeem_ticket(assistant, payload.validated_data["ticket"], ours=ours)
        token = visiting.issue_token(assistant, key)
        return Response({"token": token, "visitor": visiting.visitor_of(assistant, token).key})


class IdentifyView(VisitorView):
    """A visitor whom the shop's server knows."""

    def post(self, request: Request, uuid: UUID) -> Response:
        """Return the token of the customer, when the shop's server signed who they are."""
        visitor = self.visitor(request, uuid)
        payload = Identify(data=request.data)
        payload.is_valid(raise_exception=True)
        fields = dict(payload.validated_data)
        signature = fields.pop("signature")
        known = identifying.identify(visitor, identifying.Claim(**fields), signature=signature, at=now())
        return Response({"token": visiting.issue_token(known.assistant, known.key), "visitor": known.key})


class MessagesView(VisitorView):
    """Read and write without a socket."""

    def get(self, request: Request, uuid: UUID) -> Response:
        """Return everything after ``?after=``."""
        visitor = self.visitor(request, uuid)
        query = After(data=request.query_params)
        query.is_valid(raise_exception=True)
        snapshot = visiting.snapshot(visitor.dialog, after_seq=query.validated_data["after"])
        return Response({**snapshot, "widget_version": visitor.assistant.widget_version})

    def post(self, request: Request, uuid: UUID) -> Response:
        """Store one message, once per ``client_id``."""
        visitor = self.visitor(request, uuid)
        payload = Post(data=request.data)
        payload.is_valid(raise_exception=True)
        received = visiting.say(visitor, at=now(), **payload.validated_data)
        code = status.HTTP_201_CREATED if received.is_new else status.HTTP_200_OK
        return Response({"message": as_event(received.message)}, status=code)


class FilesView(VisitorView):
    """Files a visitor is about to send."""

    def post(self, request: Request, uuid: UUID) -> Response:
        """Keep one file until a message names it."""
        visitor = self.visitor(request, uuid)
        payload = Upload(data=request.data)
        payload.is_valid(raise_exception=True)
        file = payload.validated_data["file"]
        attachment = visiting.upload(visitor, content=file, name=file.name, at=now())
        return Response({**attachment.facts(), **addresses_of(attachment)}, status=status.HTTP_201_CREATED)


class FileView(VisitorView):
    """One file of the visitor's conversations."""

    def get(self, request: Request, uuid: UUID, file: UUID) -> Response:
        """Return the file's facts with fresh addresses."""
        attachment = self._file(request, uuid, file)
        return Response({**attachment.facts(), **addresses_of(attachment)})

    def delete(self, request: Request, uuid: UUID, file: UUID) -> Response:
        """Clear away a file that is not to be sent after all; what was sent stays."""
        attaching.discard([self._file(request, uuid, file)])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _file(self, request: Request, uuid: UUID, file: UUID) -> DialogAttachment:
        found = visiting.file_of(self.visitor(request, uuid), file)
        if found is None:
            raise NotFound
        return found


class CommandView(VisitorView):
    """The other commands without a socket."""

    def post(self, request: Request, uuid: UUID) -> Response:
        """Carry out one command."""
        visitor = self.visitor(request, uuid)
        name = str(request.data.get("command", "")) if isinstance(request.data, dict) else ""
        if name not in VISITOR_COMMANDS:
            raise ValidationError({"command": "unknown"})
        payload = VISITOR_COMMANDS[name](data=request.data)
        payload.is_valid(raise_exception=True)
        dialog = visiting.begin(visitor) if name == "ask_person" else visitor.dialog
        if dialog is None:
            raise NotFound
        try:
            visiting.obey(dialog, name, payload.validated_data, at=now())
        except DialogMessage.DoesNotExist as error:
            raise NotFound from error
        return Response({})


def _count(request: Request, what: str) -> None:
    """Refuse an address that begins more visits than the people behind it would."""
    if wait := seconds_to_wait(SESSION_RATE, what, address_of(request._request)):  # noqa: SLF001 -- no public name
        raise TooManyMessages(seconds=wait)
