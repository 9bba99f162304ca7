"""Which sums can be moved at all."""

from decimal import Decimal
from typing import Final

from billing.errors import BadAmount

LARGEST: Final = Decimal(100_000_000)
PLACES: Final = 6


def checked(amount: Decimal, *, places: int = PLACES, largest: Decimal = LARGEST) -> Decimal:
    """Return ``amount`` if it is a positive sum that the ledger can hold exactly.

    Raises:
        BadAmount: it is a float, no number, not positive, too large or too fine.
    """
    if isinstance(amount, bool | float) or not isinstance(amount, Decimal | int):
        raise BadAmount(amount=str(amount)[:40])
    exact = Decimal(amount)
    if not exact.is_finite() or not 0 < exact <= largest or exact != round(exact, places):
        raise BadAmount(amount=str(amount)[:40])
    return exact
