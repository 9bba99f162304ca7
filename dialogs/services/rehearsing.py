"""Answering a question as a customer would be answered, with no dialog, no price and nobody listening."""

from datetime import datetime
from typing import Any

from django.utils.timezone import now

from assistants import door
from assistants.models import Assistant
from assistants.ports import Rehearsed
from dialogs import cleaning, intents, phrases, prompts, receipts
from dialogs.enums import Sender
from dialogs.models import DialogMessage
from dialogs.services.answering import PASSAGES
from knowledge.search import SearchResult, search


def rehearse(assistant: Assistant, question: str, *, at: datetime) -> Rehearsed:
    """Search, and answer from what was found or say that nothing was.

    Raises:
        NoModelAvailable, ModelFailed: no answer came.
    """
    language = intents.language_of(question, default=assistant.language_code)
    found = search(assistant, question, limit=PASSAGES, at=at)
    if not found.is_enough:
        words = phrases.say(phrases.NOT_KNOWN, language=language)
        return Rehearsed(text=words, is_refusal=True, sources=_sources(found))
    history = [DialogMessage(sender=Sender.CUSTOMER, text=question)]
    completion = door.complete(
        tenant=assistant.tenant,
        assistant=assistant,
        messages=prompts.build(assistant, passages=found.passages, history=history, language=language),
        at=now(),
    )
    text = cleaning.clean(completion.text, sources=[passage.text for passage in found.passages])
    return Rehearsed(text=text, is_refusal=False, sources=_sources(found, text), completion=completion)


def _sources(found: SearchResult, text: str = "") -> list[dict[str, Any]]:
    """Return what was found, best first, with the sentence the answer stands on where there is one."""
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
