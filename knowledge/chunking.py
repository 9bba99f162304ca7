"""Cuts a text into passages: along its headings and paragraphs, tables with their header.

A passage holds about 200 to 350 tokens. Short neighbouring sections share one,
so that it says something whole; a cut inside a section repeats the last
sentence, so that nothing is lost between two passages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from knowledge.extraction.blocks import Block, Kind, render_table
from knowledge.extraction.markdown import parse_text

TARGET_TOKENS: Final = 200
MAX_TOKENS: Final = 350
OVERLAP_TOKENS: Final = 40
SEPARATOR: Final = " › "
PATH_CHARACTERS: Final = 500
SENTENCES: Final = re.compile(r"(?<=[.!?…])\s+(?=[«\"(A-ZА-ЯЁ0-9])|\n")
WIDE_CHARACTERS_PER_TOKEN: Final = 3.0
NARROW_CHARACTERS_PER_TOKEN: Final = 4.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage, where it stands, and what it is called."""

    index: int
    text: str
    heading_path: str
    headings: tuple[str, ...]
    token_count: int

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the passage in its place."""
        return sha256(f"{self.heading_path}\n{self.text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece that is never cut: a paragraph, a few sentences, some rows of a table."""

    kind: Kind
    text: str
    path: tuple[str, ...]
    tokens: int


@dataclass(slots=True)
class _Pile:
    """The passage being filled."""

    units: list[_Unit] = field(default_factory=list)
    tokens: int = 0

    def add(self, unit: _Unit) -> None:
        self.units.append(unit)
        self.tokens += unit.tokens

    @property
    def text(self) -> str:
        joined = ""
        for previous, unit in zip([None, *self.units], self.units, strict=False):
            near = previous is not None and previous.kind in {Kind.ITEM, Kind.HEADING} and unit.kind is Kind.ITEM
            joined += ("" if previous is None else "\n" if near else "\n\n") + unit.text
        return joined


def estimate_tokens(text: str) -> int:
    """Estimate how many tokens a model counts: Cyrillic takes more of them than Latin."""
    wide = sum(character > "\u024f" for character in text)
    return max(1, round(wide / WIDE_CHARACTERS_PER_TOKEN + (len(text) - wide) / NARROW_CHARACTERS_PER_TOKEN))


def chunk(text: str, *, title: str = "") -> list[Chunk]:
    """Cut ``text``, markdown as ``knowledge.extraction`` writes it, into passages."""
    return [
        Chunk(
            index=index,
            text=pile.text,
            heading_path=SEPARATOR.join(_common_path(pile))[:PATH_CHARACTERS],
            headings=tuple(dict.fromkeys(heading for unit in pile.units for heading in unit.path)),
            token_count=estimate_tokens(pile.text),
        )
        for index, pile in enumerate(_piles(list(_units(parse_text(text).blocks, title=title))))
    ]


def _piles(units: list[_Unit]) -> Iterator[_Pile]:
    pile = _Pile()
    for position, unit in enumerate(units):
        if pile.units and _ends_before(pile, unit, units[position + 1 :]):
            yield pile
            pile = _Pile()
            if overlap := _overlap(units[position - 1], unit):
                pile.add(overlap)
        pile.add(unit)
    if any(unit.kind is not Kind.HEADING for unit in pile.units):
        yield pile


def _ends_before(pile: _Pile, unit: _Unit, following: list[_Unit]) -> bool:
    if unit.kind is Kind.HEADING:  # a heading goes with what it heads
        section = unit.tokens + (following[0].tokens if following else 0)
        return pile.tokens >= TARGET_TOKENS or pile.tokens + section > MAX_TOKENS
    only_headings = all(one.kind is Kind.HEADING for one in pile.units)
    return not only_headings and pile.tokens + unit.tokens > MAX_TOKENS


def _overlap(last: _Unit, unit: _Unit) -> _Unit | None:
    """Return the last sentence of the passage before, when the cut is inside one section."""
    if unit.path != last.path or Kind.TABLE in {unit.kind, last.kind} or unit.kind is Kind.HEADING:
        return None
    sentence = SENTENCES.split(last.text)[-1]
    tokens = estimate_tokens(sentence)
    if tokens > OVERLAP_TOKENS or last.kind is Kind.HEADING:
        return None
    return _Unit(last.kind, sentence, last.path, tokens)


def _common_path(pile: _Pile) -> tuple[str, ...]:
    paths = [unit.path for unit in pile.units]
    length = 0
    while all(len(path) > length and path[length] == paths[0][length] for path in paths):
        length += 1
    return paths[0][:length] or paths[0]


def _units(blocks: list[Block], *, title: str) -> Iterator[_Unit]:
    stack: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind is Kind.HEADING:
            stack = [entry for entry in stack if entry[0] < block.level]
            if block.text.casefold() == title.casefold():
                continue
            stack.append((block.level, block.text))
        path = tuple(heading for _, heading in stack)
        for text in _pieces(block):
            yield _Unit(block.kind, text, path, estimate_tokens(text))


def _pieces(block: Block) -> Iterator[str]:
    """Yield a block in parts that each fit into a passage."""
    if block.kind is Kind.TABLE:
        yield from _table_pieces(block.rows)
    elif estimate_tokens(block.text) <= MAX_TOKENS:
        yield block.text
    else:
        yield from _packed(SENTENCES.split(block.text))


def _table_pieces(rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    """Yield some rows at a time, each time under the header; rows too wide for that name every value's column."""
    header, body = rows[0], rows[1:]
    if not body:
        yield from _packed([render_table([header])])
        return
    above = estimate_tokens(render_table([header]))
    piece: list[tuple[str, ...]] = []
    size = above
    for row in body:
        tokens = estimate_tokens(f"| {' | '.join(row)} |\n")
        if piece and size + tokens > MAX_TOKENS:
            yield render_table([header, *piece])
            piece, size = [], above
        if above + tokens > MAX_TOKENS:
            yield from _packed([f"{name}: {value};" if name else f"{value};" for name, value in _named(header, row)])
        else:
            piece.append(row)
            size += tokens
    if piece:
        yield render_table([header, *piece])


def _named(header: tuple[str, ...], row: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in zip(header, row, strict=True) if value)


def _packed(sentences: list[str]) -> Iterator[str]:
    """Yield runs of sentences; a sentence too long by itself is cut between words."""
    piece = ""
    for sentence in sentences:
        for part in _cut(sentence):
            if piece and estimate_tokens(f"{piece} {part}") > MAX_TOKENS - OVERLAP_TOKENS:
                yield piece
                piece = ""
            piece = f"{piece} {part}".strip()
    if piece:
        yield piece


def _cut(sentence: str) -> Iterator[str]:
    width = int(MAX_TOKENS * WIDE_CHARACTERS_PER_TOKEN * 0.8)
    while len(sentence) > width:
        at = sentence.rfind(" ", width // 2, width)
        at = at if at > 0 else width
        yield sentence[:at]
        sentence = sentence[at:].strip()
    if sentence:
        yield sentence
