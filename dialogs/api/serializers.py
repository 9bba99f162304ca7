"""Shapes of what clients of dialogs send and get."""

import re
from typing import Any

from rest_framework import serializers

BIG_INTEGER = 2**63 - 1
MOST_FACTS = 20
FACT = re.compile(r"^[\w .-]{1,40}$")


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
    files = serializers.ListField(child=serializers.UUIDField(), max_length=20, default=list)


class Upload(Strict):
    """A file that is about to be sent."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)


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


LINE = r"^[^\x00-\x1f\x7f]*$"  # what is signed is joined by line ends, so nothing may hold any


class Identify(Strict):
    """Who the shop's server says its visitor is, word for word as it was signed."""

    user_id = serializers.RegexField(LINE, max_length=200, trim_whitespace=False)
    name = serializers.RegexField(LINE, max_length=255, default="", allow_blank=True, trim_whitespace=False)
    email = serializers.EmailField(max_length=255, default="", allow_blank=True, trim_whitespace=False)
    phone = serializers.RegexField(LINE, max_length=50, default="", allow_blank=True, trim_whitespace=False)
    signature = serializers.RegexField(r"^[0-9a-fA-F]{64}$")


class SetContext(Strict):
    """What the seller's page says about the visit, for people to see."""

    facts = serializers.DictField(child=serializers.CharField(max_length=300, allow_blank=True, allow_null=True))

    def validate_facts(self, value: dict[str, Any]) -> dict[str, Any]:
        """Take a few short facts."""
        if len(value) > MOST_FACTS or any(not FACT.match(name) for name in value):
            raise serializers.ValidationError("facts")
        return {name: fact for name, fact in value.items() if fact not in {None, ""}}


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
    "set_context": SetContext,
}
