"""The receipt of an answer: what it stands on and what it took."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from assistants.door import Completion
from dialogs.intents import stems_of
from knowledge.search import Passage, SearchResult

Receipt = dict[str, Any]  # JSON types only, as it is stored
LONGEST_QUOTE: Final = 300
FEWEST_SHARED_STEMS: Final = 3
SMALLEST_SHARE: Final = 0.35
SHORTEST_STEM: Final = 3
SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|\n+")


def quote_of(passage: Passage, answer_stems: frozenset[str]) -> str:
    """Return the sentence of ``passage`` that the answer most likely stands on, or nothing.

    A sentence counts when the answer repeats at least three of its stems and a
    third of them; short words, which every sentence shares, do not count.
    """
    best, best_share = "", 0.0
    for sentence in SENTENCE.split(passage.text):
        stems = _telling(sentence)
        shared = len(stems & answer_stems)
        share = shared / len(stems) if stems else 0.0
        if shared >= FEWEST_SHARED_STEMS and share >= SMALLEST_SHARE and shared * share > best_share:
            best, best_share = sentence.strip(" |-*#\t"), shared * share
    return best[:LONGEST_QUOTE]


def sources_of(text: str, passages: Sequence[Passage]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the passages the answer stands on, with quotes, and those it left out."""
    stems = _telling(text)
    used, left_out = [], []
    for passage in passages:
        row = {
            "chunk": passage.chunk_id,
            "document": str(passage.document_uuid) if passage.document_uuid else None,
            "title": passage.title,
            "score": round(passage.score, 4),
            "ranks": {"lexical": passage.lexical_rank, "dense": passage.dense_rank},
        }
        if quote := quote_of(passage, stems):
            used.append({**row, "quote": quote})
        else:
            left_out.append(row)
    return used, left_out


def _telling(text: str) -> frozenset[str]:
    return frozenset(stem for stem in stems_of(text) if len(stem) >= SHORTEST_STEM or stem.isdigit())


def make(
    *,
    text: str,
    found: SearchResult | None,
    completion: Completion | None,
    price: Decimal,
    run: str,
    first_token_seconds: float | None = None,
) -> Receipt:
    """Return the receipt of one answer."""
    used, left_out = sources_of(text, found.passages) if found else ([], [])
    receipt: Receipt = {
        "run": run,
        "price": str(price),
        "currency": "RUB",
        "sources": used,
        "left_out": left_out,
    }
    if found:
        receipt["search"] = {
            "model": found.model,
            "is_semantic": found.is_semantic,
            "milliseconds": round(found.milliseconds, 1),
            "threshold": found.threshold,
        }
    if completion:
        receipt["model"] = {
            "name": completion.model,
            "provider": completion.provider,
            "key": completion.key_name,
            "prompt_tokens": completion.prompt_tokens,
            "completion_tokens": completion.completion_tokens,
            "is_estimated": completion.is_estimated,
            "seconds": round(completion.latency_seconds, 3),
            "first_token_seconds": round(first_token_seconds, 3) if first_token_seconds is not None else None,
            "usage": completion.usage_id,
            "stopped": completion.stopped,
        }
    return receipt
