"""Judging an answer by rules that people can check with their own eyes.

Words are compared by their stems, so that "490 рублей" is found in "490 рубля",
and numbers as numbers, so that "1 490" is 1490. Each rule says what it wanted
and what it found; an answer passes when all of its rules do.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

import snowballstemmer

from assistants.models import TrainingExample
from assistants.ports import Rehearsed

CLOSE_ENOUGH: Final = 0.5  # of the right answer's telling words, when nothing else is asked for
SHORTEST_TELLING: Final = 4
LONGEST_QUOTE: Final = 240
WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
SENTENCE: Final = re.compile(r"(?<=[.!?…;])\s+|\n+")
THOUSANDS: Final = re.compile(r"(?<=\d)[\u0020\u00a0\u202f](?=\d{3}(?!\d))")
NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
EITHER: Final = "|"
REFUSAL: Final = re.compile(
    r"\bне\s+(?:смогл?а?\s+найти|удалось\s+найти|нашел|нашла|нашлось|знаю|располагаю)\b"
    r"|\bне\s+могу\s+(?:точно\s+)?(?:ответить|сказать|подсказать)\b"
    r"|\bнет\s+(?:такой\s+|точной\s+)?(?:информации|сведений|данных|ответа)\b"
    r"|\b(?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t)\s+(?:know|find|answer|say)\b"
    r"|\bno\s+(?:such\s+|reliable\s+)?(?:information|answer)\b",
    re.IGNORECASE,
)
CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one rule wanted of an answer and what it found."""

    rule: str
    passed: bool
    wanted: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules say."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Say whether every rule is satisfied."""
        return all(check.passed for check in self.checks)

    @property
    def score(self) -> float:
        """Return the share of rules that are satisfied."""
        return sum(check.passed for check in self.checks) / len(self.checks) if self.checks else 0.0

    def as_json(self) -> list[dict[str, Any]]:
        """Return the checks as they are stored."""
        return [asdict(check) for check in self.checks]


def judge(example: TrainingExample, given: Rehearsed, *, extra: Sequence[Check] = ()) -> Verdict:
    """Return what the example's rules say of an answer; ``extra`` are a judging model's."""
    return Verdict((*_checks(example, given), *extra))


def is_refusal(given: Rehearsed) -> bool:
    """Say whether the assistant said that it does not know."""
    return given.is_refusal or bool(REFUSAL.search(given.text.replace("ё", "е")))


def _checks(example: TrainingExample, given: Rehearsed) -> Iterator[Check]:
    refused = is_refusal(given)
    text = plain(given.text)
    if example.must_refuse:
        yield Check(rule="refuses", passed=refused, found=_short(text))
    else:
        yield Check(rule="answers", passed=not refused, found=_short(text) if refused else "")
        yield from (_fact(fact, text) for fact in example.expected_facts)
        if example.expected_source:
            yield _source(example.expected_source, given.sources)
        if not example.expected_facts and example.expected_output:
            yield _closeness(example.expected_output, text)
    yield from (_absence(phrase, text) for phrase in example.forbidden_phrases)
    if language := example.language_code:
        yield Check(rule="language", passed=language_of(text) == language, wanted=language, found=language_of(text))


def _fact(fact: str, text: str) -> Check:
    """Look for all words of a fact, in any form and order, within one sentence; ``|`` parts alternatives."""
    for alternative in filter(None, map(str.strip, fact.split(EITHER))):
        wanted = frozenset(stems(alternative))
        for sentence in SENTENCE.split(text):
            if wanted and wanted <= frozenset(stems(sentence)):
                return Check(rule="fact", passed=True, wanted=fact, found=_short(sentence))
    return Check(rule="fact", passed=False, wanted=fact)


def _absence(phrase: str, text: str) -> Check:
    """Look for a phrase word after word."""
    for alternative in filter(None, map(str.strip, phrase.split(EITHER))):
        wanted = stems(alternative)
        for sentence in SENTENCE.split(text):
            said = stems(sentence)
            if wanted and any(said[at : at + len(wanted)] == wanted for at in range(len(said))):
                return Check(rule="forbidden", passed=False, wanted=phrase, found=_short(sentence))
    return Check(rule="forbidden", passed=True, wanted=phrase)


def _source(wanted: str, sources: Sequence[dict[str, Any]]) -> Check:
    """Look for the document by id or by words of its title among what was found."""
    titles = [str(source.get("title", "")) for source in sources]
    needle = frozenset(stems(wanted))
    for place, source in enumerate(sources, start=1):
        is_same = str(source.get("document") or "") == wanted.strip().lower()
        if is_same or (needle and needle <= frozenset(stems(titles[place - 1]))):
            return Check(rule="source", passed=True, wanted=wanted, found=f"{place}. {titles[place - 1]}")
    return Check(rule="source", passed=False, wanted=wanted, found=_short(" · ".join(titles)))


def _closeness(expected: str, text: str) -> Check:
    """Compare with the right answer: every number of it, and half of its telling words."""
    expected = plain(expected)
    numbers = set(NUMBER.findall(expected))
    telling = {stem for stem in stems(expected) if len(stem) >= SHORTEST_TELLING}
    shared = telling & set(stems(text))
    share = len(shared) / len(telling) if telling else 1.0
    missing = sorted(numbers - set(NUMBER.findall(text)))
    found = f"{share:.0%}" + (f" · − {', '.join(missing)}" if missing else "")
    return Check(rule="close", passed=not missing and share >= CLOSE_ENOUGH, wanted=_short(expected), found=found)


def plain(text: str) -> str:
    """Return text with ё folded and numbers in one piece."""
    return THOUSANDS.sub("", text.replace("ё", "е").replace("Ё", "Е"))


def stems(text: str) -> list[str]:
    """Return the Snowball stems of the words of a text, in order."""
    return [_stem(word) for word in WORD.findall(plain(text).lower())]


def language_of(text: str) -> str:
    """Return the language by the script most letters are in."""
    return "ru" if len(CYRILLIC.findall(text)) >= len(LATIN.findall(text)) else "en"


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    stem: str = snowballstemmer.stemmer("english" if word.isascii() else "russian").stemWord(word)
    return stem


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_QUOTE else f"{flat[: LONGEST_QUOTE - 1]}…"
