"""What services cost."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from billing.enums import ServiceType
from billing.errors import NoPrice, PriceInThePast
from billing.models import ServicePrice
from billing.services.amounts import checked


def price_of(service: ServiceType, *, at: datetime) -> Decimal:
    """Return what one unit of ``service`` costs at a moment.

    Raises:
        NoPrice: the service is not sold then.
    """
    prices = ServicePrice.objects.valid(at=at).filter(service_type=service)
    price = prices.order_by("-valid_from").values_list("price", flat=True).first()
    if price is None:
        raise NoPrice(service=str(service.label))
    return Decimal(price)


@transaction.atomic
def set_price(
    service: ServiceType, *, price: Decimal, valid_from: datetime, at: datetime, description: str = ""
) -> ServicePrice:
    """End the current price of ``service`` and begin a new one.

    Raises:
        PriceInThePast: it would begin before now or not after the latest known price.
        BadAmount: the price is not a positive sum.
    """
    known = ServicePrice.objects.filter(service_type=service, is_active=True)
    latest = known.select_for_update().order_by("-valid_from").first()
    if valid_from < at or (latest and valid_from <= latest.valid_from):
        raise PriceInThePast
    known.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    return ServicePrice.objects.create(
        service_type=service, price=checked(price), valid_from=valid_from, description=description
    )
