"""lexhash-v1: text as a vector of hashed word stems; lexical, never called semantic.

The same text gives the same bits on every machine: no corpus, no state, no
random numbers.
"""

from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from math import log, sqrt
from typing import Final

from config.modelserver.words import grams, stem, words

MODEL: Final = "lexhash-v1"
DIMS: Final = 1536
STEM_WEIGHT: Final = 1.0
GRAM_WEIGHT: Final = 0.5
GRAM_SIZE: Final = 4


@lru_cache(maxsize=32_768)
def _slot(feature: str) -> tuple[int, float]:
    digest = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "big")
    return digest >> 1, 1.0 if digest & 1 else -1.0


def embed(text: str, dims: int = DIMS) -> list[float]:
    """Return the unit vector of ``text``; a text without words points along its own hash."""
    counts: Counter[tuple[str, float]] = Counter()
    for word in words(text):
        counts[f"s:{stem(word)}", STEM_WEIGHT] += 1
        for gram in grams(word, GRAM_SIZE):
            counts[f"g:{gram}", GRAM_WEIGHT] += 1
    if not counts:
        counts[f"t:{text.strip()}", STEM_WEIGHT] = 1
    vector = [0.0] * dims
    for (feature, weight), count in sorted(counts.items()):
        slot, sign = _slot(feature)
        vector[slot % dims] += sign * weight * (1.0 + log(count))
    norm = sqrt(sum(value * value for value in vector))
    if norm == 0.0:  # every feature met its opposite in one slot
        vector[_slot(text)[0] % dims] = norm = 1.0
    return [value / norm for value in vector]
