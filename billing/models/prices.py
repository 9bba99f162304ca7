"""What services cost, and since when."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.enums import ServiceType
from billing.models.ledger import LIMIT
from config.db import Timestamped, enum_check, money


class PriceQuerySet(models.QuerySet["ServicePrice"]):
    """Prices."""

    def valid(self, *, at: datetime) -> Self:
        """Keep the prices of one moment."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), is_active=True, valid_from__lte=at)

    def coming(self, *, at: datetime) -> Self:
        """Keep the prices that begin later."""
        return self.filter(is_active=True, valid_from__gt=at)

    def past(self, *, at: datetime) -> Self:
        """Keep the prices that are over."""
        return self.filter(is_active=True, valid_to__lte=at)


class ServicePrice(Timestamped):
    """The price of one service from one moment to another; periods of a service do not overlap."""

    service_type = models.CharField(_("service"), max_length=32, choices=ServiceType)
    price = money(_("price, ₽"))
    description = models.CharField(_("description"), max_length=255, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("to"), null=True, blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        db_table = "service_prices"
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["service_type"],
                condition=Q(valid_to__isnull=True, is_active=True),
                name="uq_service_prices_service_type_current",
            ),
            enum_check("ck_service_prices_service_type", "service_type", ServiceType),
            models.CheckConstraint(condition=Q(price__gt=0, price__lt=LIMIT), name="ck_service_prices_price"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="ck_service_prices_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_type_display()} · {self.price.normalize():f} ₽"
