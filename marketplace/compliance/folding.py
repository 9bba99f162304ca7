"""Texts as they are read: without tricks of spelling, each character still knowing its place."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import snowballstemmer

CYRILLIC: Final = "авекмнорстухі"
LATIN: Final = "abekmhopctyxi"
TO_LATIN: Final = str.maketrans(dict(zip(CYRILLIC, "abekmhopctyxi", strict=True)) | {"в": "b", "з": "3"})
TO_CYRILLIC: Final = str.maketrans(dict(zip(LATIN, "авекмнорстухи", strict=True)))
INVISIBLE: Final = {"Cf", "Cc", "Mn"}
KEPT: Final = "\n\t"
TOKEN: Final = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
RUSSIAN: Final = re.compile("[а-я]")
ENGLISH: Final = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as read, its stem, and where it stands in the folded text."""

    text: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in small letters without invisible characters; ``places`` leads back to the original.

    In ``text`` a Cyrillic word with Latin look-alikes is all Cyrillic; in
    ``latin`` a Latin word with Cyrillic ones is all Latin.
    """

    text: str
    latin: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of a piece in the original text."""
        return self.places[start], self.places[end - 1] + 1

    def words(self) -> Iterator[Word]:
        """Yield the words in order."""
        for match in TOKEN.finditer(self.text):
            yield Word(match.group(), stem_of(match.group()), match.start(), match.end())


def fold(text: str) -> Folded:
    """Return ``text`` as it is read."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in KEPT:
            plain = character
        elif unicodedata.category(character) in INVISIBLE and character != "\u0306":
            continue
        else:
            plain = unicodedata.normalize("NFKC", character).lower().replace("ё", "е")
        for piece in plain:
            if unicodedata.category(piece) != "Mn":
                characters.append(piece)
                places.append(place)
    plain_text = "".join(characters)
    return Folded(
        text=TOKEN.sub(_as_cyrillic, plain_text), latin=TOKEN.sub(_as_latin, plain_text), places=tuple(places)
    )


def _as_cyrillic(match: re.Match[str]) -> str:
    word = match.group()
    if RUSSIAN.search(word) and ENGLISH.search(word) and not _is_latin(word):
        return word.translate(TO_CYRILLIC)
    return word


def _as_latin(match: re.Match[str]) -> str:
    word = match.group()
    if ENGLISH.search(word) and RUSSIAN.search(word) and _is_latin(word):
        return word.translate(TO_LATIN)
    return word


def _is_latin(word: str) -> bool:
    """Say whether only look-alikes in a mixed word are Cyrillic: ``tеlegrаm`` is, ``ТЕЛEГРАМ`` is not."""
    return all(letter in CYRILLIC + "з" for letter in RUSSIAN.findall(word))


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Return the word without its ending."""
    language = "russian" if RUSSIAN.search(word) else "english"
    stem: str = snowballstemmer.stemmer(language).stemWord(word)
    return stem
