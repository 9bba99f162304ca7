"""Cutting a conversation to the model's window: servers that do it themselves cut in silence, and at the wrong end."""

import re
from collections.abc import Sequence
from typing import Final

from assistants.door.failures import Failure, Kind
from assistants.door.messages import Message
from config.modelserver import tokens

SPARE: Final = 1.15  # our estimate of tokens may be that much too low
LEAST_ROOM: Final = 128  # for an answer, whatever else is cut
PASSAGE: Final = re.compile(r'<passage n="\d+".*?</passage boundary="[^"]*">\n?', re.DOTALL)


def fit(messages: Sequence[Message], *, window: int | None, room: int) -> list[Message]:
    """Return the conversation without what the window does not hold: the oldest turns go, then the last passages.

    The instructions and the customer's last words always stay.

    Raises:
        Failure: even those are too long for the model.
    """
    kept = list(messages)
    if window is None:
        return kept
    limit = int((window - min(room, max(window // 4, LEAST_ROOM))) / SPARE)
    if _size(kept) <= limit:
        return kept
    head = [message for message in kept if message.role == "system"]
    turns = [message for message in kept if message.role != "system"]
    while len(turns) > 1 and _size([*head, *turns]) > limit:
        turns.pop(0)
    while len(turns) > 1 and turns[0].role == "assistant":  # an answer without its question says nothing
        turns.pop(0)
    while _size([*head, *turns]) > limit and (shorter := _without_last_passage(head)):
        head = shorter
    if _size([*head, *turns]) > limit:
        raise Failure(Kind.REJECTED, "window_too_small", f"The model's window of {window} tokens is too small.")
    return [*head, *turns]


def _size(messages: Sequence[Message]) -> int:
    return tokens.count_messages([message.content for message in messages])


def _without_last_passage(head: list[Message]) -> list[Message] | None:
    """Take the least fitting passage away, as long as one remains."""
    for at in range(len(head) - 1, -1, -1):
        found = list(PASSAGE.finditer(head[at].content))
        if len(found) > 1:
            text = head[at].content
            shorter = text[: found[-1].start()] + text[found[-1].end() :]
            return [*head[:at], Message("system", shorter), *head[at + 1 :]]
    return None
