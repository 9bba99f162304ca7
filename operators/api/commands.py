"""Shapes of the commands of the console's socket (docs/console.md)."""

from typing import Any, Final

from rest_framework import serializers

from operators.enums import PresenceStatus

BIG_INTEGER: Final = 2**63 - 1
LONGEST_NOTE: Final = 2_000


class Nothing(serializers.Serializer[Any]):
    """A command without fields."""


class Hello(serializers.Serializer[Any]):
    """The first frame: which shop the page shows, in which language."""

    tenant = serializers.UUIDField()
    language = serializers.ChoiceField(["ru", "en"], default="ru")


class Queue(serializers.Serializer[Any]):
    """A page of a queue."""

    queue = serializers.ChoiceField(["waiting", "mine", "team", "assistant", "all"])
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


class Transfer(OfDialog):
    """A conversation to pass on: to a colleague, or to the queue."""

    to = serializers.UUIDField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class Return(OfDialog):
    """A conversation the assistant goes on with."""

    instruction = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class Status(serializers.Serializer[Any]):
    """Whether the operator wants to be given conversations."""

    status = serializers.ChoiceField([PresenceStatus.ONLINE, PresenceStatus.BUSY])
