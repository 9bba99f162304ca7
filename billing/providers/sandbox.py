"""A bank without money: for demonstrations and tests, never on by itself on a secure site.

It keeps its own books, apart from ours, for two days in the cache.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from django.core.cache import cache
from django.urls import reverse

from billing.enums import PaymentStatus
from billing.errors import PaymentUnknown
from billing.providers.protocol import Order, Started, Told

KEPT_FOR: Final = 2 * 24 * 3600


class Sandbox:
    """Payments that one click pays or cancels."""

    def start(self, order: Order) -> Started:
        """Note the payment and where the person goes back to."""
        number = f"sandbox-{order.key}"
        told = Told(status=PaymentStatus.PENDING, amount=order.amount, currency=order.currency)
        cache.add(_slot(number), (told, order.return_url), KEPT_FOR)
        return Started(number=number, page=reverse("sandbox_payment", args=[order.key]))

    def ask(self, number: str) -> Told:
        """Return the payment as it is in the sandbox's books."""
        return self._known(number)[0]

    def decide(self, number: str, status: PaymentStatus) -> str:
        """Pay or cancel, as the person clicked; return where they go back to. A decision stands."""
        told, return_url = self._known(number)
        if told.status == PaymentStatus.PENDING:
            cache.set(_slot(number), (replace(told, status=status), return_url), KEPT_FOR)
        return return_url

    def refuse_amount(self, number: str, amount: Decimal) -> None:
        """Report another amount from now on, as a broken or forged payment would."""
        told, return_url = self._known(number)
        cache.set(_slot(number), (replace(told, amount=amount), return_url), KEPT_FOR)

    def _known(self, number: str) -> tuple[Told, str]:
        known: tuple[Told, str] | None = cache.get(_slot(number))
        if known is None:
            raise PaymentUnknown(number)
        return known


def _slot(number: str) -> str:
    return f"billing.sandbox:{number}"
