"""The one shape every parser returns, and the text it becomes.

A document is a list of blocks: headings, paragraphs, list items, tables. They
are written as a small markdown and read back from it, so that a stored text
can be cut anew without its file.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from knowledge.extraction.cleaning import clean_line, clean_text

MAX_LEVEL: Final = 6
_ESCAPABLE: Final = re.compile(r"^(\\|#{1,6}\s|\||[-*+]\s|```)")


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document; a table has rows, everything else has text."""

    kind: Kind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(slots=True)
class Extraction:
    """What a file says: its blocks, its own title, and what its author wrote about it."""

    blocks: list[Block] = field(default_factory=list)
    title: str = ""
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the blocks as markdown."""
        return "\n\n".join(filter(None, map(render, self.blocks)))

    def add(self, kind: Kind, text: str, *, level: int = 0) -> None:
        """Append a block unless nothing is left of it after cleaning."""
        cleaned = clean_text(text) if kind in {Kind.CODE, Kind.PARAGRAPH} else clean_line(text)
        if cleaned:
            self.blocks.append(Block(kind, cleaned, min(level, MAX_LEVEL)))

    def add_table(self, rows: Iterable[Iterable[str]]) -> None:
        """Append a table without its empty rows, every row equally wide."""
        cleaned = [tuple(clean_line(cell) for cell in row) for row in rows]
        kept = [row for row in cleaned if any(row)]
        if not kept:
            return
        width = max(map(len, kept))
        self.blocks.append(Block(Kind.TABLE, rows=tuple(row + ("",) * (width - len(row)) for row in kept)))


def render(block: Block) -> str:
    """Return one block as markdown."""
    match block.kind:
        case Kind.HEADING:
            return f"{'#' * max(block.level, 1)} {block.text}"
        case Kind.ITEM:
            return f"- {block.text}"
        case Kind.TABLE:
            return render_table(block.rows)
        case Kind.CODE:
            return f"```\n{block.text.replace('```', '')}\n```"
        case _:
            return "\n".join(_ESCAPABLE.sub(r"\\\1", line) for line in block.text.split("\n"))


def render_table(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows as a markdown table; the first row is its header."""
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    lines.insert(1, f"|{'---|' * (lines[0].count('|') - 1)}")
    return "\n".join(lines)


def unescape(line: str) -> str:
    """Undo what ``render`` did to a line that only looks like markup."""
    return line[1:] if line.startswith("\\") and _ESCAPABLE.match(line[1:]) else line


def headings(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the headings of a document."""
    return (block.text for block in blocks if block.kind is Kind.HEADING)
