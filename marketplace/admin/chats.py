"""Chats and sequences in the admin: to read, and to move on."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from config.admin import FactAdmin
from marketplace.enums import ChatStatus, CompletionReason, StopReason
from marketplace.models import (
    Chat,
    ChatAudit,
    ChatAutoSequence,
    ChatClassification,
    ChatLink,
    ChatMessage,
    SequenceStep,
    SequenceTemplate,
)


@admin.register(Chat)
class ChatAdmin(FactAdmin):
    """The board as a list."""

    list_display = ("__str__", "store", "status", "stage", "tag", "last_message_sender", "last_message_date")
    list_filter = ("status", "stage", "tag", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("=wb_id", "=product_nm_id")
    search_help_text = _("id on Wildberries or nmId")
    ordering = ("-pk",)
    readonly_fields = ("related",)
    actions = ("take_up", "resolve", "close_as_spam", "close_unanswered")

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may move chats over the board."""
        return request.user.has_perm("marketplace.change_chat")

    @admin.action(description=_("Move to: in progress"), permissions=["move"])
    def take_up(self, request: HttpRequest, chats: "QuerySet[Chat]") -> None:
        """Put chats into work."""
        self._move(request, chats, ChatStatus.IN_PROGRESS)

    @admin.action(description=_("Move to: resolved"), permissions=["move"])
    def resolve(self, request: HttpRequest, chats: "QuerySet[Chat]") -> None:
        """Note that the buyer was helped."""
        self._move(request, chats, ChatStatus.RESOLVED)

    @admin.action(description=_("Close: spam"), permissions=["move"])
    def close_as_spam(self, request: HttpRequest, chats: "QuerySet[Chat]") -> None:
        """Close chats that are spam."""
        self._move(request, chats, ChatStatus.CLOSED, CompletionReason.SPAM)

    @admin.action(description=_("Close: no reply"), permissions=["move"])
    def close_unanswered(self, request: HttpRequest, chats: "QuerySet[Chat]") -> None:
        """Close chats whose buyer fell silent."""
        self._move(request, chats, ChatStatus.CLOSED, CompletionReason.NO_REPLY)

    def _move(
        self, request: HttpRequest, chats: "QuerySet[Chat]", to: ChatStatus, reason: CompletionReason | None = None
    ) -> None:
        at = now()
        self.each(request, chats, lambda row: row.move_to(to, at=at, reason=reason), _("%(count)d chats moved"))


@admin.register(ChatMessage)
class ChatMessageAdmin(FactAdmin):
    """Events of chats."""

    list_display = ("__str__", "chat", "store", "sent_at")
    list_filter = ("sender", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("chat", "store")
    search_fields = ("=wb_id",)
    search_help_text = _("id on Wildberries")
    ordering = ("-pk",)


@admin.register(ChatAutoSequence)
class SequenceAdmin(FactAdmin):
    """Reminders under way."""

    list_display = ("__str__", "store", "sequence_type", "status", "stop_reason", "last_sent_at", "next_send_at")
    list_filter = ("status", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("chat", "store")
    search_fields = ("=chat__wb_id",)
    search_help_text = _("chat's id on Wildberries")
    ordering = ("-pk",)
    readonly_fields = ("related",)
    actions = ("stop",)

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may stop reminders."""
        return request.user.has_perm("marketplace.change_chatautosequence")

    @admin.action(description=_("Stop"), permissions=["move"])
    def stop(self, request: HttpRequest, sequences: "QuerySet[ChatAutoSequence]") -> None:
        """Send no further reminder."""
        self.each(request, sequences, lambda row: row.stop(StopReason.MANUAL), _("%(count)d sequences stopped"))


@admin.register(SequenceStep)
class SequenceStepAdmin(FactAdmin):
    """Reminders one by one."""

    list_display = ("__str__", "sequence", "step", "status", "sent_at", "error")
    list_filter = ("status",)
    list_select_related = ("sequence__chat",)
    search_fields = ("=sequence__chat__wb_id",)
    search_help_text = _("chat's id on Wildberries")
    ordering = ("-pk",)


@admin.register(ChatAudit)
class ChatAuditAdmin(FactAdmin):
    """Who moved chats, and what else was changed in them."""

    list_display = ("created_at", "chat", "field", "before", "after", "user", "reason")
    list_filter = ("field", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("chat", "user")
    search_fields = ("=chat__wb_id",)
    search_help_text = _("chat's id on Wildberries")
    ordering = ("-pk",)


@admin.register(ChatLink)
class ChatLinkAdmin(FactAdmin):
    """Which review each chat is held to be about."""

    list_display = ("chat", "review", "method", "confidence", "state", "decided_by", "decided_at")
    list_filter = ("state", "method", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("chat", "review", "decided_by")
    search_fields = ("=chat__wb_id", "=review__wb_id")
    search_help_text = _("id on Wildberries of the chat or the review")
    ordering = ("-pk",)


@admin.register(ChatClassification)
class ClassificationAdmin(FactAdmin):
    """How chats were judged, by whom and at what cost."""

    list_display = ("created_at", "chat", "status", "decided_by", "tag", "stage", "log", "error")
    list_filter = ("status", "decided_by", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("chat", "log")
    search_fields = ("=chat__wb_id",)
    search_help_text = _("chat's id on Wildberries")
    ordering = ("-pk",)


@admin.register(SequenceTemplate)
class SequenceTemplateAdmin(FactAdmin):
    """What reminders say."""

    list_display = ("name", "tenant", "hour_from", "hour_to", "is_active", "updated_at")
    list_filter = ("is_active", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("tenant",)
    search_fields = ("name",)
    ordering = ("-pk",)
