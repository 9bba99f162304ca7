"""Rows of billing for the probe of ``tests/test_tenancy.py``."""

from decimal import Decimal

from billing import services
from billing.models import Payment
from tests.factories.billing import NOON, BalanceFactory


def entry(tenant):
    BalanceFactory(tenant=tenant)
    return {"uuid": services.top_up(tenant, amount=Decimal(5), key="probe", at=NOON).uuid}


def payment(tenant):
    known = Payment.objects.of(tenant).first()
    return {"uuid": (known or services.start_payment(tenant, amount=Decimal(500), return_page=str, at=NOON)).uuid}


CASES = {
    "transaction-detail": entry,
    "payment-detail": payment,
    "payment": payment,
    "sandbox_payment": payment,
}
