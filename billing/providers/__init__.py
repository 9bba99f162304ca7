"""Who takes sellers' money, behind one Protocol."""

from typing import Final

from django.conf import settings

from billing.enums import Provider
from billing.errors import PaymentsOff
from billing.providers.protocol import PaymentProvider, Started, Told
from billing.providers.sandbox import Sandbox

PROVIDERS: Final[dict[str, PaymentProvider]] = {Provider.SANDBOX: Sandbox()}

__all__ = ["PROVIDERS", "PaymentProvider", "Sandbox", "Started", "Told", "connected"]


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
