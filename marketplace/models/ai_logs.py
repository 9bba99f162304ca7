"""What models were asked to write for the Wildberries desk."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OwnedQuerySet
from config.db import Created, enum_check, money
from marketplace.enums import LoggedAction, LoggedEntity
from marketplace.models.stores import OfStore


class AiLog(OfStore, Created):
    """One call of a model about one review, chat, question or complaint."""

    usage = models.ForeignKey(
        "assistants.AiTokenUsage", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("usage")
    )
    entity_type = models.CharField(_("about a"), max_length=16, choices=LoggedEntity)
    entity_id = models.BigIntegerField(_("its id"))
    action = models.CharField(_("action"), max_length=32, choices=LoggedAction)
    prompt = models.TextField(_("prompt"), blank=True)
    response = models.TextField(_("response"), blank=True)
    model = models.CharField(_("model"), max_length=100, blank=True)
    tokens_used = models.IntegerField(_("tokens"), null=True, blank=True)
    cost_usd = models.DecimalField(_("cost, $"), max_digits=10, decimal_places=6, null=True, blank=True)
    price = money(_("price, ₽"), null=True, blank=True)
    # short enough for the btree of idx_ai_logs_error, whose rows hold 2704 bytes at most
    error = models.CharField(_("error"), max_length=500, null=True, blank=True)  # noqa: DJ001 -- null: no error
    metadata = models.JSONField(_("metadata"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "ai_logs"
        verbose_name = _("AI log entry")
        verbose_name_plural = _("AI log")
        constraints = [
            enum_check("ck_ai_logs_entity_type", "entity_type", LoggedEntity),
            enum_check("ck_ai_logs_action", "action", LoggedAction),
            models.CheckConstraint(
                condition=(Q(tokens_used=None) | Q(tokens_used__gte=0))
                & (Q(cost_usd=None) | Q(cost_usd__gte=0))
                & (Q(price=None) | Q(price__gte=0)),
                name="ck_ai_logs_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {self.get_entity_type_display()} {self.entity_id}"
