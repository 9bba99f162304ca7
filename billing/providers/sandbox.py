"""A bank without money: for demonstrations and tests, never on by itself on a secure site.

It keeps its own books, apart from ours, for two days in the cache.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar, Final

from django.core.cache import cache
from django.urls import reverse
from redis.exceptions import RedisError

from billing.enums import PaymentStatus, RefundStatus
from billing.errors import PaymentUnknown
from billing.providers.protocol import Order, Return, Returned, Started, Told
from config.errors import ProviderUnavailable

KEPT_FOR: Final = 2 * 24 * 3600


class Sandbox:
    """Payments that one click pays or cancels."""

    gives_back: ClassVar[bool] = True

    def start(self, order: Order) -> Started:
        """Note the payment and where the person goes back to."""
        number = f"sandbox-{order.key}"
        told = Told(status=PaymentStatus.PENDING, amount=order.amount, currency=order.currency)
        with _books():
            cache.add(_slot(number), (told, order.return_url), KEPT_FOR)
        return Started(number=number, page=reverse("sandbox_payment", args=[order.key]))

    def ask(self, number: str) -> Told:
        """Return the payment as it is in the sandbox's books."""
        return self._known(number)[0]

    def give_back(self, wanted: Return) -> Returned:
        """Give back at once; the number holds all there is to know."""
        return Returned(
            number=f"sandbox-refund-{wanted.key}",
            payment=wanted.number,
            status=RefundStatus.SUCCEEDED,
            amount=wanted.amount,
            currency=wanted.currency,
        )

    def ask_return(self, number: str) -> Returned:
        """Refuse: a refund here is over when it begins."""
        raise PaymentUnknown

    def decide(self, number: str, status: PaymentStatus) -> str:
        """Pay or cancel, as the person clicked; return where they go back to. A decision stands."""
        told, return_url = self._known(number)
        if told.status == PaymentStatus.PENDING:
            with _books():
                cache.set(_slot(number), (replace(told, status=status), return_url), KEPT_FOR)
        return return_url

    def _known(self, number: str) -> tuple[Told, str]:
        with _books():
            known: tuple[Told, str] | None = cache.get(_slot(number))
        if known is None:
            raise PaymentUnknown
        return known


@contextmanager
def _books() -> Iterator[None]:
    """Say in the words of providers that the cache does not answer."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise ProviderUnavailable from error


def _slot(number: str) -> str:
    return f"billing.sandbox:{number}"
