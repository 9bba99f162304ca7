"""Tickets on their way to an outside help desk."""

from datetime import datetime
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Integration, Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check
from operators.enums import MirrorStatus
from operators.models.tickets import Ticket

TROUBLES: Final = {
    "not_public": _("the address is not on the public internet"),
    "bad_address": _("this is not an address"),
    "unreachable": _("nobody answers at this address"),
    "timeout": _("it does not answer in time"),
    "bad_answer": _("it answers something else than expected"),
    "https": _("the address has to begin with https"),
    "subdomain": _("this is not a subdomain"),
    "HTTP 401": _("it does not take this e-mail and token"),
    "HTTP 403": _("it does not take this e-mail and token"),
    "HTTP 429": _("it asked us to wait"),
    "nobody": _("it does not take this e-mail and token"),
    "no_transition": _("its workflow has no way to such a status"),
    "not_found": _("No copy was found there. Look yourself before you send it again."),
}


class TicketMirrorQuerySet(OwnedQuerySet["TicketMirror"]):
    """Copies on their way."""

    def due(self, *, at: datetime) -> Self:
        """Keep what is to be sent or read back now, and what a dead worker left behind."""
        waits = Q(status__in=[MirrorStatus.PENDING, MirrorStatus.UNKNOWN], next_attempt_at__lte=at)
        return self.filter(waits | Q(status=MirrorStatus.SENDING, locked_until__lte=at))


class TicketMirror(Public, Owned, Timestamped):
    """The wish that a help desk holds a copy of a ticket, and how far it came; its uuid is the idempotency key."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="mirrors", verbose_name=_("ticket"))
    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="+", db_index=False, verbose_name=_("integration")
    )
    status = models.CharField(_("status"), max_length=16, choices=MirrorStatus, default=MirrorStatus.PENDING)
    attempts = models.IntegerField(_("attempts"), default=0)
    readings = models.IntegerField(_("times read back"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    locked_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("who")
    )

    objects = TicketMirrorQuerySet.as_manager()

    class Meta:
        db_table = "ticket_mirrors"
        verbose_name = _("ticket copy")
        verbose_name_plural = _("ticket copies")
        constraints = [
            models.UniqueConstraint(fields=["integration", "ticket"], name="uq_ticket_mirrors_integration_ticket"),
            enum_check("ck_ticket_mirrors_status", "status", MirrorStatus),
            models.CheckConstraint(condition=Q(attempts__gte=0, readings__gte=0), name="ck_ticket_mirrors_counts"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["pending", "sending", "unknown"]),
                name="ix_ticketmirror_due",
            ),
            models.Index(fields=["tenant", "-id"], name="ix_ticketmirror_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.integration_id}: {self.ticket_id} · {self.get_status_display()}"

    @property
    def trouble(self) -> str:
        """Return what went wrong, as people read it."""
        return trouble_in_words(self.error)


def trouble_in_words(code: str) -> str:
    """Return the words for a trouble that is known, or what the help desk said itself."""
    return str(TROUBLES.get(code, code))
