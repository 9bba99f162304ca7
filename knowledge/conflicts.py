"""Finds sentences that say nearly the same with different numbers.

The rule: two sentences of different documents conflict when one has all the
telling words of the other and three quarters of its own in common with it,
both name amounts of one kind (roubles, days, per cent …), and each names one
that the other does not. Nothing is guessed, so a seller can see why.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.chunking import SENTENCES
from knowledge.lexical import likes_of
from knowledge.terms import normalise, stem, words

LIKE: Final = 0.75
FEWEST_STEMS: Final = 2
LONGEST: Final = 400
MOST_RIVALS: Final = 500
NUMERALS: Final = {
    word: str(number)
    for number, forms in {
        1: "один одна одно одного одной", 2: "два две двух", 3: "три трех", 4: "четыре четырех", 5: "пять пяти",
        6: "шесть шести", 7: "семь семи", 8: "восемь восьми", 9: "девять девяти", 10: "десять десяти",
        12: "двенадцать двенадцати", 14: "четырнадцать четырнадцати", 15: "пятнадцать пятнадцати",
        20: "двадцать двадцати", 30: "тридцать тридцати", 60: "шестьдесят", 90: "девяносто",
    }.items()
    for word in forms.split()
}  # fmt: skip
FILLERS: Final = frozenset(  # they stand around an amount and say nothing about what it is of
    map(stem, ("течение", "период", "составляет", "составит", "примерно", "около", "максимум", "минимум", "within"))
)
UNITS: Final = {
    "₽": r"₽|руб\w*|р\.|р\b|rub\w*|roubles?",
    "%": r"%|процент\w*|per ?cent",
    "day": r"дн(?:я|ей|и|ям|ями|ях)\b|день|дню|сут\w+|days?",
    "hour": r"час(?:а|ов|у|ам|ами|ах|ом)?\b|ч\.|hours?\b",
    "minute": r"мин(?:ут\w*|\.)|minutes?",
    "week": r"недел\w+|weeks?",
    "month": r"месяц\w*|months?",
    "year": r"год(?:а|у|ом)?\b|лет\b|years?",
    "°": r"°|градус\w*|degrees?",
    "kg": r"кг\b|килограмм\w*|kg\b",
    "g": r"грамм\w*|гр\.|г\b(?!\.)",
    "cm": r"см\b|сантиметр\w*|cm\b",
}
ANY_UNIT: Final = "|".join(f"(?P<u{place}>{pattern})" for place, pattern in enumerate(UNITS.values()))
NUMBER: Final = r"\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?"
AMOUNT: Final = re.compile(
    rf"(?P<first>{NUMBER})(?:\s*(?:-|–|—|до|to|и|или)\s*(?P<last>{NUMBER}))?[\s-]*(?:\w+\s+)?(?:{ANY_UNIT})",
    re.IGNORECASE,
)
CLOCK: Final = re.compile(r"(?<!\d)(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?!\d)")
TABLE: Final = re.compile(r"^\s*\|")


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence with amounts: its telling words, and the amounts by kind."""

    passage: int
    source: object  # what it stands in; one source does not contradict itself
    scope: int | None
    sentence: str
    stems: frozenset[str]
    wide: frozenset[str]  # the stems, and those that mean the same
    amounts: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two facts that cannot both hold, and the amounts that differ."""

    one: Fact
    other: Fact
    unit: str
    values: tuple[str, str]


def facts_of(text: str, *, passage: int, source: object, scope: int | None) -> Iterator[Fact]:
    """Yield the sentences of a passage that name an amount; tables, whose cells are no sentences, are left out."""
    for sentence in SENTENCES.split(text):
        if len(sentence) > LONGEST or TABLE.match(sentence):
            continue
        plain = _spelled(sentence)
        amounts = _amounts(plain)
        stems = _stems(plain) if amounts else frozenset()
        if len(stems) >= FEWEST_STEMS:
            wide = stems.union(*map(likes_of, stems))
            yield Fact(passage, source, scope, " ".join(sentence.split()), stems, wide, amounts)


def conflicts_in(facts: Iterable[Fact]) -> Iterator[Conflict]:
    """Yield each pair of facts that conflict, once."""
    known = list(facts)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for place, fact in enumerate(known):
        for token in fact.stems:
            holders[token].append(place)
    seen: set[tuple[int, int]] = set()
    for place, fact in enumerate(known):
        for rival in _rivals(fact, holders):
            if not _are_alike(fact, known[rival]):
                continue
            pair = (min(place, rival), max(place, rival))
            if rival == place or pair in seen:
                continue
            if found := _conflict(known[pair[0]], known[pair[1]]):
                seen.add(pair)
                yield found


def _rivals(fact: Fact, holders: dict[str, list[int]]) -> list[int]:
    """Return the facts that share the rarest word of this one, so that not every pair is compared."""
    lists = (
        [place for token in {own, *likes_of(own)} for place in holders.get(token, ())] for own in sorted(fact.stems)
    )
    return min(lists, key=len)[:MOST_RIVALS]


def _conflict(one: Fact, other: Fact) -> Conflict | None:
    if one.source == other.source or not (one.scope == other.scope or None in {one.scope, other.scope}):
        return None
    theirs = dict(other.amounts)
    for unit, values in one.amounts:
        rivals = theirs.get(unit, frozenset())
        if rivals and not (values <= rivals or rivals <= values):
            return Conflict(one, other, unit, (_said(values), _said(rivals)))
    return None


def _are_alike(one: Fact, other: Fact) -> bool:
    mine = len(one.stems & other.wide)
    if mine < LIKE * len(one.stems):  # nearly always, so nothing else is looked at
        return False
    theirs = len(other.stems & one.wide)
    is_within = mine == len(one.stems) or theirs == len(other.stems)
    return is_within and theirs >= LIKE * len(other.stems)


def _said(values: frozenset[str]) -> str:
    return ", ".join(sorted(values, key=lambda value: (len(value), value)))


def _spelled(sentence: str) -> str:
    """Return a sentence with its numerals in digits."""
    return " ".join(NUMERALS.get(normalise(word), word) for word in sentence.split())


def _amounts(sentence: str) -> tuple[tuple[str, frozenset[str]], ...]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    names = list(UNITS)
    for match in AMOUNT.finditer(sentence):
        place = next(int(name[1:]) for name, value in match.groupdict().items() if name.startswith("u") and value)
        first, last = _number(match["first"]), match["last"]
        found[names[place]].add(f"{first}–{_number(last)}" if last else first)
    for match in CLOCK.finditer(sentence):
        found["clock"].add(f"{int(match['hour'])}:{match['minute']}")
    return tuple(sorted((unit, frozenset(values)) for unit, values in found.items()))


def _number(text: str) -> str:
    digits = re.sub(r"[ \u00a0\u202f]", "", text).replace(",", ".")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _stems(sentence: str) -> frozenset[str]:
    bare = CLOCK.sub(" ", AMOUNT.sub(" ", sentence))
    return frozenset(stem(word) for word in words(bare) if not word.isdigit()) - FILLERS
