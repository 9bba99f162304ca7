"""Operators, handoffs and tickets in the admin."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.models import User
from config.admin import FactAdmin, ModelAdmin
from operators.enums import TicketStatus
from operators.models import (
    BusinessCalendar,
    CannedReply,
    DialogNote,
    HandoffAudit,
    HandoffRequest,
    OperatorPresence,
    RefChange,
    SavedFilter,
    SlaClock,
    SlaPolicy,
    Ticket,
    TicketAudit,
    TicketExternalRef,
    TicketMail,
    TicketMessage,
    TicketMirror,
)
from operators.services import handoffs, tickets


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- for the type checker: the admin is for people
    return request.user


@admin.register(OperatorPresence)
class OperatorPresenceAdmin(ModelAdmin):
    """Who is at the desk; capacity may be edited."""

    list_display = ("user", "tenant", "status", "last_heartbeat", "max_active_chats_web", "max_active_chats_telegram")
    list_filter = ("status", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("user", "tenant")
    search_fields = ("=user__email",)
    ordering = ("-pk",)
    raw_id_fields = ("tenant", "user")
    readonly_fields = ("status", "last_heartbeat", "created_at", "updated_at")


@admin.register(DialogNote)
class DialogNoteAdmin(FactAdmin):
    """What operators told each other; customers never see it."""

    list_display = ("__str__", "dialog", "author", "tenant", "created_at")
    list_filter = (("tenant", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("dialog", "author", "tenant")
    search_fields = ("=dialog__uuid",)
    ordering = ("-pk",)


@admin.register(CannedReply)
class CannedReplyAdmin(ModelAdmin):
    """Texts operators often send."""

    list_display = ("__str__", "title", "tenant", "language_code", "is_active")
    list_filter = ("is_active", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("tenant",)
    search_fields = ("shortcut__startswith",)
    ordering = ("-pk",)
    raw_id_fields = ("tenant", "created_by")
    readonly_fields = ("uuid", "created_at", "updated_at")


@admin.register(HandoffRequest)
class HandoffRequestAdmin(FactAdmin):
    """Handoff cycles; a stuck one can be moved on."""

    list_display = ("__str__", "dialog", "tenant", "operator", "requested_at", "started_at", "resolved_at")
    list_filter = ("state", "reason", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("dialog", "tenant", "operator")
    search_fields = ("=request_id",)
    search_help_text = _("request")
    ordering = ("-pk",)
    actions = ("resolve", "release", "cancel")

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may move handoffs on."""
        return request.user.has_perm("operators.change_handoffrequest")

    @admin.action(description=_("Return to the assistant"), permissions=["move"])
    def resolve(self, request: HttpRequest, rows: "QuerySet[HandoffRequest]") -> None:
        """Return dialogs from their operators to the assistant."""
        self.each(request, rows, partial(handoffs.resolve, by=_actor(request), at=now()), _("%(count)d resolved"))

    @admin.action(description=_("Put back into the queue"), permissions=["move"])
    def release(self, request: HttpRequest, rows: "QuerySet[HandoffRequest]") -> None:
        """Let dialogs wait for another operator."""
        self.each(request, rows, partial(handoffs.release, by=_actor(request), at=now()), _("%(count)d put back"))

    @admin.action(description=_("Stop waiting"), permissions=["move"])
    def cancel(self, request: HttpRequest, rows: "QuerySet[HandoffRequest]") -> None:
        """Return waiting dialogs to the assistant."""
        self.each(request, rows, partial(handoffs.cancel, by=_actor(request), at=now()), _("%(count)d cancelled"))


@admin.register(HandoffAudit)
class HandoffAuditAdmin(FactAdmin):
    """Steps of handoffs."""

    list_display = ("dialog", "seq", "from_status", "to_status", "user", "reason", "created_at")
    list_filter = ("to_status", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("dialog", "user")
    search_fields = ("=dialog__uuid",)
    search_help_text = _("dialog's uuid")
    ordering = ("-pk",)


@admin.register(Ticket)
class TicketAdmin(ModelAdmin):
    """Tickets; the status moves by actions only."""

    list_display = ("__str__", "tenant", "status", "priority", "source", "assigned_to", "updated_at")
    list_filter = ("status", "priority", "source", ("tenant", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("tenant", "assigned_to")
    search_fields = ("=number",)
    search_help_text = _("number")
    ordering = ("-pk",)
    raw_id_fields = ("assigned_to",)
    fields = (
        "uuid", "tenant", "number", "title", "description", "status", "priority", "source", "assigned_to",
        "created_by", "dialog", "follows", "metadata", "resolved_at", "closed_at", "created_at", "updated_at",
        "related",
    )  # fmt: skip
    readonly_fields = tuple(n for n in fields if n not in {"title", "description", "priority", "assigned_to"})
    actions = ("start", "wait_for_customer", "escalate", "resolve", "close", "reopen")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: tickets are opened by customers, operators and programs."""
        return False

    @admin.action(description=_("Move to: in progress"), permissions=["change"])
    def start(self, request: HttpRequest, rows: "QuerySet[Ticket]") -> None:
        """Put tickets into work."""
        self._move(request, rows, TicketStatus.IN_PROGRESS)

    @admin.action(description=_("Move to: waiting for the customer"), permissions=["change"])
    def wait_for_customer(self, request: HttpRequest, rows: "QuerySet[Ticket]") -> None:
        """Note that the customer has to answer."""
        self._move(request, rows, TicketStatus.PENDING_CUSTOMER)

    @admin.action(description=_("Move to: escalated"), permissions=["change"])
    def escalate(self, request: HttpRequest, rows: "QuerySet[Ticket]") -> None:
        """Call somebody higher."""
        self._move(request, rows, TicketStatus.ESCALATED)

    @admin.action(description=_("Move to: resolved"), permissions=["change"])
    def resolve(self, request: HttpRequest, rows: "QuerySet[Ticket]") -> None:
        """Note that the problem is solved."""
        self._move(request, rows, TicketStatus.RESOLVED)

    @admin.action(description=_("Move to: closed"), permissions=["change"])
    def close(self, request: HttpRequest, rows: "QuerySet[Ticket]") -> None:
        """Close tickets."""
        self._move(request, rows, TicketStatus.CLOSED)

    @admin.action(description=_("Reopen, or open a follow-up"), permissions=["change"])
    def reopen(self, request: HttpRequest, rows: "QuerySet[Ticket]") -> None:
        """Take finished tickets up again."""
        self.each(request, rows, partial(tickets.reopen, by=_actor(request), at=now()), _("%(count)d taken up again"))

    def _move(self, request: HttpRequest, rows: "QuerySet[Ticket]", to: TicketStatus) -> None:
        actor, at = _actor(request), now()
        self.each(request, rows, lambda row: tickets.move(row, to, by=actor, at=at), _("%(count)d tickets moved"))


@admin.register(TicketMessage)
class TicketMessageAdmin(FactAdmin):
    """What was said about tickets."""

    list_display = ("__str__", "ticket", "sender", "author", "created_at")
    list_filter = ("sender",)
    list_select_related = ("ticket", "author")
    search_fields = ("=ticket__number",)
    search_help_text = _("ticket's number")
    ordering = ("-pk",)


@admin.register(TicketAudit)
class TicketAuditAdmin(FactAdmin):
    """Steps of tickets."""

    list_display = ("ticket", "from_status", "to_status", "user", "reason", "created_at")
    list_filter = ("to_status",)
    list_select_related = ("ticket", "user")
    search_fields = ("=ticket__number",)
    search_help_text = _("ticket's number")
    ordering = ("-pk",)


@admin.register(TicketExternalRef)
class TicketExternalRefAdmin(FactAdmin):
    """Tickets in outside help desks."""

    list_display = ("__str__", "ticket", "system", "integration", "external_url", "updated_at")
    list_filter = ("system",)
    list_select_related = ("ticket", "integration")
    search_fields = ("=external_id",)
    search_help_text = _("id there")
    ordering = ("-pk",)


@admin.register(TicketMirror)
class TicketMirrorAdmin(FactAdmin):
    """Copies of tickets on their way to outside help desks."""

    list_display = ("id", "tenant", "ticket", "integration", "status", "attempts", "next_attempt_at")
    list_filter = ("status", "integration__platform")
    list_select_related = ("tenant", "ticket", "integration")
    search_fields = ("=ticket__number",)
    search_help_text = _("ticket's number")
    ordering = ("-id",)


@admin.register(RefChange)
class RefChangeAdmin(FactAdmin):
    """What went to and came from outside help desks."""

    list_display = ("id", "tenant", "integration", "ref", "direction", "kind", "status", "attempts", "next_attempt_at")
    list_filter = ("direction", "kind", "status")
    list_select_related = ("tenant", "integration", "ref")
    search_fields = ("=ref__external_id",)
    search_help_text = _("id there")
    ordering = ("-id",)


@admin.register(SavedFilter)
class SavedFilterAdmin(FactAdmin):
    """Views of the list of tickets that people keep."""

    list_display = ("name", "tenant", "user", "created_at")
    list_select_related = ("tenant", "user")
    search_fields = ("name",)
    ordering = ("-pk",)


@admin.register(TicketMail)
class TicketMailAdmin(FactAdmin):
    """Letters about tickets, without their words."""

    list_display = ("id", "tenant", "ticket", "direction", "status", "to_address", "attempts", "next_attempt_at")
    list_filter = ("direction", "status")
    list_select_related = ("tenant", "ticket")
    exclude = ("text",)
    search_fields = ("=ticket__number", "=letter_id", "=to_address", "=from_address")
    search_help_text = _("ticket's number, Message-ID or address")
    ordering = ("-id",)


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(FactAdmin):
    """When teams work; changed on the tenant's own page, which counts open tickets anew."""

    list_display = ("tenant", "timezone", "updated_at")
    list_select_related = ("tenant",)
    search_fields = ("=tenant__slug",)
    ordering = ("-pk",)


@admin.register(SlaPolicy)
class SlaPolicyAdmin(FactAdmin):
    """What tickets are promised."""

    list_display = ("tenant", "priority", "first_response", "next_response", "resolution")
    list_filter = ("priority",)
    list_select_related = ("tenant",)
    search_fields = ("=tenant__slug",)
    ordering = ("-pk",)


@admin.register(SlaClock)
class SlaClockAdmin(FactAdmin):
    """Clocks of promises."""

    list_display = ("ticket", "kind", "promised", "due_at", "warned_at", "breached_at", "ended_at")
    list_filter = ("kind",)
    list_select_related = ("ticket",)
    search_fields = ("=ticket__number",)
    search_help_text = _("ticket's number")
    ordering = ("-pk",)
