"""Markdown, and the text this package stores."""

import re
from typing import IO, Final

from knowledge.extraction.blocks import Extraction, Kind, unescape
from knowledge.extraction.encodings import decode

COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
HEADING: Final = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
ITEM: Final = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(.+)$")
NUMBERED: Final = re.compile(r"^\s*(\d{1,3}[.)]\s+.+)$")
UNDERLINE: Final = re.compile(r"^(=+|-{3,})\s*$")
DIVIDER: Final = re.compile(r"^\|?[\s:|-]*-[\s:|-]*\|?$")
FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
FIELD: Final = re.compile(r"^([A-Za-z_]{1,40}):[ \t]*(.*)$", re.MULTILINE)
EMPHASIS: Final = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


def parse(file: IO[bytes]) -> Extraction:
    """Read a markdown file."""
    return parse_text(decode(file.read()))


def split_front_matter(text: str) -> tuple[str, dict[str, str]]:
    """Return the text below a ``---`` header, and the header's simple fields."""
    match = FRONT_MATTER.match(text.lstrip("\ufeff"))
    if not match:
        return text, {}
    fields = {name.lower(): value.strip().strip("\"'") for name, value in FIELD.findall(match[1])}
    return text.lstrip("\ufeff")[match.end() :], fields


def parse_text(text: str) -> Extraction:
    """Read markdown into blocks; HTML comments, which no reader sees, are dropped."""
    body, fields = split_front_matter(text)
    extraction = Extraction(metadata=fields, title=fields.get("title", ""))
    _Reader(extraction).read(COMMENT.sub("", body))
    if not extraction.title and extraction.blocks and extraction.blocks[0].kind is Kind.HEADING:
        extraction.title = extraction.blocks[0].text
    return extraction


class _Reader:
    """Reads line by line, holding the block it is in."""

    def __init__(self, extraction: Extraction) -> None:
        self.extraction = extraction
        self.lines: list[str] = []
        self.rows: list[list[str]] = []
        self.code: list[str] | None = None

    def read(self, text: str) -> None:
        for line in text.splitlines():
            if line.lstrip().startswith("```"):
                self._toggle_code()
            elif self.code is not None:
                self.code.append(line)
            else:
                self._read_line(line)
        if self.code is not None:
            self._toggle_code()
        self._flush()

    def _toggle_code(self) -> None:
        if self.code is None:
            self._flush()
            self.code = []
        else:
            self.extraction.add(Kind.CODE, "\n".join(self.code))
            self.code = None

    def _read_line(self, line: str) -> None:
        stripped = line.strip()
        if stripped.startswith("|") and stripped.count("|") > 1:
            self._add_row(stripped)
        elif not stripped:
            self._flush()
        elif match := HEADING.match(line):
            self._flush()
            self.extraction.add(Kind.HEADING, _plain(match[2]), level=len(match[1]))
        elif self.lines and UNDERLINE.match(stripped):
            heading, self.lines = self.lines.pop(), self.lines
            self._flush()
            self.extraction.add(Kind.HEADING, _plain(heading), level=1 if stripped[0] == "=" else 2)
        elif match := ITEM.match(line):
            self._flush()
            numbered = NUMBERED.match(line)
            self.extraction.add(Kind.ITEM, _plain(numbered[1] if numbered else match[1]))
        elif UNDERLINE.match(stripped):
            self._flush()
        else:
            self._flush_table()
            self.lines.append(unescape(stripped.removeprefix("> ")))

    def _add_row(self, line: str) -> None:
        self._flush_paragraph()
        if not DIVIDER.match(line):
            self.rows.append([_plain(cell) for cell in line.strip("|").split("|")])

    def _flush(self) -> None:
        self._flush_paragraph()
        self._flush_table()

    def _flush_paragraph(self) -> None:
        if self.lines:
            self.extraction.add(Kind.PARAGRAPH, _plain("\n".join(self.lines)))
            self.lines = []

    def _flush_table(self) -> None:
        if self.rows:
            self.extraction.add_table(self.rows)
            self.rows = []


def _plain(text: str) -> str:
    return EMPHASIS.sub(r"\2", text)
