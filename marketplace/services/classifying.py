"""What kind of conversation a chat is, and how far its problem is solved: rules first, models for the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from accounts.models import User
from config.moves import IllegalMove
from marketplace import rules
from marketplace.enums import ChatStage, ChatTag, ClassificationStatus, DecidedBy
from marketplace.models import Chat, ChatClassification, ChatMessage
from marketplace.services import board

BAD: Final = 3


def judge(chat: Chat, messages: Sequence[ChatMessage], *, at: datetime, may_ask: bool) -> ChatClassification | None:
    """Judge a chat as it is after its last message, once however many workers come; return the judgement if new.

    What the rules are sure of is decided here; with ``may_ask`` the rest waits for a model.
    """
    verdict = rules.judge(messages, has_bad_review=chat.links.standing().filter(review__rating__lte=BAD).exists())
    is_done = verdict.is_certain or not may_ask
    try:
        with transaction.atomic():
            found = ChatClassification.objects.create(
                tenant_id=chat.tenant_id,
                store_id=chat.store_id,
                chat=chat,
                through=messages[-1],
                status=ClassificationStatus.DONE if is_done else ClassificationStatus.PENDING,
                decided_by=DecidedBy.RULES,
                tag=verdict.tag,
                stage=verdict.stage,
            )
            apply(chat, verdict.tag, verdict.stage, source=DecidedBy.RULES, at=at)
    except IntegrityError:  # judged already
        return None
    return found


def apply(chat: Chat, tag: ChatTag, stage: ChatStage, *, source: DecidedBy, at: datetime) -> None:
    """Write a judgement on the chat; a person's word stays, and a stage never goes back."""
    board.tag(chat, tag, at=at, source=source)
    if chat.stage_by == DecidedBy.PERSON or stage not in chat.possible_stages:
        return
    try:
        board.advance(chat, stage, at=at, source=source)
    except IllegalMove:  # advanced further in this very moment
        chat.refresh_from_db(fields=["stage"])


def correct(
    chat: Chat, *, by: User | None, at: datetime, tag: ChatTag | None = None, stage: ChatStage | None = None
) -> None:
    """Take a person's word for it; no rule and no model changes it afterwards.

    Raises:
        IllegalMove: the stage is behind the one the chat is at.
    """
    with transaction.atomic():
        if tag is not None:
            board.tag(chat, tag, at=at, source=DecidedBy.PERSON, by=by)
        if stage is not None and stage != chat.stage:
            board.advance(chat, stage, at=at, source=DecidedBy.PERSON, by=by)
