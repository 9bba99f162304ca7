"""Where a passage may be cut in two, and how two become one.

A table cut in two keeps its header in both pieces; what the chunking repeated
at the beginning of the next passage is said once after a merge.
"""

import re
from dataclasses import dataclass
from typing import Final

from knowledge.chunking import SENTENCES

SEAM: Final = re.compile(r"(?<=[.!?…])[ \t]+(?=[«\"(A-ZА-ЯЁ0-9])|\n+")
RULE: Final = re.compile(r"^\|[\s:|-]+\|$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, a line or a row of a passage; ``end`` is where it may be cut off from the next."""

    text: str
    end: int


def pieces(text: str) -> list[Piece]:
    """Return a passage in the smallest parts it may be cut into."""
    found: list[Piece] = []
    start = 0
    for seam in SEAM.finditer(text):
        if _is_in_header(text, seam.start()):
            continue
        found.append(Piece(text[start : seam.start()], seam.end()))
        start = seam.end()
    if text[start:].strip():
        found.append(Piece(text[start:], len(text)))
    return found


def cut(text: str, at: int) -> tuple[str, str]:
    """Return both pieces of ``text``; of a table both get the header."""
    left, right = text[:at].strip(), text[at:].strip()
    header = _header_above(left)
    if header and right.startswith("|") and not RULE.match(right.partition("\n")[0]):
        right = f"{header}\n{right}"
    return left, right


def join(first: str, second: str) -> str:
    """Return two neighbours as one text, what both say at the seam said once."""
    header = _header_above(first)
    if header and second.startswith(f"{header}\n"):
        return f"{first}\n{second[len(header) + 1 :]}"
    last = SENTENCES.split(first)[-1].strip()
    is_repeated = bool(last) and second.startswith(last) and second[len(last) : len(last) + 1].strip() == ""
    rest = second[len(last) :].lstrip() if is_repeated else second
    return f"{first}\n\n{rest}" if rest else first


def _is_in_header(text: str, at: int) -> bool:
    """Say whether a cut here would part a table's header from its rule, or the rule from the first row."""
    line, following = text[:at].rpartition("\n")[2], text[at:].lstrip("\n").partition("\n")[0]
    return bool(RULE.match(line.strip()) or RULE.match(following.strip())) and line.startswith("|")


def _header_above(text: str) -> str:
    """Return the header and the rule of the table that ``text`` ends with, if it does."""
    lines = text.split("\n")
    start = len(lines)
    while start and lines[start - 1].startswith("|"):
        start -= 1
    table = lines[start:]
    return "\n".join(table[:2]) if len(table) > 1 and RULE.match(table[1]) else ""
