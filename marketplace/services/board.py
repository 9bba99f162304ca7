"""Chats on their board: where they stand, what kind they are, and who said so."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from marketplace.enums import ChatSender, ChatStage, ChatStatus, ChatTag, CompletionReason, DecidedBy, StopReason
from marketplace.models import Chat, ChatAudit, ChatMessage
from marketplace.models.boards import BUYER_WROTE
from marketplace.services import reminding

BACK_TO_WORK = {
    ChatStatus.AWAITING_REPLY: ChatStatus.IN_PROGRESS,
    ChatStatus.RESOLVED: ChatStatus.INBOX,
    ChatStatus.CLOSED: ChatStatus.INBOX,
}


@transaction.atomic
def move(
    chat: Chat,
    status: ChatStatus,
    *,
    at: datetime,
    by: User | None = None,
    reason: CompletionReason | None = None,
    why: str = "",
) -> None:
    """Put a chat into another column, and keep who did it; its reminders end unless it waits for the buyer.

    Raises:
        IllegalMove: the board does not allow it, a reason is missing or superfluous, or somebody was first.
    """
    before = chat.status
    chat.move_to(status, at=at, reason=reason)
    _record(chat, "status", before=before, after=status, at=at, by=by, reason=why or (reason or ""))
    if status != ChatStatus.AWAITING_REPLY:
        reminding.stop_all(chat, StopReason.CLIENT_REPLIED if why == BUYER_WROTE else StopReason.STATUS_CHANGED)


@transaction.atomic
def tag(
    chat: Chat, kind: ChatTag, *, at: datetime, source: DecidedBy = DecidedBy.PERSON, by: User | None = None
) -> bool:
    """Say what kind of conversation a chat is; a person's word stays. Return whether it changed anything."""
    before = chat.tag
    if (before == kind and source != DecidedBy.PERSON) or not chat.tag_as(kind, at=at, by=source):
        return False
    if before != kind:
        _record(chat, "tag", before=before, after=kind, at=at, by=by, reason=source)
    return before != kind


@transaction.atomic
def advance(
    chat: Chat, stage: ChatStage, *, at: datetime, source: DecidedBy = DecidedBy.PERSON, by: User | None = None
) -> None:
    """Note how far the buyer's problem is solved; never back.

    Raises:
        IllegalMove: the chat is at that stage or beyond.
    """
    before = chat.stage
    chat.advance_to(stage, by=source)
    _record(chat, "stage", before=before, after=stage, at=at, by=by, reason=source)


def note_buyer(chat: Chat, last: ChatMessage, *, at: datetime) -> None:
    """Put a chat back to work when the buyer wrote after it was put aside.

    Raises:
        IllegalMove: somebody moved it at the same moment; the next look decides again.
    """
    wanted = BACK_TO_WORK.get(ChatStatus(chat.status))
    is_newer = chat.status_changed_at is None or last.sent_at > chat.status_changed_at
    if wanted and last.sender == ChatSender.CLIENT and is_newer:
        move(chat, wanted, at=at, why=BUYER_WROTE)


def _record(
    chat: Chat, field: str, *, before: str, after: str, at: datetime, by: User | None, reason: str = ""
) -> None:
    ChatAudit.objects.create(
        tenant_id=chat.tenant_id,
        store_id=chat.store_id,
        chat=chat,
        field=field,
        before=before,
        after=after,
        user=by,
        reason=reason,
        created_at=at,
    )
