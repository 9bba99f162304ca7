"""Questions as sparse vectors, and how much of one a passage mentions.

A question becomes a vector of weights times inverse document frequency; its
product with a passage's vector (``knowledge.terms``) is BM25.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from knowledge.terms import (
    COUNT_TERM,
    CYRILLIC,
    K1,
    WEIGHTS,
    Field,
    TermVector,
    grams,
    normalise,
    stem,
    term,
    words,
)
from knowledge.vocabulary import ASKING, GENERAL, GROUPS

SYNONYM_WEIGHT: Final = 0.6
ASKING_WEIGHT: Final = 0.3
GENERAL_WEIGHT: Final = 0.3
UNKNOWN_WEIGHT: Final = 1.5
SYNONYM_CREDIT: Final = 0.9
GRAM_CREDIT: Final = 0.7
GRAM_SHARE: Final = 0.3
COMMON_SHARE: Final = 0.6
COMMON_FROM: Final = 20  # in a small knowledge nothing is common
MAX_QUERY_CHARACTERS: Final = 2000


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

    @property
    def stems(self) -> frozenset[int]:
        """Return the terms that are whole words: its own and their likes."""
        return frozenset(number for word in self.words for number in (*word.terms, *word.likes))


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many passages there are, and in how many of them a term occurs."""

    count: int = 0
    frequencies: Mapping[int, int] = field(default_factory=dict)

    def idf(self, term: int) -> float:
        """Return the inverse document frequency; a term nobody wrote weighs most."""
        frequency = self.frequencies.get(term, 0)
        return math.log(1 + (max(self.count, frequency) - frequency + 0.5) / (frequency + 0.5))


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


def analyse(text: str) -> Question:
    """Return a question's terms with their weights before document frequencies."""
    found = words(text[:MAX_QUERY_CHARACTERS])
    about = [word for word in found if word not in ASKING] or found
    asking = {stem(word) for word in found} - {stem(word) for word in about}
    weights: defaultdict[int, float] = defaultdict(float)
    stems = Counter(map(stem, found))
    for token, count in stems.items():
        for name in (Field.STEM, Field.TITLE_STEM):
            weights[term(name, token)] += count * WEIGHTS[name] * _say(token, is_asking=token in asking)
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
        weight=_say(token, is_asking=is_asking),
        terms=_both(token),
        likes=tuple(number for like in sorted(_likes().get(token, ())) for number in _both(like)),
        grams=tuple((term(Field.GRAM, gram), term(Field.TITLE_GRAM, gram)) for gram in grams(word)),
    )


def _say(token: str, *, is_asking: bool) -> float:
    """Return how much a word of the question says about what is asked."""
    return ASKING_WEIGHT if is_asking else GENERAL_WEIGHT if token in _general() else 1.0


@cache
def _general() -> frozenset[str]:
    return frozenset(stem(normalise(word)) for word in GENERAL)


def _both(token: str) -> tuple[int, int]:
    return term(Field.STEM, token), term(Field.TITLE_STEM, token)


def question_vector(question: Question, statistics: Statistics) -> TermVector:
    """Return a question's side of BM25; what no passage has, or nearly all have, only costs time."""
    common = max(statistics.count * COMMON_SHARE, COMMON_FROM)
    return TermVector(
        {
            number: weight * statistics.idf(number)
            for number, weight in question.weights.items()
            if 0 < statistics.frequencies.get(number, 0) <= common
        }
    )


def stems_alone(question: Question, vector: TermVector) -> TermVector:
    """Return the whole words of a question's side."""
    stems = question.stems
    pairs = zip(vector.indices(), vector.values(), strict=True)
    return TermVector({index + 1: value for index, value in pairs if index + 1 in stems})


def best_score(question: Question, statistics: Statistics) -> float:
    """Return the score that no passage reaches: every term of the question, endlessly often."""
    return sum(weight * statistics.idf(number) for number, weight in question.weights.items()) * (K1 + 1)


def coverage(question: Question, statistics: Statistics, present: frozenset[int]) -> float:
    """Return how much of the question's meaning a passage mentions, 0 to 1.

    Each word counts by its rarity, and most where nothing like it is known.
    A word may be there itself, by a word that means the same, or almost (a
    typing mistake, another form) by its trigrams.
    """
    total = found = 0.0
    for word in question.words:
        weight = word.weight * math.sqrt(min(statistics.idf(number) for number in word.terms))
        credit = _credit(word, present)
        if not credit and statistics.frequencies.keys().isdisjoint((*word.terms, *word.likes)):
            weight *= UNKNOWN_WEIGHT
        total += weight
        found += weight * credit
    return found / total if total else 0.0


def _credit(word: Word, present: frozenset[int]) -> float:
    if not present.isdisjoint(word.terms):
        return 1.0
    credit = 0.0 if present.isdisjoint(word.likes) else SYNONYM_CREDIT
    share = sum(body in present or title in present for body, title in word.grams) / len(word.grams)
    return max(credit, GRAM_CREDIT * max(share - GRAM_SHARE, 0) / (1 - GRAM_SHARE))
