"""Examples out of real dialogs: answers that people liked, and answers that people put right."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from django.db.models import Exists, OuterRef, Q

from assistants.models import Assistant
from assistants.ports import Found
from dialogs import intents
from dialogs.enums import Sender
from dialogs.models import DialogMessage, MessageRating

LIKED: Final = Q(rating_type="thumbs", rating=1) | Q(rating_type="stars", rating__gte=4)
DISLIKED: Final = Q(rating_type="thumbs", rating=-1) | Q(rating_type="stars", rating__lte=2)
SHORTEST_ANSWER: Final = 20
AROUND: Final = 12  # messages of a dialog looked at round an answer
FACT: Final = re.compile(r"(?<!\d)\d[\d\u0020\u00a0\u202f]*(?:[.,]\d+)?\s*(?:%|₽|[^\W\d_]{2,})")
MOST_FACTS: Final = 5


def find_examples(assistant: Assistant, *, since: datetime, limit: int) -> list[Found]:
    """Return a question and its answer for every answer that was rated well or corrected by an operator."""
    examples = (*_liked(assistant, since, limit), *_corrected(assistant, since, limit))
    return sorted(examples, key=lambda example: example.reason)[:limit]


def _liked(assistant: Assistant, since: datetime, limit: int) -> Iterator[Found]:
    rated = MessageRating.objects.filter(LIKED, message=OuterRef("pk"))
    answers = DialogMessage.objects.filter(
        Exists(rated), dialog__assistant=assistant, tenant=assistant.tenant_id, sender=Sender.ASSISTANT
    ).filter(created_at__gte=since)
    for answer in answers.select_related("dialog").order_by("-pk")[:limit]:
        yield from _example(answer, "liked", source=_source(answer))


def _corrected(assistant: Assistant, since: datetime, limit: int) -> Iterator[Found]:
    """Yield an operator's first words after an answer that was disliked, or that admitted a gap."""
    disliked = MessageRating.objects.filter(DISLIKED, message=OuterRef("pk"))
    failed = DialogMessage.objects.filter(
        Exists(disliked) | Q(metadata__has_key="gap"),
        dialog__assistant=assistant,
        tenant=assistant.tenant_id,
        sender=Sender.ASSISTANT,
        created_at__gte=since,
    )
    for answer in failed.select_related("dialog").order_by("-pk")[:limit]:
        later = answer.dialog.messages.after(answer.seq).filter(sender=Sender.OPERATOR)
        correction = later.first()
        if correction and len(correction.words) >= SHORTEST_ANSWER:
            correction.dialog = answer.dialog
            yield from _example(correction, "corrected", before=answer.seq)


def _example(
    answer: DialogMessage, reason: Literal["liked", "corrected"], *, before: int = 0, source: str = ""
) -> Iterator[Found]:
    question = _question(answer, before=before or answer.seq)
    if question:
        facts = dict.fromkeys(" ".join(fact.split()) for fact in FACT.findall(answer.words))
        yield Found(
            question=question,
            answer=answer.words,
            reason=reason,
            dialog=answer.dialog.uuid,
            seq=answer.seq,
            source=source,
            facts=list(facts)[:MOST_FACTS],
        )


def _question(answer: DialogMessage, *, before: int) -> str:
    """Return the customer's words right before number ``before``; small talk is no question."""
    earlier = answer.dialog.messages.spoken().filter(seq__lt=before).order_by("-seq")[:AROUND]
    words: list[str] = []
    for message in earlier:
        if message.sender != Sender.CUSTOMER:
            break
        if message.words and message.intent not in intents.SMALL_TALK and message.intent != "ask_person":
            words.insert(0, message.words)
    return "\n".join(words)


def _source(answer: DialogMessage) -> str:
    """Return the title of the document an answer stood on, without the headings inside it."""
    sources = (answer.receipt or {}).get("sources") or []
    return str(sources[0].get("title", "")).split(" › ")[0] if sources else ""
