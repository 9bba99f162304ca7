"""Answering a question as a customer would be answered, with no dialog and nobody listening."""

from datetime import datetime
from typing import Any

from assistants.models import Assistant
from assistants.ports import Rehearsed
from dialogs import phrases, receipts
from dialogs.enums import HandoffReason
from dialogs.services.answering import PASSAGES
from dialogs.services.composing import compose
from dialogs.services.deciding import SMALL_TALK, question_in
from knowledge.search import SearchResult, search


def rehearse(assistant: Assistant, question: str, *, key: str, at: datetime) -> Rehearsed:
    """Search, and compose an answer from what was found or say that nothing was.

    Raises:
        InsufficientFunds: the price is not there.
        NoModelAvailable, ModelFailed: no answer came.
    """
    asked = question_in(question, language=assistant.language_code)
    if "ask_person" in asked.intents:
        words = phrases.say(phrases.REQUESTED[HandoffReason.CUSTOMER_ASKED], language=asked.language)
        return Rehearsed(text=words, is_refusal=True)
    found = None if asked.intents <= SMALL_TALK else search(assistant, asked.query, limit=PASSAGES, at=at)
    if found and not found.is_enough:
        words = phrases.say(phrases.NOT_KNOWN, language=asked.language)
        return Rehearsed(text=words, is_refusal=True, sources=_sources(found))
    composed = compose(assistant.tenant, assistant=assistant, question=asked, found=found, key=key)
    return Rehearsed(
        text=composed.text,
        is_refusal=False,
        sources=_sources(found, composed.text),
        completion=composed.completion,
        hold=composed.hold if composed.text else None,
    )


def _sources(found: SearchResult | None, text: str = "") -> list[dict[str, Any]]:
    """Return what was found, best first, with the sentence the answer stands on where there is one."""
    if found is None:
        return []
    used, _ = receipts.sources_of(text, found.passages) if text else ([], [])
    quotes = {row["chunk"]: row["quote"] for row in used}
    return [
        {
            "document": str(passage.document_uuid) if passage.document_uuid else None,
            "title": passage.title,
            "score": round(passage.score, 4),
            "quote": quotes.get(passage.chunk_id, ""),
        }
        for passage in found.passages
    ]
