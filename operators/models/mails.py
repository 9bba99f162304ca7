"""Letters about tickets: those that came, and those on their way."""

from datetime import datetime
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Direction
from accounts.models import Integration, Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check
from operators.enums import INBOUND_MAIL, MailStatus
from operators.models.tickets import Ticket, TicketMessage

TROUBLES: Final = {
    "not_public": _("the address is not on the public internet"),
    "bad_address": _("this is not an address"),
    "unreachable": _("nobody answers at this address"),
    "timeout": _("it does not answer in time"),
    "bad_answer": _("it answers something else than expected"),
    "nobody": _("it does not take this user name and password"),
    "silent": _("the connection broke before the server said whether it took the letter"),
    "bounced": _("the customer's mail server gave the letter back"),
    "auto_reply": _("a machine wrote it"),
    "bounce": _("it reports that a letter was not delivered"),
    "own": _("we wrote it ourselves"),
    "flood": _("too many letters from one address"),
    "unreadable": _("it has no readable sender"),
}


class TicketMailQuerySet(OwnedQuerySet["TicketMail"]):
    """Letters."""

    def due(self, *, at: datetime) -> Self:
        """Keep what is to be sent now, and what a dead worker left behind."""
        waits = Q(status=MailStatus.PENDING, next_attempt_at__lte=at)
        return self.filter(waits | Q(status=MailStatus.SENDING, locked_until__lte=at))


class TicketMail(Public, Owned, Timestamped):
    """One letter, known by its Message-ID: taken in once, sent once."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    integration = models.ForeignKey(
        Integration, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("mailbox")
    )
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="mails", null=True, blank=True, verbose_name=_("ticket")
    )
    message = models.ForeignKey(
        TicketMessage, models.SET_NULL, related_name="mails", null=True, blank=True, verbose_name=_("message")
    )
    direction = models.CharField(_("direction"), max_length=16, choices=Direction)
    letter_id = models.CharField("Message-ID", max_length=255)
    answers_to = models.CharField("In-Reply-To", max_length=255, blank=True)
    from_address = models.CharField(_("from"), max_length=254, blank=True)
    to_address = models.CharField(_("to"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)
    status = models.CharField(_("status"), max_length=16, choices=MailStatus, default=MailStatus.PENDING)
    attempts = models.IntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    locked_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = TicketMailQuerySet.as_manager()

    class Meta:
        db_table = "ticket_mails"
        verbose_name = _("letter about a ticket")
        verbose_name_plural = _("letters about tickets")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "letter_id"], name="uq_ticket_mails_tenant_letter_id"),
            enum_check("ck_ticket_mails_direction", "direction", Direction),
            enum_check("ck_ticket_mails_status", "status", MailStatus),
            models.CheckConstraint(
                condition=Q(direction=Direction.INBOUND, status__in=INBOUND_MAIL)
                | (Q(direction=Direction.OUTBOUND) & ~Q(status__in=INBOUND_MAIL)),
                name="ck_ticket_mails_status_of_direction",
            ),
            models.CheckConstraint(condition=Q(attempts__gte=0), name="ck_ticket_mails_attempts"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status__in=["pending", "sending"]), name="ix_ticketmail_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.subject}"

    @property
    def trouble(self) -> str:
        """Return what went wrong, as people read it."""
        return str(TROUBLES.get(self.error, self.error))
