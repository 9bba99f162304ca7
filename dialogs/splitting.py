"""Long messages, cut where a reader would pause."""

import re
from typing import Final

BORDERS: Final = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])\s+"), re.compile(r"\s+"))


def units(text: str) -> int:
    """Return the length as messengers count it: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, *, limit: int) -> list[str]:
    """Return ``text`` in pieces of at most ``limit`` UTF-16 units, cut between paragraphs, lines, sentences or words.

    A border counts only in the second half of a piece, so that pieces are few.
    """
    pieces = []
    rest = text.strip()
    while units(rest) > limit:
        room = _room(rest, limit)
        cut = _border(rest[:room]) or room
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _room(text: str, limit: int) -> int:
    """Return how many characters of ``text`` fit into ``limit`` units."""
    used = 0
    for position, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return position
    return len(text)


def _border(piece: str) -> int:
    for border in BORDERS:
        ends = [match.end() for match in border.finditer(piece) if match.start() > len(piece) // 2]
        if ends:
            return ends[-1]
    return 0
