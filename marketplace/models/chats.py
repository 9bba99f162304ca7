"""Conversations with buyers on Wildberries."""

from datetime import datetime
from typing import Final, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check
from config.moves import IllegalMove, move
from marketplace.enums import (
    CHAT_MOVES,
    STAGE_MOVES,
    ChatSender,
    ChatStage,
    ChatStatus,
    ChatTag,
    CompletionReason,
    DecidedBy,
)
from marketplace.models.ai_logs import AiLog
from marketplace.models.stores import OfStore

TEXT_LIMIT: Final = 1000  # of the buyer chat API, for the seller's messages


class ChatQuerySet(OwnedQuerySet["Chat"]):
    """Chats."""

    def open(self) -> Self:
        """Keep chats that still stand on the board."""
        return self.exclude(status=ChatStatus.CLOSED)

    def unattended(self) -> Self:
        """Keep chats with words that nobody has looked at yet (ix_chats_unattended)."""
        never = Q(attended_through=None, last_message_date__isnull=False)
        return self.filter(never | Q(attended_through__lt=F("last_message_date")))

    def needing_answer(self) -> Self:
        """Keep open chats in which the buyer had the last word."""
        return self.filter(last_message_sender=ChatSender.CLIENT, status__in=[ChatStatus.INBOX, ChatStatus.IN_PROGRESS])


class Chat(Public, OfStore, Timestamped):
    """One conversation: its column on the board, its kind, and how far a review's problem is solved."""

    wb_id = models.CharField(_("id on Wildberries"), max_length=64)
    client_name = models.CharField(_("buyer"), max_length=255, blank=True)
    reply_sign = models.CharField(_("reply sign"), max_length=255, blank=True, editable=False)
    product_nm_id = models.BigIntegerField(_("nmId"), null=True, blank=True)
    product_name = models.CharField(_("product"), max_length=500, blank=True)
    product_vendor_code = models.CharField(_("vendor code"), max_length=255, blank=True)
    last_message_date = models.DateTimeField(_("last message"), null=True, blank=True)
    last_message_text = models.TextField(_("last message's text"), blank=True)
    last_message_sender = models.CharField(  # noqa: DJ001 -- null: nobody wrote yet
        _("last message from"), max_length=16, choices=ChatSender, null=True, blank=True
    )
    stage = models.CharField(_("stage"), max_length=24, choices=ChatStage, default=ChatStage.NONE)
    tag = models.CharField(_("tag"), max_length=24, choices=ChatTag, default=ChatTag.UNTAGGED)
    tag_update_date = models.DateTimeField(_("tagged"), null=True, blank=True)
    tag_by = models.CharField(  # noqa: DJ001 -- null: nobody said
        _("tagged by"), max_length=16, choices=DecidedBy, null=True, blank=True
    )
    stage_by = models.CharField(  # noqa: DJ001 -- null: nobody said
        _("stage set by"), max_length=16, choices=DecidedBy, null=True, blank=True
    )
    attended_through = models.DateTimeField(_("attended through"), null=True, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=ChatStatus, default=ChatStatus.INBOX)
    status_changed_at = models.DateTimeField(_("status since"), null=True, blank=True)
    completion_reason = models.CharField(  # noqa: DJ001 -- null: not closed
        _("closed because"), max_length=24, choices=CompletionReason, null=True, blank=True
    )
    draft_reply = models.TextField(_("draft reply"), blank=True)
    draft_log = models.ForeignKey(
        AiLog,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("draft's AI log"),
    )
    sent_no_reply_messages = models.JSONField(_("reminders sent, set 1"), default=list, blank=True)
    sent_no_reply_messages2 = models.JSONField(_("reminders sent, set 2"), default=list, blank=True)

    objects = ChatQuerySet.as_manager()

    class Meta:
        db_table = "chats"
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        constraints = [
            models.UniqueConstraint(fields=["store", "wb_id", "tenant"], name="uq_chats_store_wb_id"),
            enum_check("ck_chats_stage", "stage", ChatStage),
            enum_check("ck_chats_tag", "tag", ChatTag),
            enum_check("ck_chats_status", "status", ChatStatus),
            enum_check("ck_chats_last_message_sender", "last_message_sender", ChatSender),
            enum_check("ck_chats_tag_by", "tag_by", DecidedBy),
            enum_check("ck_chats_stage_by", "stage_by", DecidedBy),
            enum_check("ck_chats_completion_reason", "completion_reason", CompletionReason),
            models.CheckConstraint(
                condition=Q(status=ChatStatus.CLOSED, completion_reason__isnull=False)
                | (~Q(status=ChatStatus.CLOSED) & Q(completion_reason=None)),
                name="ck_chats_closed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.client_name or self.wb_id

    @property
    def needs_answer(self) -> bool:
        """Say whether the buyer had the last word in a chat that is being worked on."""
        is_worked_on = self.status in (ChatStatus.INBOX, ChatStatus.IN_PROGRESS)
        return is_worked_on and self.last_message_sender == ChatSender.CLIENT

    @property
    def possible_moves(self) -> list[ChatStatus]:
        """Return the columns it may go to, in the order of the board."""
        return [status for status in ChatStatus if status in CHAT_MOVES[self.status]]

    @property
    def possible_stages(self) -> list[ChatStage]:
        """Return the stages still ahead."""
        return [stage for stage in ChatStage if stage in STAGE_MOVES[self.stage]]

    def move_to(self, status: ChatStatus, *, at: datetime, reason: CompletionReason | None = None) -> None:
        """Put the chat into another column of the board; closing needs a reason.

        Raises:
            IllegalMove: the board does not allow it, a reason is missing or superfluous,
                or somebody moved the chat first.
        """
        if (status == ChatStatus.CLOSED) != (reason is not None):
            raise IllegalMove(current=self.status, wanted=status)
        move(self, status, allowed=CHAT_MOVES, status_changed_at=at, completion_reason=reason)

    def advance_to(self, stage: ChatStage, *, by: DecidedBy | None = None) -> None:
        """Note how far the review's problem is solved; never back.

        Raises:
            IllegalMove: the chat is at that stage or beyond, or somebody advanced it first.
        """
        move(self, stage, allowed=STAGE_MOVES, field="stage", stage_by=by)

    def tag_as(self, tag: ChatTag, *, at: datetime, by: DecidedBy | None = None) -> bool:
        """Note what kind of conversation this is, unless a person said so already; return whether it was noted."""
        same = Chat.objects.filter(pk=self.pk)
        if by != DecidedBy.PERSON:
            same = same.exclude(tag_by=DecidedBy.PERSON)
        if not same.update(tag=tag, tag_by=by, tag_update_date=at):
            return False
        self.tag, self.tag_by, self.tag_update_date = tag, by, at
        return True


class ChatMessage(Public, OfStore, Created):
    """One event of a chat, as Wildberries reported it."""

    chat = models.ForeignKey(Chat, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("chat"))
    wb_id = models.CharField(_("id on Wildberries"), max_length=64)
    text = models.TextField(_("text"), blank=True)
    sender = models.CharField(pgettext_lazy("sender", "from"), max_length=16, choices=ChatSender)
    sent_at = models.DateTimeField(_("sent"))
    download_id = models.CharField(_("file"), max_length=255, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "chat_messages"
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        constraints = [
            models.UniqueConstraint(fields=["store", "wb_id", "tenant"], name="uq_chat_messages_store_wb_id"),
            enum_check("ck_chat_messages_sender", "sender", ChatSender),
            models.CheckConstraint(
                condition=~Q(sender=ChatSender.SELLER) | Q(LessThanOrEqual(Length("text"), TEXT_LIMIT)),
                name="ck_chat_messages_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_sender_display()}: {self.text[:80]}"
