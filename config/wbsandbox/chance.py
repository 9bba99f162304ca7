"""Randomness that is the same every time: each number follows from what it is for."""

import hashlib
from collections.abc import Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Chance:
    """Sixteen bytes of luck for one thing, drawn as needed."""

    __slots__ = ("_bits",)

    def __init__(self, *about: object) -> None:
        self._bits = int.from_bytes(hashlib.blake2b("|".join(map(str, about)).encode(), digest_size=48).digest())

    def below(self, limit: int) -> int:
        """Return a number from 0 to ``limit`` - 1."""
        self._bits, drawn = divmod(self._bits, limit)
        return drawn

    def happens(self, percent: int) -> bool:
        """Say yes in so many cases of a hundred."""
        return self.below(100) < percent

    def one_of(self, items: Sequence[Item]) -> Item:
        """Return one item."""
        return items[self.below(len(items))]


def code(*about: object, length: int = 20) -> str:
    """Return an id of letters and digits."""
    chance = Chance("code", *about)
    return "".join(ALPHABET[chance.below(62)] for _ in range(length))
