"""The operators' desk as JSON."""

from typing import Any

from rest_framework import serializers

from config.resources import public_id
from dialogs.enums import Sender
from operators.enums import TicketPriority, TicketSource, TicketStatus
from operators.models import CannedReply, HandoffRequest, SlaClock, Ticket, TicketExternalRef, TicketMessage


class HandoffSerializer(serializers.ModelSerializer[HandoffRequest]):
    """One cycle of a handoff."""

    dialog = public_id("The dialog's uuid.")
    operator = public_id("The uuid of the person in charge.", allow_null=True)

    class Meta:
        model = HandoffRequest
        fields = (
            "uuid", "dialog", "request_id", "state", "reason", "operator", "requested_at", "started_at", "resolved_at",
            "expires_at", "summary", "note",
        )  # fmt: skip
        read_only_fields = fields


class CannedReplySerializer(serializers.ModelSerializer[CannedReply]):
    """A text operators often send."""

    class Meta:
        model = CannedReply
        fields = ("uuid", "shortcut", "title", "text", "language_code", "is_active", "created_at", "updated_at")
        read_only_fields = fields


class ClockSerializer(serializers.ModelSerializer[SlaClock]):
    """What is still promised to a ticket; a paused clock has no ``due_at``."""

    class Meta:
        model = SlaClock
        fields = ("kind", "due_at", "is_paused", "warned_at", "breached_at")
        read_only_fields = fields


class ExternalRefSerializer(serializers.ModelSerializer[TicketExternalRef]):
    """The same ticket in an outside help desk; while both sides differ, ``conflict_status`` is what it wants."""

    class Meta:
        model = TicketExternalRef
        fields = ("system", "external_id", "external_url", "remote_status", "conflict_status", "conflict_at")
        read_only_fields = fields


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """A ticket."""

    dialog = public_id("The uuid of the dialog it came from.", allow_null=True)
    assigned_to = public_id("The uuid of the person who answers for it.", allow_null=True)
    clocks = ClockSerializer(many=True, read_only=True)
    follows = public_id("The uuid of the ticket it continues.", allow_null=True)
    merged_into = public_id("The uuid of the ticket it is part of now.", allow_null=True)
    external_refs = ExternalRefSerializer(many=True, read_only=True)

    class Meta:
        model = Ticket
        fields = (
            "uuid", "number", "title", "description", "status", "priority", "source", "dialog", "assigned_to",
            "follows", "merged_into", "customer_email", "customer_name", "clocks", "external_refs", "resolved_at",
            "closed_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class NewTicketSerializer(serializers.Serializer[Ticket]):
    """What a new ticket needs."""

    title = serializers.CharField(max_length=255, help_text="The problem in one line.")
    description = serializers.CharField(
        required=False, allow_blank=True, max_length=20_000, help_text="The problem in full."
    )
    priority = serializers.ChoiceField(TicketPriority.choices, default=TicketPriority.MEDIUM)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the API names it so; DRF keeps its own in instances
        TicketSource.choices, default=TicketSource.API
    )
    dialog = serializers.UUIDField(required=False, help_text="The uuid of the dialog it came from.")
    customer_email = serializers.EmailField(
        required=False, allow_blank=True, max_length=254, help_text="Where answers go by mail."
    )
    customer_name = serializers.CharField(
        required=False, allow_blank=True, max_length=255, help_text="The customer's name."
    )


class TicketMessageSerializer(serializers.ModelSerializer[TicketMessage]):
    """What was said about a ticket."""

    author = public_id("The uuid of the person who said it.", allow_null=True)

    class Meta:
        model = TicketMessage
        fields = ("id", "sender", "author", "text", "is_internal", "created_at")
        read_only_fields = fields


class NewTicketMessageSerializer(serializers.Serializer[TicketMessage]):
    """What is to be said about a ticket: the customer's words, an answer to them, or a note for the team."""

    text = serializers.CharField(max_length=8_000)
    sender = serializers.ChoiceField([Sender.CUSTOMER, Sender.OPERATOR], default=Sender.OPERATOR)
    is_internal = serializers.BooleanField(default=False, help_text="A note for the team; customers have none.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a customer's note for the team."""
        if attrs["is_internal"] and attrs["sender"] == Sender.CUSTOMER:
            raise serializers.ValidationError({"is_internal": ["Only the team writes notes."]})
        return attrs


class TicketMoveSerializer(serializers.Serializer[Ticket]):
    """Where a ticket is to go."""

    status = serializers.ChoiceField(TicketStatus.choices, help_text="The wanted status.")
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=255, default="", help_text="Kept with the step."
    )


class TicketAssignSerializer(serializers.Serializer[Ticket]):
    """Who answers for a ticket from now on."""

    person = serializers.UUIDField(allow_null=True, help_text="The uuid of a person of the team, or null.")


class TicketPrioritySerializer(serializers.Serializer[Ticket]):
    """How soon a ticket wants attention."""

    priority = serializers.ChoiceField(TicketPriority.choices)


class TicketMergeSerializer(serializers.Serializer[Ticket]):
    """Which ticket goes on."""

    into = serializers.UUIDField(help_text="The uuid of the ticket that goes on.")
