"""Word documents: headings, paragraphs, lists and tables in their order."""

import re
from collections.abc import Iterator
from typing import IO, Any, Final

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree  # type: ignore[import-untyped]  # has no stubs

from knowledge.extraction.blocks import Extraction, Kind
from knowledge.extraction.containers import open_checked
from knowledge.extraction.problems import Refused

DOCUMENT: Final = "word/document.xml"
HEADING: Final = re.compile(r"^(?:heading|заголовок)\s*(\d)$", re.IGNORECASE)
TITLES: Final = frozenset({"title", "название"})
TINY_HALF_POINTS: Final = 4
WHITE: Final = frozenset({"FFFFFF", "FEFEFE", "FFFFFE"})
TEXT, TAB, BREAK, RUN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:r")
PARAGRAPH, TABLE, ROW, CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
VALUE: Final = qn("w:val")


def parse(file: IO[bytes]) -> Extraction:
    """Read a DOCX file after its container was checked."""
    with open_checked(file) as archive:
        if DOCUMENT not in archive.namelist():
            raise Refused("wrong_type")
    file.seek(0)
    try:
        document = docx.Document(file)
        body = document.element.body
    except (KeyError, ValueError, AttributeError, etree.XMLSyntaxError, OpcError) as error:
        raise Refused("corrupt") from error
    extraction = Extraction(title=(document.core_properties.title or "").strip())
    for element in _blocks(body):
        if element.tag == TABLE:
            extraction.add_table([[_text(cell) for cell in row.iter(CELL)] for row in element.iterchildren(ROW)])
        else:
            _add_paragraph(extraction, Paragraph(element, document._body))  # noqa: SLF001 -- python-docx has no other way
    return extraction


def _blocks(element: "etree._Element") -> Iterator["etree._Element"]:
    """Yield paragraphs and tables, looking into content controls."""
    for child in element.iterchildren():
        if child.tag in {PARAGRAPH, TABLE}:
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag")}:
            yield from _blocks(child)


def _add_paragraph(extraction: Extraction, paragraph: Paragraph) -> None:
    text = _text(paragraph._p)  # noqa: SLF001 -- python-docx keeps tracked insertions and links out of its runs
    style = (paragraph.style.name if paragraph.style else None) or ""
    if style.lower() in TITLES:
        extraction.title = extraction.title or text
    if level := _heading_level(paragraph, style):
        extraction.add(Kind.HEADING, text, level=level)
    elif _has(paragraph, "w:numPr") or style.lower().startswith(("list", "список")):
        extraction.add(Kind.ITEM, text)
    else:
        extraction.add(Kind.PARAGRAPH, text)


def _heading_level(paragraph: Paragraph, style: str) -> int:
    if style.lower() in TITLES:
        return 1
    if match := HEADING.match(style):
        return int(match[1])
    outline = _property(paragraph, "w:outlineLvl")
    return int(outline.get(VALUE, "0")) + 1 if outline is not None else 0


def _has(paragraph: Paragraph, name: str) -> bool:
    return _property(paragraph, name) is not None


def _property(paragraph: Paragraph, name: str) -> Any:
    properties = paragraph._p.pPr  # noqa: SLF001 -- see above
    return None if properties is None else properties.find(qn(name))


def _text(element: "etree._Element") -> str:
    """Return the text a reader sees: deleted, hidden, white and tiny runs are left out."""
    pieces: list[str] = []
    for node in element.iter(TEXT, TAB, BREAK, PARAGRAPH):
        if node.tag == PARAGRAPH:
            pieces.append("\n" if pieces else "")
            continue
        run = node.getparent()
        if run is None or run.tag != RUN or _is_hidden(run):
            continue
        pieces.append((node.text or "") if node.tag == TEXT else " " if node.tag == TAB else "\n")
    return "".join(pieces)


def _is_hidden(run: "etree._Element") -> bool:
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return False
    vanish = properties.find(qn("w:vanish"))
    if vanish is not None and vanish.get(VALUE, "true") not in {"0", "false"}:
        return True
    size, color = properties.find(qn("w:sz")), properties.find(qn("w:color"))
    if size is not None and size.get(VALUE, "").isdigit() and int(size.get(VALUE)) <= TINY_HALF_POINTS:
        return True
    is_white = color is not None and color.get(VALUE, "").upper() in WHITE
    has_ground = properties.find(qn("w:shd")) is not None or any(
        ancestor.find(f"{qn('w:tcPr')}/{qn('w:shd')}") is not None for ancestor in run.iterancestors(CELL)
    )
    return is_white and not has_ground
