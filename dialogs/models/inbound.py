"""What messengers have told already."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Created


class InboundQuerySet(OwnedQuerySet["InboundEvent"]):
    """Events of messengers."""

    def is_first(self, *, tenant_id: int, bot_id: int, key: str) -> bool:
        """Note an event and say whether it is new; the caller's transaction decides whether it stays noted."""
        return self.get_or_create(tenant_id=tenant_id, bot_id=bot_id, key=key)[1]


class InboundEvent(Owned, Created):
    """One event that a messenger delivered, so that delivering it again changes nothing."""

    bot = models.ForeignKey("assistants.BotInstance", models.CASCADE, related_name="+", verbose_name=_("bot"))
    key = models.CharField(_("id on the platform"), max_length=255)
    payload = models.JSONField(_("what is held of it"), default=dict, blank=True)

    objects = InboundQuerySet.as_manager()

    class Meta:
        db_table = "inbound_events"
        verbose_name = _("inbound event")
        verbose_name_plural = _("inbound events")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "bot", "key"], name="uq_inbound_events_tenant_bot_key"),
        ]

    def __str__(self) -> str:
        return self.key
