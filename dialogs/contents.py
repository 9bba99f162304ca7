"""What a file is by its own first bytes, whatever it calls itself."""

import unicodedata
from pathlib import PurePath
from typing import Final

HEAD_BYTES: Final = 4096
LONGEST_NAME: Final = 120
ANYTHING: Final = "application/octet-stream"

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
SOUNDS: Final = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav", "audio/amr", "audio/aac"})
FILMS: Final = frozenset({"video/mp4", "video/webm", "video/quicktime"})
SHOWN: Final = PICTURES | SOUNDS | FILMS
"""What a browser may show or play; everything else is only saved."""

OFFICE: Final = "application/vnd.openxmlformats-officedocument."
SUFFIXES: Final = {
    "image/jpeg": (".jpg", ".jpeg", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "application/pdf": (".pdf",),
    f"{OFFICE}wordprocessingml.document": (".docx",),
    f"{OFFICE}spreadsheetml.sheet": (".xlsx",),
    f"{OFFICE}presentationml.presentation": (".pptx",),
    "application/msword": (".doc",),
    "application/vnd.ms-excel": (".xls",),
    "application/vnd.ms-powerpoint": (".ppt",),
    "text/plain": (".txt", ".md", ".log"),
    "text/csv": (".csv",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a",),
    "audio/wav": (".wav",),
    "audio/amr": (".amr",),
    "audio/aac": (".aac",),
    "video/mp4": (".mp4", ".m4v"),
    "video/webm": (".webm",),
    "video/quicktime": (".mov",),
    "application/zip": (".zip",),
}
BY_SUFFIX: Final = {suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes}
ZIPPED: Final = frozenset({".docx", ".xlsx", ".pptx"})
COMPOUND: Final = frozenset({".doc", ".xls", ".ppt"})
DELETE: Final = 0x7F
TEXTS: Final = frozenset({".txt", ".md", ".log", ".csv"})
MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
BRANDS: Final = {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime", b"heic": "image/heic", b"mif1": "image/heic"}


def kind_of(head: bytes, name: str) -> str:
    """Return the media type of a file that begins with ``head``; the name only tells relatives apart."""
    suffix = PurePath(name).suffix.lower()
    for beginning, kind in MAGIC:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], ANYTHING)
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"PK\x03\x04"):
        return BY_SUFFIX[suffix] if suffix in ZIPPED else "application/zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and suffix in COMPOUND:
        return BY_SUFFIX[suffix]
    return BY_SUFFIX[suffix] if suffix in TEXTS and _is_text(head) else ANYTHING


def _is_text(head: bytes) -> bool:
    """Say whether these are letters, in UTF-8 or in an older encoding of one byte each."""
    return bool(head) and all((byte >= ord(" ") and byte != DELETE) or byte in b"\t\r\n\f" for byte in head)


def safe_name(name: str, kind: str) -> str:
    """Return a name to save a file under: one line, no folders, no tricks, and the ending that its content has."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}).strip(" .")
    stem, suffix = PurePath(plain).stem, PurePath(plain).suffix
    if kind in SUFFIXES and suffix.lower() not in SUFFIXES[kind]:
        stem, suffix = plain, SUFFIXES[kind][0]
    return f"{stem[: LONGEST_NAME - len(suffix)]}{suffix[:LONGEST_NAME]}" if stem else ""
