"""Shapes of what clients of dialogs send and get."""

from typing import Any

from rest_framework import serializers

BIG_INTEGER = 2**63 - 1


class Strict(serializers.Serializer[Any]):
    """A payload whose texts hold no characters that PostgreSQL cannot store."""


class Hello(Strict):
    """The first frame of a visitor's socket."""

    token = serializers.CharField(max_length=1024)
    after_seq = serializers.IntegerField(min_value=0, max_value=BIG_INTEGER, default=0)


class Post(Strict):
    """A visitor's message; its length is judged by the service, with a friendlier refusal."""

    client_id = serializers.RegexField(r"^[\w-]{1,64}$")
    text = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False)


class CatchUp(Strict):
    """A wish for all that came after a number."""

    after_seq = serializers.IntegerField(min_value=0, max_value=BIG_INTEGER)


class Shown(Strict):
    """Everything up to a number is on the visitor's screen."""

    seq = serializers.IntegerField(min_value=0, max_value=BIG_INTEGER)


class Rate(Strict):
    """A thumb on an answer."""

    message = serializers.UUIDField()
    rating = serializers.ChoiceField(choices=[-1, 1])
    comment = serializers.CharField(max_length=2_000, required=False, allow_blank=True)


class RateDialog(Strict):
    """Stars for a conversation."""

    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=2_000, required=False, allow_blank=True)


class Choose(Strict):
    """What a visitor does to whom nobody comes: ``wait`` on, or leave an ``email`` address."""

    choice = serializers.ChoiceField(choices=["wait", "email"])
    email = serializers.CharField(max_length=254, required=False, allow_blank=True, default="")


class Nothing(Strict):
    """A command without fields."""


VISITOR_COMMANDS: dict[str, type[Strict]] = {
    "stop": Nothing,
    "ask_person": Nothing,
    "choose": Choose,
    "close": Nothing,
    "shown": Shown,
    "rate": Rate,
    "rate_dialog": RateDialog,
}
