"""Prices of a moment."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing import services
from billing.enums import ServiceType
from billing.errors import BadAmount, NoPrice, PriceInThePast
from billing.models import ServicePrice
from tests.factories.billing import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_every_service_has_a_price_from_the_first_day():
    prices = {service.value: services.price_of(service, at=NOON) for service in ServiceType}

    assert prices == {
        "ai_message": Decimal("1.5"),
        "document_upload": 5,
        "bot_message": Decimal("0.1"),
        "review_reply": 2,
        "complaint_draft": 5,
        "question_reply": 2,
        "chat_reply": 2,
        "sequence_message": Decimal("0.5"),
    }


def test_a_new_price_takes_over_at_its_moment():
    services.set_price(ServiceType.AI_MESSAGE, price=Decimal("0.001"), valid_from=NOON + DAY, at=NOON)

    just_before = NOON + DAY - timedelta(microseconds=1)
    assert services.price_of(ServiceType.AI_MESSAGE, at=just_before) == Decimal("1.5")
    assert services.price_of(ServiceType.AI_MESSAGE, at=NOON + DAY) == Decimal("0.001")


@pytest.mark.parametrize("moment", [NOON - DAY, NOON + DAY])
def test_history_is_not_rewritten(moment):
    services.set_price(ServiceType.AI_MESSAGE, price=Decimal(2), valid_from=NOON + DAY, at=NOON)

    with pytest.raises(PriceInThePast):
        services.set_price(ServiceType.AI_MESSAGE, price=Decimal(3), valid_from=moment, at=NOON)

    assert ServicePrice.objects.filter(service_type="ai_message").count() == 2


@pytest.mark.parametrize("price", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("1e20")])
def test_a_price_is_a_sum_of_money(price):
    with pytest.raises(BadAmount):
        services.set_price(ServiceType.AI_MESSAGE, price=price, valid_from=NOON, at=NOON)

    assert services.price_of(ServiceType.AI_MESSAGE, at=NOON) == Decimal("1.5")


def test_a_service_that_is_not_sold_has_no_price():
    ServicePrice.objects.filter(service_type="ai_message").update(is_active=False)

    with pytest.raises(NoPrice):
        services.price_of(ServiceType.AI_MESSAGE, at=NOON)
    with pytest.raises(NoPrice):
        services.price_of(ServiceType.BOT_MESSAGE, at=NOON - timedelta(days=10_000))
