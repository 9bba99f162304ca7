"""Why billing says no."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


@dataclass
class InsufficientFunds(DomainError):
    """The tenant cannot pay for what it asked."""

    code, status = "insufficient_funds", 402
    message = _("{needed} ₽ is needed, {available} ₽ is available.")

    available: Decimal
    needed: Decimal


@dataclass
class SpendCapReached(InsufficientFunds):
    """The shop has spent what it lets itself spend in a day or a month."""

    code = "spend_cap_reached"
    message = _("The spending limit of {cap} ₽ is reached: {available} ₽ of it is left, {needed} ₽ is needed.")

    cap: Decimal
    kind: str


@dataclass
class BadAmount(DomainError):
    """Not a sum that can be moved: not a number, of the wrong sign, too large or too fine."""

    code, status = "bad_amount", 422
    message = _("“{amount}” is not an acceptable amount.")

    amount: str


@dataclass
class KeyReused(DomainError):
    """The idempotency key was used for something else."""

    code, status = "key_reused", 422
    message = _("The key “{key}” already stands for another amount or another kind of entry.")

    key: str


@dataclass
class HoldEnded(DomainError):
    """The reservation was taken, given back or has expired."""

    code, status = "hold_ended", 409
    message = _("This reservation is over: {state}.")

    state: str


@dataclass
class CaptureTooLarge(DomainError):
    """More was to be taken than had been reserved."""

    code, status = "capture_too_large", 422
    message = _("{held} ₽ is reserved, {wanted} ₽ was to be taken.")

    held: Decimal
    wanted: Decimal


@dataclass
class RefundTooLarge(DomainError):
    """More was to be given back than is left of the entry."""

    code, status = "refund_too_large", 422
    message = _("At most {limit} ₽ of this entry can be given back.")

    limit: Decimal


@dataclass
class NotRefundable(DomainError):
    """A refund is not itself given back."""

    code, status = "not_refundable", 409
    message = _("A refund cannot be refunded.")


@dataclass
class NoPrice(DomainError):
    """The service is not sold at this moment."""

    code, status = "no_price", 409
    message = _("The service “{service}” has no price now.")

    service: str


@dataclass
class PriceInThePast(DomainError):
    """A price starts after the current one did and not before now."""

    code, status = "price_in_the_past", 409
    message = _("A new price can start now or later, after the last known one.")


@dataclass
class PaymentsOff(DomainError):
    """No payment provider is connected."""

    code, status = "payments_off", 503
    message = _("Online top-up is not connected here.")


@dataclass
class PaymentMismatch(DomainError):
    """The provider speaks of another sum than was asked for."""

    code, status = "payment_mismatch", 409
    message = _("The payment provider reports another amount; our staff will look at it.")


@dataclass
class PaymentUnknown(DomainError):
    """The provider does not know the payment."""

    code, status = "payment_unknown", 404
    message = _("The payment provider does not know this payment.")


@dataclass
class ProviderSilent(DomainError):
    """The provider could not be reached."""

    code, status = "provider_silent", 503
    message = _("The payment provider does not answer. Try again a little later.")


@dataclass
class PaymentRefused(DomainError):
    """The provider said no to the payment or the refund."""

    code, status = "payment_refused", 409
    message = _("The payment provider refused: {detail}.")

    detail: str


@dataclass
class RefundByHand(DomainError):
    """The provider takes no orders to give money back."""

    code, status = "refund_by_hand", 409
    message = _("{provider} gives money back only in its own cabinet. Do it there, then record the refund here.")

    provider: str


@dataclass
class TooLongForWorkbook(DomainError):
    """The statement has more entries than a workbook is made of."""

    code, status = "too_long_for_workbook", 422
    message = _("A workbook holds up to {limit} entries. Choose a shorter period, or take the CSV file.")

    limit: int


@dataclass
class CodeUnknown(DomainError):
    """No promo code or invitation is spelled so."""

    code, status = "code_unknown", 404
    message = _("There is no such code. Check the spelling.")


@dataclass
class PromoInactive(DomainError):
    """The promo code is switched off or has not begun."""

    code, status = "promo_inactive", 409
    message = _("This promo code is not valid now.")


@dataclass
class PromoExpired(DomainError):
    """The promo code's time has passed."""

    code, status = "promo_expired", 409
    message = _("This promo code has expired.")


@dataclass
class PromoUsedUp(DomainError):
    """The promo code was used as often as it may be."""

    code, status = "promo_used_up", 409
    message = _("This promo code has been used up.")


@dataclass
class PromoAlreadyUsed(DomainError):
    """The tenant used the promo code."""

    code, status = "promo_already_used", 409
    message = _("You have used this promo code already.")


@dataclass
class PromoWaiting(DomainError):
    """Another promo code waits for the tenant's next top-up."""

    code, status = "promo_waiting", 409
    message = _("The code “{waiting}” waits for your next top-up; codes do not add up.")

    waiting: str


@dataclass
class ReferralRefused(DomainError):
    """The invitation is the tenant's own, or comes too late."""

    code, status = "referral_refused", 409
    message = _("An invitation works once, for a new shop of another owner, before its first top-up.")


@dataclass
class TooManyCodes(DomainError):
    """Somebody guesses codes."""

    code, status = "too_many_codes", 429
    message = _("Too many codes were tried. Wait {seconds} s.")

    seconds: int
