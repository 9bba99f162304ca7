"""What follows from new words in a chat: its column, its review, its kind; a lost hint costs seconds."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from config.errors import DomainError
from marketplace.enums import ChatSender, StopReason
from marketplace.models import Chat, ChatMessage
from marketplace.services import board, classifying, confirming, linking, reminding

READ: Final = 40
BATCH: Final = 500
RECENT: Final = timedelta(days=14)
log = structlog.get_logger(__name__)


def attend(chat: Chat, *, at: datetime) -> None:
    """Look at a chat's latest words, outside any transaction; a second look at the same words changes nothing."""
    through = chat.last_message_date
    messages = latest(chat)
    if messages:
        last = messages[-1]
        if last.sender == ChatSender.CLIENT:
            reminding.stop_all(chat, StopReason.CLIENT_REPLIED)
        else:
            confirming.confirm_message(chat, text=last.text, sent_at=last.sent_at, at=at)
            reminding.start_by_phrase(chat, last, at=at)
        board.note_buyer(chat, last, at=at)
        linking.find(chat, at=at)
        classifying.judge(chat, messages, at=at, may_ask=last.sent_at >= at - RECENT)
    Chat.objects.filter(pk=chat.pk).update(attended_through=through)


def attend_to(message_ids: list[int], *, at: datetime) -> int:
    """Attend to the chats these messages came in; return how many there were."""
    named = ChatMessage.objects.filter(pk__in=message_ids).values("chat_id")
    chats = Chat.objects.filter(pk__in=named).select_related("store", "tenant")
    return _each(list(chats), at=at)


def sweep(*, at: datetime) -> int:
    """Attend to chats whose hint was lost; return how many there were."""
    left = list(Chat.objects.unattended().select_related("store", "tenant").order_by("pk")[:BATCH])
    return _each(left, at=at)


def latest(chat: Chat) -> list[ChatMessage]:
    """Return the latest messages in the order they were sent."""
    found = ChatMessage.objects.filter(chat=chat).order_by("-sent_at", "-pk")[:READ]
    return list(reversed(found))


def _each(chats: list[Chat], *, at: datetime) -> int:
    for chat in chats:
        try:
            attend(chat, at=at)
        except DomainError as refused:  # moved in this very moment; the sweeper looks again
            log.info("chat_not_attended", chat=chat.pk, reason=str(refused))
    return len(chats)
