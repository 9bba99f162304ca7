"""Passages cut into what can be quoted: sentences, list items, table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from config.modelserver.prompt import Passage

FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
HEADING: Final = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
ITEM: Final = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s+(.*)$")
NUMBERED: Final = re.compile(r"^\s*\d{1,2}[.)]\s+")
RULE_ROW: Final = re.compile(r"^[\s|:–-]+$")
LINK: Final = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")
EMPHASIS: Final = re.compile(r"(\*\*|__|`|~~)(.+?)\1")
SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[»\")]?\s+(?=[«\"(]?[A-ZА-ЯЁ0-9])")
ABBREVIATION: Final = re.compile(
    r"(?:\b(?:ул|г|д|пр|просп|корп|стр|кв|руб|коп|тел|см|т\.\s?е|т\.\s?д|т\.\s?п|им|мин|ч|шт|рис|доб|etc|e\.g|i\.e|vs|no)"
    r"|\b[A-ZА-ЯЁ])\.$",
    re.IGNORECASE,
)
HEADING_LENGTH: Final = 70
NO_HEADING_END: Final = frozenset('.!?…:;,»")')
LINE_END: Final = frozenset(".!?…;")


@dataclass(frozen=True, slots=True)
class Unit:
    """The least that is quoted: it stands in a group (paragraph, list or table) under a heading of a passage."""

    passage: int
    title: str
    heading: str
    group: int
    kind: str  # sentence, item, step, row
    text: str
    lead: str = ""  # the sentence that announces a list
    columns: tuple[str, ...] = ()  # a table's header
    cells: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Return ``text`` without markup, on one line."""
    text = LINK.sub(r"\1", text)
    text = EMPHASIS.sub(r"\2", text)
    return re.sub(r"\s+", " ", text).strip()


def sentences(paragraph: str) -> list[str]:
    """Cut a paragraph into sentences, minding abbreviations."""
    found: list[str] = []
    for piece in SENTENCE_END.split(paragraph):
        if found and ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [piece.strip() for piece in found if piece.strip()]


def units_of(passages: tuple[Passage, ...]) -> list[Unit]:
    """Return every quotable unit, in reading order."""
    group = 0
    found: list[Unit] = []
    for index, passage in enumerate(passages):
        for heading, kind, lead, lines in _blocks(passage.text, heading=passage.section):
            group += 1
            empty = Unit(index, passage.article, heading, group, kind, "", lead)
            found += _units(empty, lines)
    return found


def _kind_of(line: str) -> str:
    if not line.strip():
        return "blank"
    if HEADING.match(line):
        return "heading"
    if line.lstrip().startswith("|"):
        return "table"
    return "list" if ITEM.match(line) else "text"


def _blocks(text: str, *, heading: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield (heading, kind, lead, lines) of each paragraph, list and table."""
    lead = ""
    runs = [(kind, list(lines)) for kind, lines in groupby(FRONT_MATTER.sub("", text).splitlines(), _kind_of)]
    runs = list(_joined(runs))
    for position, (found_kind, lines) in enumerate(runs):
        kind = found_kind
        following = runs[position + 1][0] if position + 1 < len(runs) else ""
        if kind == "heading":
            heading, lead = plain(HEADING.sub(r"\1", lines[-1])), ""
            continue
        if kind == "text" and _is_heading(lines[0], is_followed=len(lines) > 1 or following not in ("", "heading")):
            heading, lead = plain(lines.pop(0)), ""
            if not lines:
                continue
        if kind == "text" and _is_bare_list(lines, has_lead=bool(lead)):
            kind = "list"
        yield heading, kind, lead if kind != "text" else "", lines
        announces = kind == "text" and lines[-1].rstrip().endswith(":")
        lead = sentences(plain(" ".join(lines)))[-1] if announces else ""


def _joined(runs: list[tuple[str, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    """Drop blank runs, and give an item's continuation line back to its item."""
    previous_kind = ""
    previous: list[str] = []
    for kind, lines in runs:
        if kind == "blank":
            if previous:
                yield previous_kind, previous
            previous_kind, previous = "", []
        elif kind == "text" and previous_kind == "list" and lines[0].startswith((" ", "\t")):
            previous[-1] += " " + " ".join(line.strip() for line in lines)
        else:
            if previous:
                yield previous_kind, previous
            previous_kind, previous = kind, lines
    if previous:
        yield previous_kind, previous


def _is_heading(line: str, *, is_followed: bool) -> bool:
    """Say whether a line without a mark is a heading: short, begun like one and not ended like a sentence."""
    line = line.strip()
    return is_followed and len(line) <= HEADING_LENGTH and line[:1].isupper() and line[-1] not in NO_HEADING_END


def _is_bare_list(lines: list[str], *, has_lead: bool) -> bool:
    """Say whether lines without marks are a list: each is a sentence or clause of its own."""
    return (len(lines) > 1 or has_lead) and all(line.rstrip()[-1:] in LINE_END for line in lines)


def _units(empty: Unit, lines: list[str]) -> list[Unit]:
    """Fill ``empty``, which knows the place, with each thing that can be quoted."""
    if empty.kind == "table":
        return list(_rows(empty, lines))
    if empty.kind == "list":
        kinds = ["step" if NUMBERED.match(line) else "item" for line in lines]
        texts = [plain(ITEM.sub(r"\1", line)) for line in lines]
        return [replace(empty, kind=kind, text=text) for kind, text in zip(kinds, texts, strict=True)]
    return [replace(empty, kind="sentence", text=text) for text in sentences(plain(" ".join(lines)))]


def _rows(empty: Unit, lines: list[str]) -> Iterator[Unit]:
    table = [
        tuple(plain(cell) for cell in line.strip().strip("|").split("|")) for line in lines if not RULE_ROW.match(line)
    ]
    has_header = len(lines) > 1 and bool(RULE_ROW.match(lines[1]))
    columns = table[0] if has_header and table else ()
    for cells in table[1:] if has_header else table:
        if text := ", ".join(cell for cell in cells if cell):
            yield replace(empty, kind="row", text=text, columns=columns, cells=cells)
