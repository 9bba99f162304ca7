"""What the rules could not tell of a chat: the small model is asked, then the large one, and each answer is logged."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F, Q

from assistants import door
from config.errors import DomainError
from marketplace.enums import ChatSender, ChatStage, ChatTag, ClassificationStatus, DecidedBy, LoggedEntity
from marketplace.models import ChatClassification, ChatMessage
from marketplace.prompts import Material, Purpose
from marketplace.services import classifying
from marketplace.services.writing import Task, Written, write

LEASE: Final = timedelta(minutes=3)
PAUSE: Final = timedelta(minutes=5)
MOST_ATTEMPTS: Final = 3
READ: Final = 30
WORD_TOKENS: Final = 12
BATCH: Final = 50


def run(classification_id: int, *, at: datetime) -> ChatClassification | None:
    """Finish one judgement, outside any transaction; a second worker with the same one does nothing.

    Without a model that thinks, the rules have the last word.
    """
    if not _take(classification_id, at=at):
        return None
    row = ChatClassification.objects.select_related("chat__store__tenant", "through").get(pk=classification_id)
    if not door.can_reason(row.chat.store.tenant, at=at):
        return _finish(row, ChatTag(row.tag or ChatTag.UNTAGGED), DecidedBy.RULES, None, at=at)
    try:
        return _ask_models(row, at=at)
    except DomainError as refused:
        is_last = row.attempts >= MOST_ATTEMPTS
        status = ClassificationStatus.FAILED if is_last else ClassificationStatus.PENDING
        changes = {"status": status, "error": str(refused)[:500], "locked_until": None if is_last else at + PAUSE}
        ChatClassification.objects.filter(pk=row.pk).update(**changes)
        return None


def sweep(*, at: datetime) -> int:
    """Finish what waits for a model and nobody works on; return how many there were."""
    free = Q(locked_until=None) | Q(locked_until__lt=at)
    rows = ChatClassification.objects.filter(free, status=ClassificationStatus.PENDING).order_by("pk")
    return sum(run(pk, at=at) is not None for pk in list(rows.values_list("pk", flat=True)[:BATCH]))


def _take(classification_id: int, *, at: datetime) -> bool:
    free = Q(locked_until=None) | Q(locked_until__lt=at)
    rows = ChatClassification.objects.filter(free, pk=classification_id, status=ClassificationStatus.PENDING)
    return bool(rows.update(locked_until=at + LEASE, attempts=F("attempts") + 1))


def _ask_models(row: ChatClassification, *, at: datetime) -> ChatClassification:
    said = ChatMessage.objects.filter(chat=row.chat, sent_at__lte=row.through.sent_at).order_by("-sent_at", "-pk")
    messages = list(reversed(said[:READ]))
    small = [(DecidedBy.SMALL_MODEL, settings.LLM_SMALL_MODEL)] if settings.LLM_SMALL_MODEL else []
    written: Written | None = None
    for source, model in (*small, (DecidedBy.LARGE_MODEL, "")):
        written = _ask(row, messages, model=model, at=at)
        tag = _word(written)
        if tag in ChatTag.values and tag != ChatTag.UNTAGGED:
            stage = _stage(row, messages, model=model, at=at)
            return _finish(row, ChatTag(tag), source, written, stage=stage, at=at)
    return _finish(row, ChatTag(row.tag or ChatTag.UNTAGGED), DecidedBy.RULES, written, at=at)


def _stage(row: ChatClassification, messages: Sequence[ChatMessage], *, model: str, at: datetime) -> ChatStage:
    """Return how far the problem of a chat's bad review is solved; the rules' word comes first, nonsense says nothing.

    That a review is gone or changed is never a model's word: the buyer's own words or a person say so.
    """
    told = ChatStage(row.stage or ChatStage.NONE)
    is_about_bad = row.chat.links.standing().filter(review__rating__lte=classifying.BAD).exists()
    if told != ChatStage.NONE or not is_about_bad or not row.chat.possible_stages:
        return told
    word = _word(_ask(row, messages, purpose=Purpose.CHAT_STAGE, model=model, at=at))
    is_known = word in ChatStage.values and word != ChatStage.DELETION_CONFIRMED
    return ChatStage(word) if is_known else told


def _word(written: Written) -> str:
    return written.text.strip(" .\n\"'`").lower()


def _ask(
    row: ChatClassification,
    messages: Sequence[ChatMessage],
    *,
    purpose: Purpose = Purpose.CHAT_TAG,
    model: str,
    at: datetime,
) -> Written:
    lines = [f"{'buyer' if m.sender == ChatSender.CLIENT else 'shop'}: {m.text}" for m in messages]
    task = Task(
        store=row.chat.store,
        purpose=purpose,
        entity=LoggedEntity.CHAT,
        entity_id=row.chat_id,
        material=Material(texts=[("Переписка", "\n".join(lines))]),
        max_tokens=WORD_TOKENS,
        model=model,
    )
    return write(task, at=at)


def _finish(
    row: ChatClassification,
    tag: ChatTag,
    source: DecidedBy,
    written: Written | None,
    *,
    stage: ChatStage | None = None,
    at: datetime,
) -> ChatClassification:
    row.tag, row.decided_by, row.status = tag, source, ClassificationStatus.DONE
    row.stage = stage or row.stage
    row.log, row.locked_until, row.error = written.log if written else None, None, ""
    row.save(update_fields=["tag", "stage", "decided_by", "status", "log", "locked_until", "error"])
    newest = row.chat.classifications.order_by("-pk").values_list("pk", flat=True).first()
    if newest == row.pk:  # the chat has not been judged by later words since
        classifying.apply(row.chat, tag, ChatStage(row.stage or ChatStage.NONE), source=source, at=at)
    return row
