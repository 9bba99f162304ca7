"""Everything known about one buyer and their order in one line of time: review, answers, complaint, chat, reminders."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.enums import ChatSender
from marketplace.models import Chat, ChatAudit, ChatLink, ChatMessage, Outgoing, Review, ReviewComplaint
from marketplace.replies import OutgoingStatus

MOST: Final = 60
TOLD: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    icon: str
    what: str
    text: str = ""
    url: str = ""


def of_review(review: Review) -> list[Entry]:
    """Return the story around a review."""
    links = ChatLink.objects.standing().filter(review=review).select_related("chat")
    return _told([review], [link.chat for link in links])


def of_chat(chat: Chat) -> list[Entry]:
    """Return the story around a chat."""
    links = chat.links.standing().select_related("review")
    return _told([link.review for link in links], [chat])


def _told(reviews: list[Review], chats: list[Chat]) -> list[Entry]:
    """Return what happened, in order; of a very long story the latest part."""
    entries = [entry for review in reviews for entry in _about(review)]
    entries += [entry for chat in chats for entry in _said(chat)]
    return sorted(entries, key=lambda entry: entry.at)[-MOST:]


def _about(review: Review) -> Iterator[Entry]:
    url = reverse("review", args=[review.uuid])
    yield Entry(review.date, "star", f"{_('Review')}, {review.rating}★", review.text[:TOLD], url)
    if review.answer and review.answered_at:
        yield Entry(
            review.answered_at, "send", _("Answer on Wildberries"), str(review.answer.get("text", ""))[:TOLD], url
        )
    for row in Outgoing.objects.filter(review=review, status=OutgoingStatus.REJECTED).order_by("-pk")[:5]:
        yield Entry(row.sent_at or row.created_at, "alert", str(row.get_status_display()), row.text[:TOLD], url)
    complaint = ReviewComplaint.objects.filter(review=review).first()
    if complaint:
        yield from _complained(complaint)


def _complained(complaint: ReviewComplaint) -> Iterator[Entry]:
    url = reverse("complaint", args=[complaint.uuid])
    yield Entry(complaint.generated_at, "alert", _("Complaint drafted"), complaint.reason_name, url)
    if complaint.sent_at:
        yield Entry(complaint.sent_at, "alert", _("Complaint filed"), complaint.reason_name, url)
    if complaint.moderated_at:
        yield Entry(
            complaint.moderated_at, "alert", str(complaint.get_status_display()), complaint.wb_response[:TOLD], url
        )


def _said(chat: Chat) -> Iterator[Entry]:
    url = reverse("chat", args=[chat.uuid])
    who: dict[str, Any] = {
        ChatSender.CLIENT: _("The buyer in the chat"),
        ChatSender.SELLER: _("The shop in the chat"),
        ChatSender.WB: _("Wildberries in the chat"),
    }
    for message in ChatMessage.objects.filter(chat=chat).order_by("-sent_at", "-pk")[:MOST]:
        yield Entry(message.sent_at, "mail", str(who[message.sender]), message.text[:TOLD], url)
    for step in ChatAudit.objects.filter(chat=chat, field="stage").order_by("-pk")[:MOST]:
        yield Entry(step.created_at, "check", _("Stage"), step.words, url)
