"""Why billing says no."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


@dataclass
class InsufficientFunds(DomainError):
    """The tenant cannot pay for what it asked."""

    code, status = "insufficient_funds", 402
    message = _("The balance has {available} ₽ to spend, {needed} ₽ is needed.")
    available: Decimal
    needed: Decimal


@dataclass
class BadAmount(DomainError):
    """The amount is not one that money can be moved by."""

    code, status = "bad_amount", 400
    message = _("The amount {amount} is not acceptable.")
    amount: str


@dataclass
class KeyReused(DomainError):
    """The same key names another movement."""

    code, status = "key_reused", 422
    message = _("The key “{key}” was used for another amount or kind.")
    key: str


@dataclass
class HoldEnded(DomainError):
    """The reservation was given back and cannot be taken any more."""

    code, status = "hold_ended", 409
    message = _("The reservation is {state}.")
    state: str


@dataclass
class NoPrice(DomainError):
    """Nobody set a price for the service."""

    code, status = "no_price", 409
    message = _("There is no price for “{service}”.")
    service: str


@dataclass
class RefundTooLarge(DomainError):
    """More is asked back than was taken."""

    code, status = "refund_too_large", 409
    message = _("At most {limit} ₽ can be refunded.")
    limit: Decimal
