"""Plain text: paragraphs, and lines that stand like headings."""

import re
from typing import IO, Final

from knowledge.extraction.blocks import Extraction, Kind
from knowledge.extraction.encodings import decode
from knowledge.extraction.markdown import parse_text, split_front_matter

HEADING_CHARACTERS: Final = 80
SENTENCE_ENDS: Final = (".", ",", ";", ":", "…", "!", "-", "—")
MARKUP: Final = re.compile(r"^(?:#{1,6}\s+\S|\|.+\|\s*$)", re.MULTILINE)


def parse(file: IO[bytes]) -> Extraction:
    """Read a text file."""
    text, fields = split_front_matter(decode(file.read()))
    if MARKUP.search(text):  # people save markdown as .txt
        extraction = parse_text(text)
        extraction.metadata |= fields
    else:
        extraction = Extraction(metadata=fields)
        for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
            _add(extraction, paragraph.strip("\n"))
    extraction.title = fields.get("title", "") or extraction.title
    return extraction


def _add(extraction: Extraction, paragraph: str) -> None:
    first, _, rest = paragraph.partition("\n")
    if looks_like_heading(first) and (rest or not extraction.blocks or first.isupper()):
        extraction.add(Kind.HEADING, _sentence_case(first), level=2)
        paragraph = rest
    elif looks_like_heading(paragraph) and "\n" not in paragraph:
        extraction.add(Kind.HEADING, paragraph, level=2)
        return
    extraction.add(Kind.PARAGRAPH, paragraph)


def looks_like_heading(line: str) -> bool:
    """Say whether a line stands like a heading: short, without a full stop, not a list item."""
    stripped = line.strip()
    if not stripped or len(stripped) > HEADING_CHARACTERS or stripped.endswith(SENTENCE_ENDS):
        return False
    starts_well = stripped[0].isupper() or stripped[0].isdigit()
    return starts_well and any(map(str.isalpha, stripped)) and "\t" not in stripped and ": " not in stripped


def _sentence_case(text: str) -> str:
    return text.strip().capitalize() if text.isupper() else text
