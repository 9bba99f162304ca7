"""Products of a store, and the rules they are worked by."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check, money
from marketplace.complaint_enums import RulePurpose
from marketplace.enums import ChatStrategy, WorkStatus
from marketplace.models.stores import OfStore, Store

RULED_RATINGS: Final = (1, 2, 3, 4)


class Product(Public, OfStore, Timestamped):
    """A card of the Wildberries catalogue."""

    wb_product_id = models.BigIntegerField(_("nmId"))
    vendor_code = models.CharField(_("vendor code"), max_length=255)
    name = models.CharField(_("name"), max_length=500)
    price = money(_("price, ₽"), null=True, blank=True)
    image_url = models.URLField(_("image"), max_length=1000, blank=True)
    review_count = models.IntegerField(_("reviews"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    work_status = models.CharField(_("work status"), max_length=16, choices=WorkStatus, default=WorkStatus.NOT_WORKING)
    compensation_method = models.TextField(_("compensation method"), blank=True)
    wb_api_data = models.JSONField(_("card as Wildberries gave it"), null=True, blank=True)
    last_review_update_date = models.DateTimeField(_("reviews synced"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "products"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "wb_product_id", "tenant"], name="uq_products_store_wb_product_id"
            ),
            enum_check("ck_products_work_status", "work_status", WorkStatus),
            models.CheckConstraint(condition=Q(wb_product_id__gt=0), name="ck_products_wb_product_id"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="ck_products_price"),
            models.CheckConstraint(condition=Q(review_count__gte=0), name="ck_products_review_count"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.wb_product_id})"


class RuleFields(models.Model):
    """What is to be done about reviews of each rating."""

    submit_complaints = models.BooleanField(_("file complaints"), default=False)
    complaint_rating_1 = models.BooleanField(_("complain about 1★"), default=False)
    complaint_rating_2 = models.BooleanField(_("complain about 2★"), default=False)
    complaint_rating_3 = models.BooleanField(_("complain about 3★"), default=False)
    complaint_rating_4 = models.BooleanField(_("complain about 4★"), default=False)
    complain_when_answered = models.BooleanField(_("complain about answered reviews too"), default=False)

    work_in_chats = models.BooleanField(_("work in chats"), default=False)
    chat_rating_1 = models.BooleanField(_("write about 1★"), default=False)
    chat_rating_2 = models.BooleanField(_("write about 2★"), default=False)
    chat_rating_3 = models.BooleanField(_("write about 3★"), default=False)
    chat_rating_4 = models.BooleanField(_("write about 4★"), default=False)
    chat_strategy = models.CharField(_("aim"), max_length=16, choices=ChatStrategy, default=ChatStrategy.BOTH)

    offer_compensation = models.BooleanField(_("offer compensation"), default=False)
    compensation_type = models.CharField(_("compensation type"), max_length=255, blank=True)
    max_compensation = money(_("at most, ₽"), null=True, blank=True)
    compensation_by = models.CharField(_("compensated by"), max_length=255, blank=True)

    class Meta:
        abstract = True

    def covers(self, purpose: RulePurpose, rating: int) -> bool:
        """Say whether reviews of this rating are worked for this purpose; compensation goes with the chat."""
        if rating not in RULED_RATINGS:
            return False
        if purpose == RulePurpose.COMPLAINT:
            return self.submit_complaints and bool(getattr(self, f"complaint_rating_{rating}"))
        is_chat = self.work_in_chats and bool(getattr(self, f"chat_rating_{rating}"))
        return is_chat and (purpose == RulePurpose.CHAT or self.offer_compensation)


def _rule_checks(table: str) -> list[models.BaseConstraint]:
    return [
        enum_check(f"ck_{table}_chat_strategy", "chat_strategy", ChatStrategy),
        models.CheckConstraint(
            condition=Q(max_compensation=None) | Q(max_compensation__gte=0), name=f"ck_{table}_max_compensation"
        ),
    ]


class ProductRule(RuleFields, OfStore, Timestamped):
    """Which reviews of a product lead to a complaint or a conversation."""

    product = models.OneToOneField(Product, models.CASCADE, related_name="rule", verbose_name=_("product"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "product_rules"
        verbose_name = _("product rule")
        verbose_name_plural = _("product rules")
        constraints = _rule_checks("product_rules")

    def __str__(self) -> str:
        return str(self.product)


class StoreRule(RuleFields, Owned, Timestamped):
    """The rule of every product of a store that has none of its own."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    store = models.OneToOneField(Store, models.CASCADE, related_name="default_rule", verbose_name=_("store"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "store_rules"
        verbose_name = _("store's default rule")
        verbose_name_plural = _("stores' default rules")
        constraints = _rule_checks("store_rules")

    def __str__(self) -> str:
        return str(self.store)
