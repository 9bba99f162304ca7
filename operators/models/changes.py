"""What goes to and comes from the copy of a ticket, each piece once."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Direction
from accounts.models import Integration, Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check
from operators.enums import INBOUND_MAIL, ChangeKind, MailStatus, TicketStatus
from operators.models.mirrors import trouble_in_words
from operators.models.tickets import TicketExternalRef, TicketMessage


class RefChangeQuerySet(OwnedQuerySet["RefChange"]):
    """Changes."""

    def due(self, *, at: datetime) -> Self:
        """Keep what is to be sent or read back now, and what a dead worker left behind."""
        waits = Q(status__in=[MailStatus.PENDING, MailStatus.UNKNOWN], next_attempt_at__lte=at)
        return self.filter(waits | Q(status=MailStatus.SENDING, locked_until__lte=at))

    def stuck(self) -> Self:
        """Keep what a person has to look at."""
        return self.filter(direction=Direction.OUTBOUND, status=MailStatus.FAILED)


class RefChange(Public, Owned, Timestamped):
    """A comment or a status on its way to an outside help desk, or one that came from there."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="+", db_index=False, verbose_name=_("integration")
    )
    ref = models.ForeignKey(
        TicketExternalRef,
        models.CASCADE,
        related_name="changes",
        null=True,
        blank=True,
        verbose_name=_("outside ticket"),
    )
    message = models.ForeignKey(
        TicketMessage, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("message")
    )
    direction = models.CharField(_("direction"), max_length=16, choices=Direction)
    kind = models.CharField(_("kind"), max_length=16, choices=ChangeKind)
    key = models.CharField(_("told once as"), max_length=128)
    wanted = models.CharField(_("status"), max_length=32, choices=TicketStatus, blank=True)
    external_id = models.CharField(_("id there"), max_length=64, blank=True)
    status = models.CharField(_("how it went"), max_length=16, choices=MailStatus, default=MailStatus.PENDING)
    attempts = models.IntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    locked_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = RefChangeQuerySet.as_manager()

    class Meta:
        db_table = "ticket_ref_changes"
        verbose_name = _("change of an outside ticket")
        verbose_name_plural = _("changes of outside tickets")
        constraints = [
            models.UniqueConstraint(fields=["integration", "key"], name="uq_ticket_ref_changes_integration_key"),
            enum_check("ck_ticket_ref_changes_direction", "direction", Direction),
            enum_check("ck_ticket_ref_changes_kind", "kind", ChangeKind),
            enum_check("ck_ticket_ref_changes_status", "status", MailStatus),
            models.CheckConstraint(
                condition=Q(wanted__in=["", *TicketStatus.values]), name="ck_ticket_ref_changes_wanted"
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.INBOUND, status__in=INBOUND_MAIL)
                | (Q(direction=Direction.OUTBOUND, ref__isnull=False) & ~Q(status__in=INBOUND_MAIL)),
                name="ck_ticket_ref_changes_status_of_direction",
            ),
            models.CheckConstraint(condition=Q(attempts__gte=0), name="ck_ticket_ref_changes_attempts"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["pending", "sending", "unknown"]),
                name="ix_refchange_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.get_kind_display()}"

    @property
    def mark(self) -> str:
        """Return what the text of a comment ends with, so that it is recognised when it is read back or comes back."""
        return f"[otklik {self.uuid.hex[-12:]}]"

    @property
    def trouble(self) -> str:
        """Return what went wrong, as people read it."""
        return trouble_in_words(self.error)
