"""Which units answer the question: BM25 over stems, softened by concepts and 3-grams."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from typing import Final

from config.modelserver import thesaurus
from config.modelserver.prompt import Conversation
from config.modelserver.units import Unit
from config.modelserver.words import WORD, grams, normalised, stem, words

K1: Final = 1.2
B: Final = 0.35
CONCEPT: Final = 0.72  # how far a word of the same meaning counts
FUZZY: Final = 0.85  # how far a misspelt word counts, times its likeness
LIKENESS: Final = 0.64
TITLE: Final = 0.85  # how far a word in the article's title counts
HEADING: Final = 0.65  # how far a word in the heading, the lead or the columns counts
NEIGHBOUR: Final = 0.2  # how far the best unit of a group lifts the others
EARLIER: Final = 0.35  # how far a word of an earlier question counts
GENERIC: Final = 0.4  # how much a word such as "item" counts
NAMED: Final = 0.6  # how much a proper name counts
NAME: Final = 0.4  # how much an unknown proper name is missed
MISSING_IDF: Final = 2.2
SEEN: Final = 0.45  # how well a term is covered to count as seen
SEEN_WELL: Final = 0.72
INTENT: Final = 1.7  # what an amount is worth to "how much", a period to "how long", a spot to "where"
RANK: Final = 0.1  # what each place in the retrieval's order costs
SHORT_QUESTION: Final = 2
PREFIX: Final = 5
SHORT_WORD: Final = 4
RELATED: Final = 0.75  # the likeness of words with a long common beginning

# A number of money or per cent that is not a threshold ("от 6 000 ₽").
AMOUNT: Final = re.compile(
    r"(?<!от\s)(?<!\d)(?<!\d\s)\d[\d\s]*(?:,\d+)?\s*(?:₽|руб|%|р\b|€|eur|usd)|\$\s*\d", re.IGNORECASE
)
FREE: Final = re.compile(r"бесплатн|даром|free", re.IGNORECASE)
PERIOD: Final = re.compile(
    r"\d.{0,12}(?:дн|дней|час|мин|недел|месяц|сут|day|hour|week)|\d{1,2}:\d\d|сегодня|завтра", re.IGNORECASE
)
SPOT: Final = re.compile(r"\b(?:ул|улиц|дом|просп|пункт|адрес|street)|рядом|этаж", re.IGNORECASE)
FOLLOWS_ON: Final = re.compile(r"^\s*(?:а|и|но|тогда|то есть|and|what about|or)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that says what it is about."""

    word: str
    stem: str
    weight: float
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """A unit with its score, and how much of the question it and its headings cover."""

    unit: Unit
    score: float
    own: float
    covered: frozenset[str]
    coverage: float


def terms_of(conversation: Conversation) -> list[Term]:
    """Return the question's terms; a short follow-up borrows those of the question before it."""
    terms = _terms(conversation.question, 1.0)
    if conversation.earlier and (len(terms) <= SHORT_QUESTION or FOLLOWS_ON.match(conversation.question)):
        known = {term.stem for term in terms}
        for text in reversed(conversation.earlier):
            borrowed = [term for term in _terms(text, EARLIER) if term.stem not in known]
            if borrowed:
                return terms + borrowed
    return terms


def _terms(text: str, weight: float) -> list[Term]:
    found: dict[str, Term] = {}
    for position, match in enumerate(WORD.finditer(text)):
        word = normalised(match.group())
        if word in thesaurus.EMPTY or (len(word) == 1 and not word.isdigit()):
            continue
        is_name = position > 0 and match.group()[0].isupper() and not match.group().isupper()
        share = weight * (GENERIC if word.startswith(thesaurus.GENERIC) else NAMED if is_name else 1.0)
        found.setdefault(stem(word), Term(word, stem(word), share, is_name))
    about = [term for term in found.values() if term.word not in thesaurus.PRICE]
    return about or list(found.values())  # "how much" is looked for as an amount, see _intents


class Vocabulary:
    """The words of some text, ready to be asked how well they cover a term."""

    __slots__ = ("concepts", "counts", "length", "words")

    def __init__(self, text: str) -> None:
        found = words(text)
        self.words = frozenset(found)
        self.counts = Counter(stem(word) for word in found)
        self.concepts = frozenset().union(*(thesaurus.concepts(word) for word in self.words))
        self.length = len(found)

    def strength(self, term: Term) -> float:
        """Return how well these words cover ``term``: 1 for the word itself."""
        if term.stem in self.counts:
            return 1.0
        if self.concepts & thesaurus.concepts(term.word):
            return CONCEPT
        alike = [word for word in self.words if word[0] == term.word[0]]  # a slip of the finger is seldom the first
        likeness = max((_likeness(term.word, word) for word in alike), default=0.0)
        return FUZZY * likeness if likeness >= LIKENESS else 0.0


@lru_cache(maxsize=32_768)
def _likeness(one: str, other: str) -> float:
    if one.isdigit() or other.isdigit() or min(len(one), len(other)) < SHORT_WORD:
        return 0.0
    mine, theirs = set(grams(one, 3)), set(grams(other, 3))
    likeness = 2 * len(mine & theirs) / (len(mine) + len(theirs))
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return max(likeness, RELATED) if shared >= PREFIX and shared >= 0.75 * max(len(one), len(other)) else likeness


def ranked(conversation: Conversation, units: list[Unit]) -> list[Scored]:
    """Return the units that say anything about the question, best first."""
    terms = terms_of(conversation)
    if not terms or not units:
        return []
    around: dict[str, list[float]] = {}
    places = [Place(unit, terms, around) for unit in units]
    average = sum(place.vocabulary.length for place in places) / len(units) or 1.0
    idf = [_idf(number, term, places) for number, term in enumerate(terms)]
    patterns = _intents(conversation.question)
    scored = []
    for place in places:
        found = _score(place, terms, idf, average)
        bonus = INTENT if found.score and any(pattern.search(place.unit.text) for pattern in patterns) else 0.0
        order = max(0.6, 1.0 - RANK * place.unit.passage)
        scored.append(replace(found, score=(found.score + bonus) * order))
    best: dict[int, float] = {}
    for one in scored:
        best[one.unit.group] = max(best.get(one.unit.group, 0.0), one.score)
    lifted = [replace(one, score=one.score + NEIGHBOUR * best[one.unit.group]) for one in scored]
    return sorted((one for one in lifted if one.score > 0), key=lambda one: -one.score)


class Place:
    """A unit with the words in it and around it, and how well each covers each term."""

    __slots__ = ("heading", "own", "title", "unit", "vocabulary")

    def __init__(self, unit: Unit, terms: list[Term], around: dict[str, list[float]]) -> None:
        self.unit = unit
        self.vocabulary = Vocabulary(unit.text)
        self.own = [self.vocabulary.strength(term) for term in terms]
        self.title = self._around(unit.title, terms, around)
        self.heading = self._around(" ".join((unit.heading, unit.lead, *unit.columns)), terms, around)

    @staticmethod
    def _around(text: str, terms: list[Term], known: dict[str, list[float]]) -> list[float]:
        """Return how well a text covers the terms; many units share their title and heading."""
        if text not in known:
            vocabulary = Vocabulary(text)
            known[text] = [vocabulary.strength(term) for term in terms]
        return known[text]


def _idf(number: int, term: Term, places: list[Place]) -> float:
    holders = sum(1 for place in places if max(place.own[number], place.heading[number]) >= SEEN)
    if not holders and not any(place.title[number] >= SEEN for place in places):
        return MISSING_IDF * (NAME if term.is_name else 1.0)
    return max(0.5, min(log(1 + (len(places) - holders + 0.5) / (holders + 0.5)), MISSING_IDF))


def _score(place: Place, terms: list[Term], idf: list[float], average: float) -> Scored:
    total = mine = present = weight = 0.0
    covered = set()
    norm = K1 * (1 - B + B * place.vocabulary.length / average)
    for number, term in enumerate(terms):
        worth = idf[number] * term.weight
        here, title, heading = place.own[number], place.title[number], place.heading[number]
        frequency = max(place.vocabulary.counts.get(term.stem, 0), 1)
        gain = worth * here * frequency * (K1 + 1) / (frequency + norm)
        mine += gain
        total += gain + worth * (TITLE * title + HEADING * heading)
        weight += worth
        present += worth * min(1.0, max(here, title, heading) / SEEN_WELL)
        if here:
            covered.add(term.stem)
    return Scored(place.unit, total, mine, frozenset(covered), present / weight if weight else 0.0)


def _intents(question: str) -> list[re.Pattern[str]]:
    """Return what the answer should contain: "how much" alone may mean money or time."""
    asked = set(words(question))
    found = []
    if FREE.search(question):
        found.append(FREE)
    elif asked & thesaurus.PRICE and not asked & thesaurus.DURATION:
        found.append(AMOUNT)
    if asked & (thesaurus.TIME | thesaurus.DURATION):
        found.append(PERIOD)
    if asked & thesaurus.PLACE:
        found.append(SPOT)
    return found
