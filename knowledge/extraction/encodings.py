"""Finds out how a text file is encoded; Russian ones come in many ways."""

import codecs
from typing import Final

from knowledge.extraction.problems import Refused

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
RUSSIAN: Final = ("cp1251", "koi8_r", "cp866", "mac_cyrillic")
FREQUENT: Final = frozenset("оеаинтсрвлкмдпуяыьгзбчй ")
SAMPLE: Final = 20_000
MAX_CONTROL_SHARE: Final = 0.02


def decode(content: bytes) -> str:
    """Return the text of ``content``.

    Raises:
        Refused: it is not text in any encoding known here.
    """
    text = _decode(content)
    sample = text[:SAMPLE]
    control = sum(character < " " and character not in "\t\n\r\f" for character in sample)
    if control > len(sample) * MAX_CONTROL_SHARE:
        raise Refused("corrupt")
    return text


def _decode(content: bytes) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > SAMPLE or len(content) - error.start < 4:  # noqa: PLR2004 -- one cut character
            return content.decode("utf-8", errors="ignore")
    sample = content[:SAMPLE]
    best = max(RUSSIAN, key=lambda encoding: _plausibility(sample.decode(encoding, errors="replace")))
    return content.decode(best, errors="replace")


def _plausibility(text: str) -> int:
    """Count frequent lower-case Russian letters: a wrong table turns them into capitals or signs."""
    return sum(character in FREQUENT for character in text)
