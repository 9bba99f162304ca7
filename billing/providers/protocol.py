"""What is asked of a payment provider."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Protocol
from uuid import UUID

from billing.enums import PaymentStatus, RefundStatus
from config.errors import ProviderError


class Refused(ProviderError):
    """The provider said no, and repeating will not change that."""

    def __init__(self, detail: str) -> None:
        """Keep the provider's words."""
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid; ``key`` makes repeats of a lost call harmless.

    Args:
        key: The payment's uuid.
        number: The payment's own number.
        amount: How much.
        currency: Of what.
        description: What the person reads on the provider's page.
        return_url: Where the person goes afterwards.
        email: Where the fiscal receipt goes.
    """

    key: UUID
    number: int
    amount: Decimal
    currency: str
    description: str
    return_url: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A payment the provider knows: its number there, and the page where it is paid."""

    number: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the provider says of a payment; ``key`` is the payment's uuid as the provider was told it."""

    status: PaymentStatus
    amount: Decimal
    currency: str
    key: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What is to be given back of the payment ``number``; ``key`` makes repeats harmless for a day."""

    key: UUID
    number: str
    amount: Decimal
    currency: str
    description: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the provider says of a refund: its number there, of which payment, and how it goes."""

    number: str
    payment: str
    status: RefundStatus
    amount: Decimal
    currency: str
    reason: str = ""


class PaymentProvider(Protocol):
    """A gateway to whoever takes the money.

    Calls have time limits. They raise ``ProviderUnavailable`` when the outcome
    is unknown or nothing happened yet, and ``Refused`` when the provider said no.
    """

    gives_back: ClassVar[bool]
    """Whether refunds can be asked for here; if not, people make them in the provider's cabinet."""

    def start(self, order: Order) -> Started:
        """Make the payment known; the same ``order.key`` returns the same payment."""
        ...

    def ask(self, number: str) -> Told:
        """Return the state of a payment."""
        ...

    def give_back(self, wanted: Return) -> Returned:
        """Refund a payment in whole or in part; the same ``wanted.key`` returns the same refund."""
        ...

    def ask_return(self, number: str) -> Returned:
        """Return the state of a refund."""
        ...
