"""What is asked of a payment provider."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from billing.enums import PaymentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid; ``key`` makes repeats of a lost call harmless."""

    key: UUID
    amount: Decimal
    currency: str
    description: str
    return_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A payment the provider knows: its number there, and the page where it is paid."""

    number: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the provider says of a payment."""

    status: PaymentStatus
    amount: Decimal
    currency: str


class PaymentProvider(Protocol):
    """A gateway to whoever takes the money. Calls have time limits and raise ``ProviderError``."""

    def start(self, order: Order) -> Started:
        """Make the payment known; the same ``order.key`` returns the same payment."""
        ...

    def ask(self, number: str) -> Told:
        """Return the state of a payment."""
        ...
