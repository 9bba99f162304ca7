"""Words and their stems, in Russian and English."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.russian_stemmer import RussianStemmer

WORD: Final = re.compile(r"\w+")
CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)
MAX_WORD: Final = 64

_russian, _english = RussianStemmer(), EnglishStemmer()


def listed(text: str) -> frozenset[str]:
    """Return the words of a list written as plain text."""
    return frozenset(text.split())


def normalised(text: str) -> str:
    """Return ``text`` in NFC, lower case, with ё as е."""
    return unicodedata.normalize("NFC", text).lower().replace("ё", "е")


def words(text: str) -> list[str]:
    """Return the words of ``text``, normalised, in order."""
    return [word[:MAX_WORD] for word in WORD.findall(normalised(text))]


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Return the Snowball stem of a normalised word, by its alphabet."""
    if CYRILLIC.search(word):
        return str(_russian.stemWord(word))
    return str(_english.stemWord(word)) if LATIN.search(word) else word


def grams(word: str, size: int) -> list[str]:
    """Return the runs of ``size`` characters of a word between boundary marks."""
    marked = f"^{word}$"
    return [marked[start : start + size] for start in range(max(1, len(marked) - size + 1))]


def is_russian(text: str) -> bool:
    """Say whether ``text`` is rather Russian than English; a tie is Russian."""
    return len(CYRILLIC.findall(text)) >= len(LATIN.findall(text))
