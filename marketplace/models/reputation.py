"""Reviews counted by day, so that a million of them draw a chart at once."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OwnedQuerySet
from marketplace.models.products import Product
from marketplace.models.stores import OfStore, Store

STARS: Final = (1, 2, 3, 4, 5)


class ReviewDay(OfStore):
    """How one product was reviewed on one day of the seller's calendar."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", db_index=False, verbose_name=_("store"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    day = models.DateField(_("day"))
    stars_1 = models.IntegerField(_("1★"), default=0)
    stars_2 = models.IntegerField(_("2★"), default=0)
    stars_3 = models.IntegerField(_("3★"), default=0)
    stars_4 = models.IntegerField(_("4★"), default=0)
    stars_5 = models.IntegerField(_("5★"), default=0)
    answered = models.IntegerField(_("answered"), default=0)
    answer_seconds = models.BigIntegerField(_("seconds until answers, in all"), default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "review_days"
        verbose_name = _("reviews of a day")
        verbose_name_plural = _("reviews by day")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "store", "product", "day"], name="uq_review_days_product_day"),
            models.CheckConstraint(
                condition=Q(**{f"stars_{star}__gte": 0 for star in STARS}, answered__gte=0, answer_seconds__gte=0),
                name="ck_review_days_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} · {self.day}"


class TopicDay(OfStore):
    """How often bad reviews of one product named one topic on one day."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", db_index=False, verbose_name=_("store"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    topic = models.CharField(_("topic"), max_length=32)
    day = models.DateField(_("day"))
    count = models.IntegerField(_("reviews"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "review_topic_days"
        verbose_name = _("topic of a day")
        verbose_name_plural = _("topics by day")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "store", "product", "topic", "day"], name="uq_review_topic_days_product_topic_day"
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="ck_review_topic_days_count"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} · {self.topic} · {self.day}"
