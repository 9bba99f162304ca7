"""PDF files: the visible text, page by page, with headings guessed from the size of the type."""

import re
from collections import Counter
from statistics import median
from typing import IO, Any, Final

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, PyPdfError

from knowledge.extraction import limits
from knowledge.extraction.blocks import Extraction, Kind
from knowledge.extraction.cleaning import clean_line
from knowledge.extraction.problems import Refused
from knowledge.extraction.visibility import hide_invisible

HEADING_RATIO: Final = 1.15
HEADING_CHARACTERS: Final = 120
REPEATED_SHARE: Final = 0.6
REPEATED_FROM: Final = 4
PAGE_NUMBER: Final = re.compile(r"^(?:[-–—\s]*\d{1,4}[-–—\s]*|(?:стр\.?|страница|page)\s*\d+.*)$", re.IGNORECASE)
ITEM: Final = re.compile(r"^(?:[•●▪■–—\-*]|\d{1,2}[.)])\s+\S")
SENTENCE_END: Final = (".", "!", "?", "…", ":", ";")

Line = tuple[str, float]


def parse(file: IO[bytes]) -> Extraction:
    """Read a PDF."""
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("encrypted")
        if len(reader.pages) > limits.PDF_PAGES:
            raise Refused("too_long")
        pages = [_lines(page, reader) for page in reader.pages]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except DependencyError as error:
        raise Refused("encrypted") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        raise Refused("corrupt") from error
    except NotImplementedError as error:
        raise Refused("unsupported") from error
    extraction = Extraction(title=clean_line(title))
    _Writer(extraction, _without_furniture(pages)).write()
    return extraction


def _lines(page: PageObject, reader: PdfReader) -> list[Line]:
    """Return the lines of a page with the size of their type."""
    hide_invisible(page, reader)
    lines: list[Line] = [("", 0.0)]

    def visit(text: str, matrix: list[float], text_matrix: list[float], font: Any, size: float) -> None:
        scale = abs(text_matrix[3] or text_matrix[1]) * abs(matrix[3] or matrix[1])
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append(("", 0.0))
            line, height = lines[-1]
            lines[-1] = (line + piece, max(height, size * scale if piece.strip() else 0.0))

    page.extract_text(visitor_text=visit)
    return [(clean_line(text), round(height, 1)) for text, height in lines]


def _without_furniture(pages: list[list[Line]]) -> list[Line]:
    """Join pages without page numbers and the lines repeated at most pages' edges."""
    edges = Counter(text for page in pages for text in {line for line, _ in _edge(page)})
    often = max(REPEATED_FROM, len(pages) * REPEATED_SHARE)
    furniture = {text for text, count in edges.items() if count >= often}
    return [
        (text, size)
        for page in pages
        for text, size in page
        if not (text and (text in furniture or PAGE_NUMBER.match(text)))
    ]


def _edge(page: list[Line]) -> list[Line]:
    written = [line for line in page if line[0]]
    return written[:2] + written[-2:]


class _Writer:
    """Joins lines into paragraphs and tells headings by their size."""

    def __init__(self, extraction: Extraction, lines: list[Line]) -> None:
        self.extraction = extraction
        self.lines = lines
        sizes = [size for text, size in lines if size for _ in range(max(len(text) // 20, 1))]
        self.body = median(sizes) if sizes else 0.0
        larger = sorted({size for text, size in lines if self._is_heading(text, size)}, reverse=True)
        self.levels = {size: min(level, 4) for level, size in enumerate(larger, start=1)}
        self.paragraph: list[str] = []

    def write(self) -> None:
        for text, size in self.lines:
            if not text:
                self._flush()
            elif self._is_heading(text, size):
                self._flush()
                self.extraction.add(Kind.HEADING, text, level=self.levels[size])
            elif ITEM.match(text):
                self._flush()
                self.paragraph = [text]
            else:
                self._continue(text)
        self._flush()

    def _is_heading(self, text: str, size: float) -> bool:
        return bool(text) and size > self.body * HEADING_RATIO and len(text) <= HEADING_CHARACTERS

    def _continue(self, text: str) -> None:
        previous = self.paragraph[-1] if self.paragraph else ""
        if previous.endswith(SENTENCE_END) and not text[:1].islower() and len(previous) < 60:  # noqa: PLR2004 -- a short last line
            self._flush()
        elif previous.endswith(("-", "\u2010")) and text[:1].islower():
            self.paragraph[-1] = previous[:-1] + text
            return
        self.paragraph.append(text)

    def _flush(self) -> None:
        text = " ".join(self.paragraph)
        self.paragraph = []
        if ITEM.match(text):
            self.extraction.add(Kind.ITEM, re.sub(r"^[•●▪■–—\-*]\s+", "", text))
        else:
            self.extraction.add(Kind.PARAGRAPH, text)
