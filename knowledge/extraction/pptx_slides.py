"""PowerPoint presentations: the text of visible slides in their order, with tables and speaker's notes."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final

from lxml import etree  # type: ignore[import-untyped]  # has no stubs

from knowledge.extraction import limits
from knowledge.extraction.blocks import Extraction, Kind
from knowledge.extraction.containers import open_checked
from knowledge.extraction.problems import Refused

PRESENTATION: Final = "ppt/presentation.xml"
PROPERTIES: Final = "docProps/core.xml"
DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SLIDES: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
LINKS: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
TITLES: Final = frozenset({"title", "ctrTitle"})
FURNITURE: Final = frozenset({"sldNum", "dt", "ftr", "hdr"})
BODIES: Final = frozenset({"body", "subTitle", "obj", ""})
NOTES: Final = "/notesSlide"

Element = Any


def parse(file: IO[bytes]) -> Extraction:
    """Read a PPTX file after its container was checked; hidden slides are left out."""
    try:
        with open_checked(file) as archive:
            if PRESENTATION not in archive.namelist():
                raise Refused("wrong_type")
            extraction = Extraction(title=_title(archive))
            slides = list(_slides(archive))
            if len(slides) > limits.SLIDES:
                raise Refused("too_long")
            for name in slides:
                _add_slide(extraction, archive, name)
    except (KeyError, ValueError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise Refused("corrupt") from error
    return extraction


def _read(archive: zipfile.ZipFile, name: str) -> Element:
    # no entities and no network: the container was checked for declarations as well
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(archive.read(name), parser)


def _title(archive: zipfile.ZipFile) -> str:
    if PROPERTIES not in archive.namelist():
        return ""
    return str(_read(archive, PROPERTIES).findtext(TITLE) or "").strip()


def _slides(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield the parts of the slides in the order in which they are shown."""
    parts = dict(_related(archive, PRESENTATION))
    for slide in _read(archive, PRESENTATION).iter(f"{SLIDES}sldId"):
        yield parts[slide.get(f"{LINKS}id")][1]


def _related(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what a part refers to: id, and type with the other part's name."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return
    for relation in _read(archive, relations):
        if relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            yield relation.get("Id", ""), (relation.get("Type", ""), target)


def _add_slide(extraction: Extraction, archive: zipfile.ZipFile, name: str) -> None:
    slide = _read(archive, name)
    if slide.get("show") in {"0", "false"}:
        return
    shapes = list(slide.iter(f"{SLIDES}sp", f"{SLIDES}graphicFrame"))
    for shape in shapes:
        if _role(shape) in TITLES:
            extraction.add(Kind.HEADING, " ".join(_paragraphs(shape)), level=1)
    for shape in shapes:
        role = _role(shape)
        if role in TITLES | FURNITURE or _is_hidden(shape):
            continue
        for table in shape.iter(f"{DRAWING}tbl"):
            rows = table.iterchildren(f"{DRAWING}tr")
            extraction.add_table([[" ".join(_paragraphs(cell)) for cell in row.iter(f"{DRAWING}tc")] for row in rows])
        if shape.tag == f"{SLIDES}sp":
            _add_text(extraction, shape, is_body=role in BODIES)
    for kind, part in dict(_related(archive, name)).values():
        if kind.endswith(NOTES):
            _add_notes(extraction, archive, part)


def _add_notes(extraction: Extraction, archive: zipfile.ZipFile, part: str) -> None:
    for shape in _read(archive, part).iter(f"{SLIDES}sp"):
        if _role(shape) == "body":
            _add_text(extraction, shape, is_body=False)


def _add_text(extraction: Extraction, shape: Element, *, is_body: bool) -> None:
    """Append a shape's paragraphs; several lines of a slide's body are its bullets."""
    paragraphs = list(_paragraphs(shape))
    kind = Kind.ITEM if is_body and len(paragraphs) > 1 else Kind.PARAGRAPH
    for text in paragraphs:
        extraction.add(kind, text)


def _role(shape: Element) -> str | None:
    """Return what a shape is a placeholder for; nothing when it stands for itself."""
    placeholder = shape.find(f".//{SLIDES}nvPr/{SLIDES}ph")
    return None if placeholder is None else str(placeholder.get("type", ""))


def _is_hidden(shape: Element) -> bool:
    about = shape.find(f".//{SLIDES}cNvPr")
    return about is not None and about.get("hidden") in {"1", "true"}


def _paragraphs(element: Element) -> Iterator[str]:
    for paragraph in element.iter(f"{DRAWING}p"):
        pieces = (
            (node.text or "") if node.tag == f"{DRAWING}t" else " "
            for node in paragraph.iter(f"{DRAWING}t", f"{DRAWING}br")
        )
        if text := "".join(pieces).strip():
            yield text
