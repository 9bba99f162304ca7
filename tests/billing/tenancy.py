"""Which row each address of billing is about."""

from billing.models import BalanceTransaction
from tests.factories.billing import BalanceFactory, PaymentFactory


def a_transaction(tenant):
    BalanceFactory(tenant=tenant, balance=10)
    return {"uuid": BalanceTransaction.objects.of(tenant).get().uuid}


def a_payment(tenant):
    return {"uuid": PaymentFactory(tenant=tenant).uuid}


CASES = {
    "payment": a_payment,
    "payment-detail": a_payment,
    "sandbox_payment": a_payment,
    "transaction-detail": a_transaction,
}
PUBLIC = {"invitation_link": "whoever is invited follows it before there is an account"}
