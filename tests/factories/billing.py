"""Money, without surprises. The ledger is filled by services only."""

from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import factory
from django.apps import apps
from factory.django import DjangoModelFactory

from billing import services
from billing.enums import PromoType, Provider
from billing.models import Balance, Payment, PromoCode, ServicePrice
from tests.factories.accounts import TenantFactory

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def set_first_prices() -> None:
    """Bring back the prices of the first day where a test before erased them."""
    first_prices = import_module("billing.migrations.0004_first_prices")
    if not ServicePrice.objects.exists():
        first_prices.set_prices(apps, None)


class BalanceFactory(DjangoModelFactory):
    """A balance of ``balance`` roubles that came by one top-up."""

    class Meta:
        model = Balance

    tenant = factory.SubFactory(TenantFactory)
    balance = Decimal(100)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Balance:
        tenant, amount = kwargs["tenant"], Decimal(kwargs["balance"])
        Balance.objects.open(tenant)
        if amount:
            services.top_up(tenant, amount=amount, key="factory", at=NOON)
        return Balance.objects.get(tenant=tenant)


class PromoCodeFactory(DjangoModelFactory):
    """A code that gives 50 roubles at once, to anybody."""

    class Meta:
        model = PromoCode

    code = factory.Sequence(lambda n: f"PROMO{n}")
    type = PromoType.FIXED_AMOUNT
    value = Decimal(50)


class PaymentFactory(DjangoModelFactory):
    """A payment the sandbox does not know."""

    class Meta:
        model = Payment

    tenant = factory.SubFactory(TenantFactory)
    provider = Provider.SANDBOX
    provider_payment_id = factory.Sequence(lambda n: f"sandbox-{n}")
    amount = Decimal(500)
