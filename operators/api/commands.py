"""Shapes of the commands of the console's socket (docs/console.md)."""

from typing import Any, Final

from rest_framework import serializers

from dialogs.enums import Priority
from operators.enums import BulkAction, PresenceStatus, SuggestionKind, WritingMode

BIG_INTEGER: Final = 2**63 - 1
LONGEST_NOTE: Final = 2_000
QUEUES: Final = ("waiting", "mine", "team", "assistant", "snoozed", "all")


class Nothing(serializers.Serializer[Any]):
    """A command without fields."""


class Hello(serializers.Serializer[Any]):
    """The first frame: which shop the page shows, in which language."""

    tenant = serializers.UUIDField()
    language = serializers.ChoiceField(["ru", "en"], default="ru")


class Queue(serializers.Serializer[Any]):
    """A page of a queue."""

    queue = serializers.ChoiceField(QUEUES)
    search = serializers.CharField(max_length=100, allow_blank=True, default="")
    offset = serializers.IntegerField(min_value=0, max_value=10_000, default=0)


class OfDialog(serializers.Serializer[Any]):
    """A conversation."""

    dialog = serializers.UUIDField()


class Open(OfDialog):
    """A conversation to follow, from a number on."""

    after_seq = serializers.IntegerField(min_value=0, max_value=BIG_INTEGER, default=0)


class Earlier(OfDialog):
    """What was said before a number."""

    before_seq = serializers.IntegerField(min_value=1, max_value=BIG_INTEGER)


class Note(OfDialog):
    """Words for colleagues; their length is judged by the service."""

    client_id = serializers.RegexField(r"^[\w-]{8,64}$")
    text = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False)


class Post(Note):
    """Words for the customer, and files uploaded before."""

    files = serializers.ListField(child=serializers.UUIDField(), max_length=20, default=list)


class Keep(OfDialog):
    """What an operator began to write; nothing deletes it."""

    mode = serializers.ChoiceField(WritingMode.choices)
    text = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False)


class Suggest(OfDialog):
    """Words wanted of a model."""

    client_id = serializers.RegexField(r"^[\w-]{8,64}$")
    kind = serializers.ChoiceField(SuggestionKind.choices)
    text = serializers.CharField(max_length=20_000, allow_blank=True, default="", trim_whitespace=False)


class Typing(OfDialog):
    """Somebody writes, to the customer or to colleagues."""

    is_note = serializers.BooleanField(default=False)


class Bulk(serializers.Serializer[Any]):
    """One thing to do to chosen conversations, or to all of a queue that a search finds."""

    client_id = serializers.RegexField(r"^[\w-]{8,64}$")
    action = serializers.ChoiceField(BulkAction.choices)
    queue = serializers.ChoiceField([*QUEUES, ""], default="")
    search = serializers.CharField(max_length=100, allow_blank=True, default="")
    chosen = serializers.ListField(child=serializers.UUIDField(), max_length=500, default=list)
    assignee = serializers.UUIDField(required=False, allow_null=True, default=None)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class Settings(serializers.Serializer[Any]):
    """How an operator wants to be told of things."""

    sound = serializers.BooleanField()
    notifications = serializers.BooleanField()
    quiet_from = serializers.TimeField(allow_null=True, default=None)
    quiet_to = serializers.TimeField(allow_null=True, default=None)
    undo_seconds = serializers.IntegerField(min_value=0, max_value=30)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse quiet hours without an end."""
        if (attrs["quiet_from"] is None) != (attrs["quiet_to"] is None):
            raise serializers.ValidationError({"quiet_to": ["Quiet hours begin and end."]})
        return attrs


class Transfer(OfDialog):
    """A conversation to pass on: to a colleague, or to the queue."""

    to = serializers.UUIDField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class Snooze(OfDialog):
    """A conversation to put off, until a moment or, without one, until the customer writes."""

    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class Prioritise(OfDialog):
    """How soon a conversation wants a person."""

    priority = serializers.ChoiceField(Priority.choices)


class Return(OfDialog):
    """A conversation the assistant goes on with."""

    instruction = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class Status(serializers.Serializer[Any]):
    """Whether the operator wants to be given conversations."""

    status = serializers.ChoiceField([PresenceStatus.ONLINE, PresenceStatus.BUSY])
