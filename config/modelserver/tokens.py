"""How many tokens a text is, roughly, without a vocabulary file.

Calibrated to the o200k vocabulary of current OpenAI models: an English word
is mostly one token, a Russian one a token per four letters or so, numbers go
by three digits.
"""

import re
from math import ceil
from typing import Final

PIECE: Final = re.compile(r"[a-zA-Z]+|[а-яА-ЯёЁ]+|\d+|[^\w\s]|\w")
PER_MESSAGE: Final = 4


def count(text: str) -> int:
    """Return the estimated number of tokens of ``text``."""
    return sum(_tokens(piece) for piece in PIECE.findall(text))


def count_messages(contents: list[str]) -> int:
    """Return the estimated number of tokens of a prompt with these messages."""
    return sum(count(content) + PER_MESSAGE for content in contents) + PER_MESSAGE - 1


def _tokens(piece: str) -> int:
    if piece.isdigit():
        return ceil(len(piece) / 3)
    if not piece.isalpha():
        return 1
    return ceil(len(piece) / (6.0 if piece.isascii() else 4.2))
