"""Who answers, decided before anything is posted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from dialogs import intents
from dialogs.enums import HandoffReason, Sender
from dialogs.models import Dialog, DialogMessage
from dialogs.prompts import INSTRUCTION

HISTORY: Final = 20
SHORT_FOLLOW_UP: Final = 3
YES: Final = re.compile(
    r"^\W*(да|ага|угу|давай(те)?|конечно|позови(те)?|хорошо|ок(ей)?|yes|yeah|sure|please|ok(ay)?)\b.{0,40}$",
    re.IGNORECASE,
)
SMALL_TALK: Final = frozenset(intents.SMALL_TALK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The customer's words since anybody answered, and what came before."""

    text: str
    query: str
    language: str
    accepts_person: bool
    follows_gap: bool
    history: Sequence[DialogMessage]
    unanswered: Sequence[DialogMessage] = ()
    instruction: str = ""

    @property
    def intents(self) -> frozenset[str]:
        """Return what the words are about."""
        return frozenset(message.intent for message in self.unanswered)


class Decision(Enum):
    """What to do with a question; ``reason`` is set when a person has to come."""

    ANSWER = None
    SMALL_TALK = ""
    STAY_QUIET = "quiet"
    CUSTOMER_ASKED = HandoffReason.CUSTOMER_ASKED
    POLICY = HandoffReason.POLICY

    @property
    def reason(self) -> HandoffReason | None:
        """Return why a person is called, if one is."""
        return self.value if isinstance(self.value, HandoffReason) else None


def question_of(dialog: Dialog) -> Question | None:
    """Return what waits for an answer in ``dialog``, or None when nothing does."""
    spoken = dialog.messages.spoken().defer("receipt")  # quotes and numbers, larger than all that was said
    history = list(reversed(spoken.order_by("-seq")[:HISTORY]))
    unanswered: list[DialogMessage] = []
    while history and history[-1].sender == Sender.CUSTOMER:
        unanswered.insert(0, history.pop())
    if not unanswered:
        return None
    text = "\n".join(message.text for message in unanswered)
    before = history[-1] if history else None
    offered = bool(before and before.metadata.get("offers_person"))
    return Question(
        text=text,
        query=_query(text, history),
        language=intents.language_of(text, default=dialog.language_code),
        accepts_person=offered and bool(YES.match(text)),
        follows_gap=bool(before and before.metadata.get("gap")),
        history=[*history, *unanswered],
        unanswered=unanswered,
        instruction=str(dialog.context_data.get(INSTRUCTION, "")),
    )


def last_question_of(dialog: Dialog) -> Question | None:
    """Return what the customer asked last, answered or not, or None when they never wrote."""
    if waiting := question_of(dialog):
        return waiting
    asked = dialog.messages.filter(sender=Sender.CUSTOMER).order_by("-seq").first()
    if asked is None:
        return None
    spoken = dialog.messages.spoken().defer("receipt").filter(seq__lt=asked.seq)
    history = list(reversed(spoken.order_by("-seq")[:HISTORY]))
    question = question_in(asked.text, language=dialog.language_code)
    return replace(question, query=_query(asked.text, history), history=[*history, asked], unanswered=[asked])


def question_in(text: str, *, language: str) -> Question:
    """Return the question that a text outside any dialog asks, in ``language`` unless it tells its own."""
    message = DialogMessage(sender=Sender.CUSTOMER, text=text, intent=intents.read(text).intent)
    return Question(
        text=text,
        query=text,
        language=intents.language_of(text, default=language),
        accepts_person=False,
        follows_gap=False,
        history=[message],
        unanswered=[message],
    )


def decide(dialog: Dialog, question: Question) -> Decision:
    """Return who answers ``question``."""
    assistant = dialog.assistant
    if dialog.awaits_person or not dialog.is_open or not dialog.auto_response:
        return Decision.STAY_QUIET
    asks_person = "ask_person" in question.intents or question.accepts_person
    if asks_person and (assistant is None or assistant.handoff_enabled):
        return Decision.CUSTOMER_ASKED
    if assistant is None or not assistant.is_active or not dialog.tenant.is_active:
        return Decision.POLICY
    if question.intents <= SMALL_TALK:
        return Decision.SMALL_TALK
    return Decision.ANSWER


def _query(text: str, history: Sequence[DialogMessage]) -> str:
    """Return the words to search for; a short follow-up takes the previous question along."""
    if len(intents.stems_of(text)) > SHORT_FOLLOW_UP:
        return text
    previous = next(
        (m.text for m in reversed(history) if m.sender == Sender.CUSTOMER and m.intent not in SMALL_TALK), ""
    )
    return f"{previous} {text}".strip()
