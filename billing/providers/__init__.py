"""Who takes sellers' money, behind one Protocol."""

from typing import Final

from django.conf import settings

from billing.enums import Provider
from billing.errors import PaymentsOff
from billing.providers.protocol import Order, PaymentProvider, Refused, Return, Returned, Started, Told
from billing.providers.robokassa import Robokassa
from billing.providers.sandbox import Sandbox
from billing.providers.yookassa import YooKassa

SANDBOX: Final = Sandbox()
ROBOKASSA: Final = Robokassa()
PROVIDERS: Final[dict[str, PaymentProvider]] = {
    Provider.SANDBOX: SANDBOX,
    Provider.YOOKASSA: YooKassa(),
    Provider.ROBOKASSA: ROBOKASSA,
}

__all__ = [
    "PROVIDERS",
    "ROBOKASSA",
    "SANDBOX",
    "Order",
    "PaymentProvider",
    "Refused",
    "Return",
    "Returned",
    "Started",
    "Told",
    "chosen",
    "connected",
]


def connected() -> list[Provider]:
    """Return who takes new payments here, the first one by default; the sandbox only where nobody else does."""
    real = {
        Provider.YOOKASSA: settings.YOOKASSA.is_connected,
        Provider.ROBOKASSA: settings.ROBOKASSA.is_connected,
    }
    found = [provider for provider, is_connected in real.items() if is_connected]
    return found or ([Provider.SANDBOX] if settings.PAYMENT_SANDBOX else [])


def chosen(wanted: str = "") -> Provider:
    """Return who takes a new payment: the one that is wanted, or the first.

    Raises:
        PaymentsOff: nobody does, or not the one that is wanted.
    """
    found = connected()
    if not found or (wanted and wanted not in found):
        raise PaymentsOff
    return Provider(wanted) if wanted else found[0]
