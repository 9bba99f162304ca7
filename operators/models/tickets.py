"""Requests that outlive a conversation."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Integration, Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check
from config.moves import IllegalMove, move
from dialogs.enums import HandoffReason, Sender
from dialogs.models import Dialog
from operators.enums import (
    TICKET_MOVES,
    ExternalSystem,
    TicketPriority,
    TicketSource,
    TicketStatus,
)
from operators.errors import ReopenWindowPassed

REOPEN_WINDOW: Final = timedelta(days=14)
REASON_WORDS: Final = {
    "customer replied": _("the customer replied"),
    "first_response": _("the assistant answered"),
    "solved long ago": _("solved a week ago"),
    "customer silent": _("the customer did not answer for two weeks"),
    **dict(HandoffReason.choices),
}
DONE: Final = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


class TicketQuerySet(OwnedQuerySet["Ticket"]):
    """Tickets."""

    def unfinished(self) -> Self:
        """Keep those somebody has to work on."""
        return self.exclude(status__in=DONE)

    def untouched(self) -> Self:
        """Keep those that came by themselves, not out of a dialog, and nobody has taken, answered or moved yet."""
        answered = TicketMessage.objects.filter(ticket=OuterRef("pk")).exclude(sender=Sender.CUSTOMER)
        return self.filter(~Exists(answered), status=TicketStatus.OPEN, dialog=None, assigned_to=None)


class Ticket(Public, Owned, Timestamped):
    """A request somebody answers for; numbered 1, 2, 3… in its tenant by the database."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    number = models.BigIntegerField(_("number"), db_default=Value(0), editable=False)  # set by tg_tickets_number
    title = models.CharField(_("title"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=32, choices=TicketStatus, default=TicketStatus.OPEN)
    priority = models.CharField(_("priority"), max_length=32, choices=TicketPriority, default=TicketPriority.MEDIUM)
    source = models.CharField(_("source"), max_length=64, choices=TicketSource, default=TicketSource.WEB)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("assignee")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("created by")
    )
    dialog = models.ForeignKey(
        Dialog, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("dialog")
    )
    customer_email = models.EmailField(_("customer's e-mail"), max_length=254, blank=True)
    customer_name = models.CharField(_("customer's name"), max_length=255, blank=True)
    key = models.CharField(_("opened once for"), max_length=255, null=True, blank=True, editable=False)  # noqa: DJ001 -- unique when known
    follows = models.ForeignKey(
        "self", models.SET_NULL, related_name="follow_ups", null=True, blank=True, verbose_name=_("follows")
    )
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, related_name="merged", null=True, blank=True, verbose_name=_("merged into")
    )
    merged_at = models.DateTimeField(_("merged"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        db_table = "tickets"
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="uq_tickets_tenant_number"),
            models.UniqueConstraint(fields=["tenant", "key"], name="uq_tickets_tenant_key"),
            models.CheckConstraint(condition=Q(number__gte=1), name="ck_tickets_number"),
            models.CheckConstraint(condition=~Q(title=""), name="ck_tickets_title"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(merged_at__isnull=False, status=TicketStatus.CLOSED),
                name="ck_tickets_merged",
            ),
            enum_check("ck_tickets_status", "status", TicketStatus),
            enum_check("ck_tickets_priority", "priority", TicketPriority),
            enum_check("ck_tickets_source", "source", TicketSource),
            models.CheckConstraint(
                condition=Q(status=TicketStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=TicketStatus.CLOSED) & Q(closed_at=None)),
                name="ck_tickets_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"

    @property
    def possible_moves(self) -> list[TicketStatus]:
        """Return where the ticket can go from here, in the order of its life."""
        return [status for status in TicketStatus if status in TICKET_MOVES[self.status]]

    def move_to(self, status: TicketStatus, *, at: datetime) -> str:
        """Change the status in one UPDATE and return the former one.

        Raises:
            IllegalMove: the ticket does not go there from here, or somebody moved it first.
            ReopenWindowPassed: it was closed too long ago.
        """
        if self.merged_into_id:
            raise IllegalMove(current=self.status, wanted=status)
        if status == TicketStatus.REOPENED and self.closed_at and at > self.closed_at + REOPEN_WINDOW:
            raise ReopenWindowPassed(closed_at=self.closed_at)
        changes: dict[str, Any] = {"closed_at": at if status == TicketStatus.CLOSED else None}
        if status != TicketStatus.CLOSED:  # closing keeps the moment of the solution
            changes["resolved_at"] = at if status == TicketStatus.RESOLVED else None
        return move(self, status, allowed=TICKET_MOVES, **changes)


class TicketMessage(Owned, Created):
    """What was said about a ticket."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("ticket")
    )
    sender = models.CharField(_("sender"), max_length=32, choices=Sender)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("author")
    )
    text = models.TextField(_("text"))
    is_internal = models.BooleanField(_("note for the team"), default=False, db_default=False)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "ticket_messages"
        verbose_name = _("ticket message")
        verbose_name_plural = _("ticket messages")
        constraints = [
            enum_check("ck_ticket_messages_sender", "sender", Sender),
            models.CheckConstraint(condition=~Q(text=""), name="ck_ticket_messages_text"),
        ]

    def __str__(self) -> str:
        return f"{self.get_sender_display()}: {self.text[:60]}"


class TicketAudit(Owned, Created):
    """One move of a ticket, kept for ever."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="steps", verbose_name=_("ticket"))
    from_status = models.CharField(pgettext_lazy("status", "from"), max_length=32, choices=TicketStatus, blank=True)
    to_status = models.CharField(pgettext_lazy("status", "to"), max_length=32, choices=TicketStatus)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("who")
    )
    reason = models.CharField(_("reason"), max_length=255, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "ticket_audit"
        verbose_name = _("ticket step")
        verbose_name_plural = _("ticket steps")
        constraints = [
            models.CheckConstraint(
                condition=Q(from_status__in=["", *TicketStatus.values]), name="ck_ticket_audit_from_status"
            ),
            enum_check("ck_ticket_audit_to_status", "to_status", TicketStatus),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.from_status} → {self.to_status}"

    @property
    def is_move(self) -> bool:
        """Say whether the status changed, rather than who or how soon."""
        return self.from_status != self.to_status

    @property
    def words(self) -> str:
        """Return the reason as people read it."""
        kind, _colon, value = self.reason.partition(": ")
        if kind == "merged":
            return gettext("Merged into #%(number)s") % {"number": value}
        if kind == "unmerged":
            return gettext("Taken out of #%(number)s again") % {"number": value}
        if kind == "assigned":
            return gettext("Assignee: %(person)s") % {"person": value}
        if kind == "priority":
            labels = dict(TicketPriority.choices)
            steps = [str(labels.get(step, step)) for step in value.split(" → ")]
            return gettext("Priority: %(steps)s") % {"steps": " → ".join(steps)}
        return str(REASON_WORDS.get(self.reason, self.reason))


class TicketExternalRef(Owned, Timestamped):
    """The same ticket in an outside help desk."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="external_refs", verbose_name=_("ticket"))
    integration = models.ForeignKey(
        Integration, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("integration")
    )
    system = models.CharField(_("system"), max_length=32, choices=ExternalSystem)
    external_id = models.CharField(_("id there"), max_length=255)
    external_url = models.URLField(_("address"), max_length=512, blank=True)
    remote_status = models.CharField(_("status there"), max_length=100, blank=True)
    agreed_status = models.CharField(_("status both had last"), max_length=32, choices=TicketStatus, blank=True)
    conflict_status = models.CharField(_("status wanted there"), max_length=32, choices=TicketStatus, blank=True)
    conflict_at = models.DateTimeField(_("both changed"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "ticket_external_refs"
        verbose_name = _("outside ticket")
        verbose_name_plural = _("outside tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "system", "integration", "external_id"],
                name="uq_ticket_external_refs_external",
                nulls_distinct=False,
            ),
            enum_check("ck_ticket_external_refs_system", "system", ExternalSystem),
            models.CheckConstraint(condition=~Q(external_id=""), name="ck_ticket_external_refs_external_id"),
            models.CheckConstraint(
                condition=Q(agreed_status__in=["", *TicketStatus.values]),
                name="ck_ticket_external_refs_agreed_status",
            ),
            models.CheckConstraint(
                condition=Q(conflict_status="", conflict_at=None)
                | Q(conflict_status__in=TicketStatus.values, conflict_at__isnull=False),
                name="ck_ticket_external_refs_conflict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.external_id}"
