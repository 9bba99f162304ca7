"""Who takes sellers' money, behind one Protocol."""

from typing import Final

from django.conf import settings

from billing.enums import Provider
from billing.errors import PaymentsOff
from billing.providers.protocol import Order, PaymentProvider, Started, Told
from billing.providers.sandbox import Sandbox

SANDBOX: Final = Sandbox()
PROVIDERS: Final[dict[str, PaymentProvider]] = {Provider.SANDBOX: SANDBOX}

__all__ = ["PROVIDERS", "SANDBOX", "Order", "PaymentProvider", "Started", "Told", "chosen", "connected"]


def connected() -> Provider | None:
    """Return who takes new payments here."""
    return Provider.SANDBOX if settings.PAYMENT_SANDBOX else None


def chosen() -> Provider:
    """Return who takes new payments here.

    Raises:
        PaymentsOff: nobody does.
    """
    provider = connected()
    if provider is None:
        raise PaymentsOff
    return provider
