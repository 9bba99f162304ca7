"""The operators' desk over the API: to read; tickets are opened and moved too."""

from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch
from django.utils.timezone import now
from django_filters.filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.models import User
from config.api import CursorPagination
from config.resources import OwnedReadOnlyViewSet
from dialogs.enums import Sender
from dialogs.models import Dialog
from operators.api.serializers import (
    CannedReplySerializer,
    HandoffSerializer,
    NewTicketMessageSerializer,
    NewTicketSerializer,
    TicketAssignSerializer,
    TicketMergeSerializer,
    TicketMessageSerializer,
    TicketMoveSerializer,
    TicketPrioritySerializer,
    TicketSerializer,
)
from operators.enums import TicketPriority, TicketStatus
from operators.forms import handlers_of
from operators.models import CannedReply, HandoffRequest, SlaClock, Ticket, TicketQuerySet
from operators.services import handling, merging, tickets

PARENTS: Final = ("tenant", "dialog", "assigned_to", "follows", "merged_into")
RELATED: Final = (Prefetch("clocks", SlaClock.objects.in_hand()), "external_refs")


class HandoffFilter(FilterSet):
    """Handoffs."""

    dialog = UUIDFilter(field_name="dialog__uuid", label="The dialog's uuid.")

    class Meta:
        model = HandoffRequest
        fields = ("dialog", "state", "reason")


class HandoffViewSet(OwnedReadOnlyViewSet):
    """Handoff cycles."""

    queryset = HandoffRequest.objects.select_related("dialog", "operator")
    serializer_class = HandoffSerializer
    filterset_class = HandoffFilter


class CannedReplyViewSet(OwnedReadOnlyViewSet):
    """Texts operators often send."""

    queryset = CannedReply.objects.all()
    serializer_class = CannedReplySerializer
    filterset_fields = ("is_active", "shortcut")


class TicketFilter(FilterSet):
    """Tickets."""

    dialog = UUIDFilter(field_name="dialog__uuid", label="The dialog's uuid.")
    assigned_to = UUIDFilter(field_name="assigned_to__uuid", label="The uuid of who answers for it.")

    due = ChoiceFilter(
        method="by_deadline",
        choices=[("soon", "Little time left"), ("late", "Late")],
        label="Whether a promise is about to break, or is broken.",
    )

    class Meta:
        model = Ticket
        fields = ("status", "priority", "source", "number", "dialog", "assigned_to")

    def by_deadline(self, tickets: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        """Keep tickets that are late, or soon will be."""
        clocks = SlaClock.objects.soon(at=now()) if value == "soon" else SlaClock.objects.broken(at=now())
        return tickets.filter(pk__in=clocks.values("ticket_id"))


class InOrder(CursorPagination):
    """Oldest first."""

    ordering = "id"


class TicketViewSet(OwnedReadOnlyViewSet):
    """Tickets."""

    queryset = Ticket.objects.select_related(*PARENTS).prefetch_related(*RELATED)
    serializer_class = TicketSerializer
    filterset_class = TicketFilter

    @extend_schema(request=NewTicketSerializer, responses={201: TicketSerializer})
    def create(self, request: Request) -> Response:
        """Open a ticket in the current tenant."""
        payload = NewTicketSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        facts = payload.validated_data
        caller: Any = request
        ticket = tickets.open_ticket(
            caller.tenant,
            dialog=self._dialog(facts.pop("dialog", None)),
            by=_person(request),
            at=now(),
            **facts,
        )
        return Response(TicketSerializer(self.queryset.get(pk=ticket.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TicketMoveSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, uuid: UUID) -> Response:
        """Move a ticket to another status; who did it is kept."""
        ticket = self.get_object()
        payload = TicketMoveSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        tickets.move(
            ticket,
            TicketStatus(payload.validated_data["status"]),
            reason=payload.validated_data["reason"],
            by=_person(request),
            at=now(),
        )
        return Response(TicketSerializer(self.queryset.get(pk=ticket.pk)).data)

    @extend_schema(request=TicketAssignSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, uuid: UUID) -> Response:
        """Give a ticket to a person of the team, or to nobody."""
        ticket, wanted = self.get_object(), _valid(TicketAssignSerializer, request)["person"]
        people = {person.uuid: person for person in handlers_of(ticket.tenant)}
        if wanted and wanted not in people:
            raise ValidationError({"person": ["There is no such person in the team."]})
        handling.assign(ticket, to=people.get(wanted), by=_person(request), at=now())
        return self._shown(ticket)

    @extend_schema(request=TicketPrioritySerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def prioritise(self, request: Request, uuid: UUID) -> Response:
        """Say how soon a ticket wants attention."""
        ticket, wanted = self.get_object(), _valid(TicketPrioritySerializer, request)["priority"]
        handling.prioritise(ticket, priority=TicketPriority(wanted), by=_person(request), at=now())
        return self._shown(ticket)

    @extend_schema(request=TicketMergeSerializer, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, uuid: UUID) -> Response:
        """Make a ticket part of another one, which is returned."""
        ticket = self.get_object()
        into = self.get_queryset().filter(uuid=_valid(TicketMergeSerializer, request)["into"]).first()
        if into is None:
            raise ValidationError({"into": ["There is no such ticket."]})
        return self._shown(merging.merge(ticket, into=into, by=_person(request), at=now()))

    @extend_schema(request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, uuid: UUID) -> Response:
        """Take a merged ticket out again, within a week."""
        return self._shown(merging.unmerge(self.get_object(), by=_person(request), at=now()))

    def _shown(self, ticket: Ticket) -> Response:
        return Response(TicketSerializer(self.queryset.get(pk=ticket.pk)).data)

    @extend_schema(methods=["get"], responses=TicketMessageSerializer(many=True))
    @extend_schema(methods=["post"], request=NewTicketMessageSerializer, responses={201: TicketMessageSerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=InOrder)
    def messages(self, request: Request, uuid: UUID) -> Response:
        """Read what was said about a ticket, oldest first, or say something."""
        ticket = self.get_object()
        if request.method == "POST":
            return self._say(ticket, request)
        page = self.paginate_queryset(ticket.messages.select_related("author"))
        return self.get_paginated_response(TicketMessageSerializer(page, many=True).data)

    def _say(self, ticket: Ticket, request: Request) -> Response:
        payload = NewTicketMessageSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        text, person = payload.validated_data["text"], _person(request)
        if payload.validated_data["is_internal"]:
            message = handling.note(ticket, text=text, by=person, at=now())
        elif payload.validated_data["sender"] == Sender.OPERATOR and person:
            message = handling.reply(ticket, text=text, by=person, at=now())
        else:
            sender = Sender(payload.validated_data["sender"])
            message = tickets.post(ticket, sender=sender, text=text, author=None, at=now())
        return Response(TicketMessageSerializer(message).data, status=status.HTTP_201_CREATED)

    def _dialog(self, uuid: UUID | None) -> Dialog | None:
        if uuid is None:
            return None
        request: Any = self.request
        dialog = Dialog.objects.visible_to(request.user).filter(tenant=request.tenant, uuid=uuid).first()
        if dialog is None:
            raise ValidationError({"dialog": ["There is no such dialog."]})
        return dialog


def _valid(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    payload = serializer(data=request.data)
    payload.is_valid(raise_exception=True)
    return dict(payload.validated_data)


def _person(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None
