"""How alike two questions are, by the stems of their telling words; the same on every machine, without a model."""

import re
from collections.abc import Collection
from typing import Final

from knowledge.lexical import likes_of
from knowledge.terms import stem, words
from knowledge.vocabulary import ASKING

ALIKE: Final = 0.55
MASK: Final = re.compile(r"\[[^\]]*\]")
FEWEST: Final = 2
MOST_STEMS: Final = 40
LONGEST_STEM: Final = 40


def stems_of(text: str) -> list[str]:
    """Return the stems a question is recognised by; words that only ask count where there is little else."""
    found = words(MASK.sub(" ", text))
    about = [word for word in found if word not in ASKING]
    telling = about if len(set(about)) >= FEWEST else found
    return sorted({stem(word)[:LONGEST_STEM] for word in telling})[:MOST_STEMS]


def likeness(one: Collection[str], other: Collection[str]) -> float:
    """Return from 0 to 1 how many of both questions' words the other has too, or says by another word."""
    first, second = set(one), set(other)
    if not first or not second:
        return 0.0
    return (_shared(first, second) + _shared(second, first)) / (len(first) + len(second))


def _shared(first: set[str], second: set[str]) -> int:
    return sum(token in second or not second.isdisjoint(likes_of(token)) for token in first)
