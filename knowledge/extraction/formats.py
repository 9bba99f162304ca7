"""What a file says it is, what it is, and who reads it."""

import codecs
from enum import StrEnum
from pathlib import PurePath
from typing import IO, Final

from knowledge.extraction.problems import Refused

HEAD_BYTES: Final = 4096


class Format(StrEnum):
    """A kind of document that has a parser: ``knowledge.extraction.<value>.parse``."""

    TXT = "txt"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv_table"
    PDF = "pdf"
    DOCX = "docx_document"
    XLSX = "xlsx_workbook"
    PPTX = "pptx_slides"


EXTENSIONS: Final = {
    ".txt": Format.TXT,
    ".text": Format.TXT,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".pptx": Format.PPTX,
}
MIME: Final = {
    Format.TXT: "text/plain",
    Format.MARKDOWN: "text/markdown",
    Format.HTML: "text/html",
    Format.CSV: "text/csv",
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OFFICE: Final = frozenset({Format.DOCX, Format.XLSX, Format.PPTX})
TEXTUAL: Final = frozenset({Format.TXT, Format.MARKDOWN, Format.HTML, Format.CSV})
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
BINARY: Final = (
    ZIP,
    OLE,
    b"PK\x05\x06",
    b"%PDF-",
    b"MZ",
    b"\x7fELF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"{\\rtf",
    b"SQLite format",
    b"\xca\xfe\xba\xbe",
)


def claimed_format(filename: str) -> Format | None:
    """Return the format the name promises, if any of ours."""
    return EXTENSIONS.get(PurePath(filename).suffix.lower())


def mime_of(filename: str) -> str:
    """Return the media type the name promises."""
    claimed = claimed_format(filename)
    return MIME[claimed] if claimed else "application/octet-stream"


def true_format(filename: str, file: IO[bytes]) -> Format:
    """Return the format of a file whose name and content agree; ``file`` is left at its start.

    Raises:
        Refused: they do not, or nobody here reads such files.
    """
    claimed = claimed_format(filename)
    if claimed is None:
        raise Refused("unsupported")
    head = file.read(HEAD_BYTES)
    if not head:
        raise Refused("empty")
    if claimed in OFFICE and head.startswith(OLE):
        # A password turns a file of today's Office into this older container; so did Office before 2007.
        raise Refused("encrypted" if ENCRYPTED_PACKAGE in head + file.read() else "wrong_type")
    if claimed is Format.PDF and b"%PDF-" not in head[:1024]:
        raise Refused("wrong_type")
    if claimed in OFFICE and not head.startswith(ZIP):
        raise Refused("wrong_type")
    if claimed in TEXTUAL and _is_binary(head):
        raise Refused("wrong_type")
    file.seek(0)
    return claimed


def _is_binary(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return head.startswith(BINARY) or b"\0\0\0" in head
