"""Removes what a reader cannot see: the place where instructions to models are hidden."""

import re
import unicodedata
from typing import Final

# Zero-width and direction marks, soft hyphens, variation selectors, tag characters, lone surrogates.
INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
SPACES: Final = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
BREAKS: Final = re.compile("\r\n|[\r\n\x0b\x0c\u0085\u2028\u2029]")
GAPS: Final = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Return the visible text, its lines kept."""
    text = BREAKS.sub("\n", INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", CONTROL.sub("", text))
    lines = (SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return GAPS.sub("\n\n", "\n".join(lines)).strip()


def clean_line(text: str) -> str:
    """Return the visible text on one line."""
    return " ".join(clean_text(text).split())
