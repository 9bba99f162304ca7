"""What changed between two texts, word by word, as people mark it on paper."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

PIECE: Final = re.compile(r"\s+|[^\W_]+|[^\w\s]|_")
MOST_PIECES: Final = 12_000  # a longer text is compared line by line


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch that stayed, came or went."""

    kind: Literal["same", "added", "removed"]
    text: str


def differences(before: str, after: str) -> list[Change]:
    """Return the stretches of both texts in reading order."""
    old, new = _pieces(before), _pieces(after)
    if len(old) + len(new) > MOST_PIECES:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(_stretches(old, new))


def _stretches(old: list[str], new: list[str]) -> Iterator[Change]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Change("same", "".join(old[a:b]))
            continue
        if a != b:
            yield Change("removed", "".join(old[a:b]))
        if c != d:
            yield Change("added", "".join(new[c:d]))


def _pieces(text: str) -> list[str]:
    return PIECE.findall(text)
