"""Prompts tried on what buyers really wrote, before they are kept; nothing written here is kept or sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Tenant
from assistants import door
from marketplace import grounds
from marketplace.errors import NothingPasses
from marketplace.models import Chat, Question, Review
from marketplace.prompts import Purpose
from marketplace.services import complaints, composing, drafting, replying
from marketplace.services.writing import Task, Written, settings_of, told, write


@dataclass(frozen=True, slots=True)
class Preview:
    """What a prompt was tried on, what the model was told, and what it wrote; no text without a model."""

    about: str
    messages: Sequence[tuple[str, str]]
    written: Written | None


def preview(tenant: Tenant, purpose: Purpose, *, prompt: str, review: Review | None = None, at: datetime) -> Preview:
    """Try a prompt on a review, or on the latest words it would be used for; a draft's price is taken.

    Raises:
        NothingPasses: buyers have written nothing to try it on.
        DeskBusy, DailyLimitReached, InsufficientFunds, NotWritten: see ``writing.write``.
    """
    about, task = _task(tenant, purpose, review, at=at)
    tried = replace(task, prompt=prompt, template="")
    messages = [(message.role, message.content) for message in told(tried, settings_of(task.store))]
    if not door.can_reason(tenant, at=at):
        return Preview(about, messages, None)
    return Preview(about, messages, write(tried, at=at))


def _task(tenant: Tenant, purpose: Purpose, review: Review | None, *, at: datetime) -> tuple[str, Task]:
    if purpose in (Purpose.REVIEW_REPLY, Purpose.COMPLAINT):
        found = review or _latest_review(tenant)
        said = complaints.text_of(found)
        if purpose == Purpose.REVIEW_REPLY:
            return said, replying.review_task(found, at=at)
        return said, drafting.complaint_task(found, said, grounds.find(said))
    if purpose == Purpose.QUESTION_REPLY:
        question = Question.objects.of(tenant).select_related("store__tenant").order_by("-created_date").first()
        if question is None:
            raise NothingPasses
        return question.text, replying.question_task(question, at=at)
    chats = Chat.objects.of(tenant).filter(last_message_date__isnull=False).select_related("store__tenant")
    chat = chats.order_by("-last_message_date").first()
    if chat is None:
        raise NothingPasses
    return chat.last_message_text, replace(composing.chat_task(chat), purpose=purpose)


def _latest_review(tenant: Tenant) -> Review:
    rows = Review.objects.of(tenant).exclude(text="").select_related("store__tenant", "product")
    found = rows.order_by("-date", "-pk").first()
    if found is None:
        raise NothingPasses
    return found
