"""What is drafted and sent by itself, and how many drafts are written at once."""

from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Timestamped, enum_check
from marketplace.models.products import Product
from marketplace.models.stores import OfStore, Store
from marketplace.replies import ReplyMode

RATINGS: Final = (1, 2, 3, 4, 5)


def _mode(verbose_name: Any) -> "models.CharField[Any, Any]":
    return models.CharField(verbose_name, max_length=8, choices=ReplyMode, default=ReplyMode.OFF)


class ReplyRule(OfStore, Timestamped):
    """What happens to new reviews of one product, or of a store's products without a rule of their own."""

    store = models.ForeignKey(
        Store, models.CASCADE, related_name="reply_rules", db_index=False, verbose_name=_("store")
    )
    product = models.ForeignKey(
        Product, models.CASCADE, related_name="reply_rules", null=True, blank=True, verbose_name=_("product")
    )
    rating_1 = _mode(_("1★"))
    rating_2 = _mode(_("2★"))
    rating_3 = _mode(_("3★"))
    rating_4 = _mode(_("4★"))
    rating_5 = _mode(_("5★"))
    questions = _mode(_("Questions"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "reply_rules"
        verbose_name = _("rule for replies")
        verbose_name_plural = _("rules for replies")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "store", "product"], nulls_distinct=False, name="uq_reply_rules_store_product"
            ),
            *(enum_check(f"ck_reply_rules_rating_{stars}", f"rating_{stars}", ReplyMode) for stars in RATINGS),
            models.CheckConstraint(
                condition=Q(questions__in=[ReplyMode.OFF, ReplyMode.DRAFT]), name="ck_reply_rules_questions"
            ),
        ]

    def __str__(self) -> str:
        return str(self.product or self.store)

    def mode(self, rating: int) -> ReplyMode:
        """Return what happens to a review with so many stars."""
        return ReplyMode(getattr(self, f"rating_{rating}"))


class WritingSlot(Owned):
    """A place at a tenant's desk: who holds it may ask a model."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    number = models.SmallIntegerField(_("number"))
    holder = models.UUIDField(_("holder"))
    locked_until = models.DateTimeField(_("leased until"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "writing_slots"
        verbose_name = _("place for a draft")
        verbose_name_plural = _("places for drafts")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="uq_writing_slots_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="ck_writing_slots_number"),
        ]

    def __str__(self) -> str:
        return str(self.number)
