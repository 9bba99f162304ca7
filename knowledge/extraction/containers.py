"""Looks into an archive before anything unpacks it."""

import re
import zipfile
import zlib
from itertools import pairwise
from typing import IO, Final

from knowledge.extraction import limits
from knowledge.extraction.problems import Refused

ENCRYPTED_FLAG: Final = 0x1
PIECE: Final = 64 * 1024
DECLARATION: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def open_checked(file: IO[bytes]) -> zipfile.ZipFile:
    """Open an archive whose sizes were proven by counting, not believed.

    Raises:
        Refused: it is damaged, encrypted, or a bomb.
    """
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused("corrupt") from error
    _check_directory(entries)
    total = 0
    for entry in entries:
        total += _true_size(archive, entry)
        if total > limits.ZIP_TOTAL_BYTES:
            raise Refused("bomb")
    return archive


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.ZIP_ENTRIES:
        raise Refused("bomb")
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise Refused("encrypted")
    if len({entry.filename for entry in entries}) < len(entries):
        raise Refused("corrupt")
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(in_order):
        if entry.header_offset + entry.compress_size > following.header_offset:
            raise Refused("bomb")  # overlapping entries count the same bytes many times
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > limits.ZIP_ENTRY_BYTES:
            raise Refused("bomb")
        if entry.file_size > limits.ZIP_RATIO_FROM and ratio > limits.ZIP_RATIO:
            raise Refused("bomb")


def _true_size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    size, head = 0, b""
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(PIECE):
                head = head or piece
                size += len(piece)
                if size > limits.ZIP_ENTRY_BYTES:
                    raise Refused("bomb")
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise Refused("corrupt") from error
    if entry.filename.endswith((".xml", ".rels")) and DECLARATION.search(head):
        raise Refused("bomb")  # office files declare no entities; those that do multiply them
    return size
