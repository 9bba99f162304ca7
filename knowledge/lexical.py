"""Words as sparse vectors, so that BM25 is one dot product inside PostgreSQL.

A passage becomes a vector of saturated term frequencies in four fields: stems
and character trigrams of its text and of its title. A question becomes a
vector of weights times inverse document frequency. Terms are hashed into one
space; the field is part of what is hashed.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final

import snowballstemmer
from pgvector import SparseVector

from knowledge.models import LEXICAL_DIMENSIONS
from knowledge.vocabulary import ASKING, GROUPS, STOP

K1: Final = 1.2
B: Final = 0.75
SYNONYM_WEIGHT: Final = 0.4
ASKING_WEIGHT: Final = 0.3
SYNONYM_CREDIT: Final = 0.9
GRAM_CREDIT: Final = 0.5
GRAM_SHARE: Final = 0.3
COMMON_SHARE: Final = 0.6
COMMON_FROM: Final = 20  # in a small knowledge nothing is common
MAX_QUERY_CHARACTERS: Final = 2000
MAX_TERMS: Final = 12_000  # pgvector stores at most 16,000 per sparse vector
WORD: Final = re.compile(r"[0-9a-zа-я]+")
CYRILLIC: Final = re.compile(r"[а-я]")
COUNT_TERM: Final = 0  # its document frequency is the number of passages


class Field(StrEnum):
    """Where a term stands and what it is."""

    STEM = "s"
    GRAM = "g"
    TITLE_STEM = "S"
    TITLE_GRAM = "G"


WEIGHTS: Final = {Field.STEM: 1.0, Field.GRAM: 0.5, Field.TITLE_STEM: 0.75, Field.TITLE_GRAM: 0.375}
# Typical lengths stand for the true averages: a passage's vector then never depends on its neighbours. Halving
# or doubling them moves nDCG@10 by less than 0.015.
LENGTHS: Final = {Field.STEM: 100, Field.GRAM: 500, Field.TITLE_STEM: 8, Field.TITLE_GRAM: 40}


@dataclass(frozen=True, slots=True)
class Word:
    """One distinct word of a question: the terms that stand for it, for its likes and for its parts."""

    weight: float
    terms: tuple[int, ...]
    likes: tuple[int, ...]
    grams: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be weighed: its terms before document frequencies are known."""

    weights: Mapping[int, float]
    words: tuple[Word, ...]
    is_russian: bool

    @property
    def terms(self) -> list[int]:
        """Return the terms whose document frequencies are needed, with the count of passages."""
        return [COUNT_TERM, *self.weights]


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many passages there are, and in how many of them a term occurs."""

    count: int = 0
    frequencies: Mapping[int, int] = field(default_factory=dict)

    def idf(self, term: int) -> float:
        """Return the inverse document frequency; a term nobody wrote weighs most."""
        frequency = self.frequencies.get(term, 0)
        return math.log(1 + (max(self.count, frequency) - frequency + 0.5) / (frequency + 0.5))


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


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the Snowball stem of a normalised word."""
    return str(_stemmer("russian" if CYRILLIC.search(word) else "english").stemWord(word))


def grams(word: str) -> list[str]:
    """Return the character trigrams of a word, its ends marked."""
    padded = f"^{word}$"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


@lru_cache(maxsize=400_000)
def term(name: Field, token: str) -> int:
    """Return the number of a token in a field."""
    digest = blake2b(f"{name}:{token}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % (LEXICAL_DIMENSIONS - 1) + 1


@cache
def _likes() -> dict[str, frozenset[str]]:
    """Return for each stem the stems that mean the same."""
    likes: dict[str, frozenset[str]] = {}
    for group in GROUPS:
        stems = frozenset(stem(normalise(word)) for word in group)
        for one in stems:
            likes[one] = likes.get(one, frozenset()) | stems - {one}
    return likes


def likes_of(token: str) -> frozenset[str]:
    """Return the stems that mean the same as a stem."""
    return _likes().get(token, frozenset())


def passage_vector(*, text: str, title: str) -> SparseVector:
    """Return a passage's side of BM25: saturated term frequencies per field."""
    values: dict[int, float] = {}
    for source, stem_field, gram_field in (
        (text, Field.STEM, Field.GRAM),
        (title, Field.TITLE_STEM, Field.TITLE_GRAM),
    ):
        found = words(source)
        values |= _saturated(stem_field, Counter(map(stem, found)))
        values |= _saturated(gram_field, Counter(gram for word in found for gram in grams(word)))
    if len(values) > MAX_TERMS:
        values = dict(sorted(values.items(), key=lambda pair: -pair[1])[:MAX_TERMS])
    return sparse(values)


def _saturated(name: Field, counts: Counter[str]) -> dict[int, float]:
    norm = K1 * (1 - B + B * counts.total() / LENGTHS[name])
    return {term(name, token): count * (K1 + 1) / (count + norm) for token, count in counts.items()}


def sparse(values: Mapping[int, float]) -> SparseVector:
    """Return a sparse vector; terms count from 1 in PostgreSQL, from 0 in its client."""
    return SparseVector({number - 1: value for number, value in values.items()}, LEXICAL_DIMENSIONS)


def terms_of(vector: SparseVector) -> frozenset[int]:
    """Return the terms of a stored vector."""
    return frozenset(index + 1 for index in vector.indices())


def analyse(text: str) -> Question:
    """Return a question's terms with their weights before document frequencies."""
    found = words(text[:MAX_QUERY_CHARACTERS])
    about = [word for word in found if word not in ASKING] or found
    asking = {stem(word) for word in found} - {stem(word) for word in about}
    weights: defaultdict[int, float] = defaultdict(float)
    stems = Counter(map(stem, found))
    for token, count in stems.items():
        for name in (Field.STEM, Field.TITLE_STEM):
            weights[term(name, token)] += count * WEIGHTS[name] * (ASKING_WEIGHT if token in asking else 1)
    for token, count in Counter(gram for word in about for gram in grams(word)).items():
        for name in (Field.GRAM, Field.TITLE_GRAM):
            weights[term(name, token)] += count * WEIGHTS[name]
    for like in frozenset().union(*(_likes().get(token, frozenset()) for token in stems)) - stems.keys():
        for name in (Field.STEM, Field.TITLE_STEM):
            weights[term(name, like)] += SYNONYM_WEIGHT * WEIGHTS[name]
    distinct = {stem(word): word for word in found}
    return Question(
        weights=weights,
        words=tuple(_word(token, word, is_asking=token in asking) for token, word in distinct.items()),
        is_russian=bool(CYRILLIC.search(normalise(text))),
    )


def _word(token: str, word: str, *, is_asking: bool) -> Word:
    return Word(
        weight=ASKING_WEIGHT if is_asking else 1.0,
        terms=_both(token),
        likes=tuple(number for like in sorted(_likes().get(token, ())) for number in _both(like)),
        grams=tuple((term(Field.GRAM, gram), term(Field.TITLE_GRAM, gram)) for gram in grams(word)),
    )


def _both(token: str) -> tuple[int, int]:
    return term(Field.STEM, token), term(Field.TITLE_STEM, token)


def question_vector(question: Question, statistics: Statistics) -> SparseVector:
    """Return a question's side of BM25; what no passage has, or nearly all have, only costs time."""
    common = statistics.count * COMMON_SHARE
    return sparse(
        {
            number: weight * statistics.idf(number)
            for number, weight in question.weights.items()
            if 0 < statistics.frequencies.get(number, 0) <= max(common, COMMON_FROM)
        }
    )


def best_score(question: Question, statistics: Statistics) -> float:
    """Return the score that no passage reaches: every term of the question, endlessly often."""
    return sum(weight * statistics.idf(number) for number, weight in question.weights.items()) * (K1 + 1)


def coverage(question: Question, statistics: Statistics, present: frozenset[int]) -> float:
    """Return how much of the question's meaning a passage mentions, 0 to 1.

    Each word counts by its rarity. A word may be there itself, by a word that
    means the same, or almost (a typing mistake, another form) by its trigrams.
    """
    total = found = 0.0
    for word in question.words:
        weight = word.weight * math.sqrt(min(statistics.idf(number) for number in word.terms))
        total += weight
        found += weight * _credit(word, present)
    return found / total if total else 0.0


def _credit(word: Word, present: frozenset[int]) -> float:
    if not present.isdisjoint(word.terms):
        return 1.0
    credit = 0.0 if present.isdisjoint(word.likes) else SYNONYM_CREDIT
    share = sum(body in present or title in present for body, title in word.grams) / len(word.grams)
    return max(credit, GRAM_CREDIT * (share - GRAM_SHARE) / (1 - GRAM_SHARE))
