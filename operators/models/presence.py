"""Operators: who is there, how much they can hold, and what they often say."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Timestamped, enum_check
from dialogs.enums import Channel
from operators.enums import PresenceStatus

MESSENGERS: Final = frozenset({Channel.TELEGRAM, Channel.WHATSAPP})


STALE_AFTER: Final = timedelta(seconds=45)


class PresenceQuerySet(OwnedQuerySet["OperatorPresence"]):
    """Operators' presence."""

    def stale(self, *, at: datetime) -> Self:
        """Keep those who came and are not heard of any more."""
        return self.exclude(status=PresenceStatus.OFFLINE).filter(last_heartbeat__lt=at - STALE_AFTER)

    def heard_of(self, *, at: datetime) -> Self:
        """Keep those who are there, busy or not."""
        return self.exclude(status=PresenceStatus.OFFLINE).filter(last_heartbeat__gte=at - STALE_AFTER)

    def at_the_desk(self, *, at: datetime) -> Self:
        """Keep those who can be given a conversation."""
        return self.heard_of(at=at).filter(status=PresenceStatus.ONLINE)


class OperatorPresence(Owned, Timestamped):
    """Whether a person is at the desk of a tenant, and how many conversations they can hold.

    How many they do hold is counted from the dialogs, never stored.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("operator"))
    status = models.CharField(_("status"), max_length=16, choices=PresenceStatus, default=PresenceStatus.OFFLINE)
    last_heartbeat = models.DateTimeField(_("last heard of"), null=True, blank=True)
    max_active_chats_web = models.IntegerField(_("website chats at most"), default=3)
    max_active_chats_telegram = models.IntegerField(_("messenger chats at most"), default=5)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        db_table = "operator_presence"
        verbose_name = _("operator's presence")
        verbose_name_plural = _("operators' presence")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="uq_operator_presence_tenant_user"),
            enum_check("ck_operator_presence_status", "status", PresenceStatus),
            models.CheckConstraint(
                condition=Q(max_active_chats_web__gte=0, max_active_chats_telegram__gte=0),
                name="ck_operator_presence_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_status_display()}"

    def limit_for(self, platform: str) -> int:
        """Return how many conversations of ``platform`` fit beside each other."""
        return self.max_active_chats_telegram if platform in MESSENGERS else self.max_active_chats_web
