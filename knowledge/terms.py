"""Words of passages as sparse vectors, so that BM25 is one dot product inside PostgreSQL.

A passage becomes a vector of saturated term frequencies in four fields: stems
and character trigrams of its text and of its title. Terms are hashed into one
space; the field is part of what is hashed.
"""

import re
import sys
import unicodedata
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain, repeat
from typing import Any, Final

import snowballstemmer
from pgvector import SparseVector

from knowledge.models import LEXICAL_DIMENSIONS
from knowledge.vocabulary import STOP

K1: Final = 1.2
B: Final = 0.75
MAX_TERMS: Final = 12_000  # pgvector stores at most 16,000 per sparse vector
MAX_STEMS: Final = 300  # an entry of a btree holds 2,704 bytes
WORD: Final = re.compile(r"[0-9a-zа-я]+")
CYRILLIC: Final = re.compile(r"[а-я]")
COUNT_TERM: Final = 0  # its document frequency is the number of passages


class Field(StrEnum):
    """Where a term stands and what it is."""

    STEM = "s"
    GRAM = "g"
    TITLE_STEM = "S"
    TITLE_GRAM = "G"


WEIGHTS: Final = {Field.STEM: 1.0, Field.GRAM: 0.4, Field.TITLE_STEM: 0.75, Field.TITLE_GRAM: 0.3}
# Typical lengths stand for the true averages: a passage's vector then never depends on its neighbours. Halving
# or doubling them moves nDCG@10 by less than 0.015.
LENGTHS: Final = {Field.STEM: 100, Field.GRAM: 500, Field.TITLE_STEM: 8, Field.TITLE_GRAM: 40}


class TermVector(SparseVector):
    """A sparse vector of numbered terms; they count from 1 in PostgreSQL, from 0 in its client.

    It keeps eight bytes per term, where the client's own keeps two objects.
    """

    def __init__(self, values: Mapping[int, float]) -> None:
        """Put the terms in order."""
        terms = sorted(values)
        self._dim = LEXICAL_DIMENSIONS
        self._indices = array("i", [number - 1 for number in terms])  # type: ignore[assignment]  # it reads like a list
        self._values = array("f", map(values.__getitem__, terms))  # type: ignore[assignment]  # it reads like a list

    def to_binary(self) -> bytes:
        """Return what PostgreSQL receives: a head, the indices, the values."""
        head = array("i", (self._dim, len(self._indices), 0))
        parts: tuple[array[Any], ...] = (head, array("i", self._indices), array("f", self._values))
        if sys.byteorder == "little":
            for part in parts:
                part.byteswap()
        return b"".join(part.tobytes() for part in parts)


@dataclass(frozen=True, slots=True)
class PassageWords:
    """A passage's side of BM25: all its terms, and the stems among them, by which many passages are looked through."""

    lex: TermVector
    stems: TermVector


def normalise(text: str) -> str:
    """Return text as search compares it: NFC, ё as е, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).lower().replace("ё", "е").split())


def words(text: str) -> list[str]:
    """Return the words of ``text`` that carry meaning; all of them when none does."""
    found = WORD.findall(normalise(text))
    return [word for word in found if word not in STOP] or found


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(language)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the Snowball stem of a normalised word."""
    return str(_stemmer("russian" if CYRILLIC.search(word) else "english").stemWord(word))


def grams(word: str) -> list[str]:
    """Return the character trigrams of a word, its ends marked."""
    padded = f"^{word}$"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


@lru_cache(maxsize=100_000)
def term(name: Field, token: str) -> int:
    """Return the number of a token in a field."""
    digest = blake2b(f"{name}:{token}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % (LEXICAL_DIMENSIONS - 1) + 1


@lru_cache(maxsize=30_000)
def _stem_term(word: str, name: Field) -> int:
    return term(name, stem(word))


@lru_cache(maxsize=30_000)
def _gram_terms(word: str, name: Field) -> tuple[int, ...]:
    return tuple(term(name, gram) for gram in grams(word))


def passage_words(*, text: str, title: str) -> PassageWords:
    """Return a passage's side of BM25: saturated term frequencies per field."""
    stems: dict[int, float] = {}
    values: dict[int, float] = {}
    for source, stem_field, gram_field in (
        (text, Field.STEM, Field.GRAM),
        (title, Field.TITLE_STEM, Field.TITLE_GRAM),
    ):
        found = words(source)
        stems |= _saturated(stem_field, Counter(map(_stem_term, found, repeat(stem_field))))
        parts = map(_gram_terms, found, repeat(gram_field))
        values |= _saturated(gram_field, Counter(chain.from_iterable(parts)))
    values |= stems
    return PassageWords(lex=TermVector(_most(values, MAX_TERMS)), stems=TermVector(_most(stems, MAX_STEMS)))


def passage_vector(*, text: str, title: str) -> TermVector:
    """Return all the terms of a passage."""
    return passage_words(text=text, title=title).lex


def _saturated(name: Field, counts: Counter[int]) -> dict[int, float]:
    norm = K1 * (1 - B + B * counts.total() / LENGTHS[name])
    values = {count: count * (K1 + 1) / (count + norm) for count in set(counts.values())}
    return {number: values[count] for number, count in counts.items()}


def _most(values: dict[int, float], limit: int) -> dict[int, float]:
    if len(values) <= limit:
        return values
    return dict(sorted(values.items(), key=lambda pair: -pair[1])[:limit])


def terms_of_bytes(sent: bytes) -> frozenset[int]:
    """Return the terms of a vector as PostgreSQL sends it, at a fifth of the time of reading its values too."""
    indices = array("i", sent[12 : 12 + 4 * int.from_bytes(sent[4:8], "big")])
    if sys.byteorder == "little":
        indices.byteswap()
    return frozenset(map((1).__add__, indices))


def terms_of(vector: SparseVector) -> frozenset[int]:
    """Return the terms of a stored vector."""
    return frozenset(map((1).__add__, vector.indices()))
