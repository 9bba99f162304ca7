"""Verbs of billing.

Order of locks, everywhere: a payment, then one tenant's balance, then what
belongs to that balance (holds, uses of codes, referrals), then a promo code.
No verb locks two balances. Whoever holds a balance is alone with all of its
tenant's money, so nothing below it is ever waited for in another order.
"""

from billing.services.caps import caps_of, periods_of, set_caps
from billing.services.charging import capture, charge, expire_holds, hold, release
from billing.services.codes import redeem
from billing.services.crediting import deduct, refund, top_up
from billing.services.payments import settle, settle_open, start_payment
from billing.services.prices import price_of, set_price
from billing.services.proving import prove
from billing.services.referrals import apply_code, pay_rewards, referral_code_of
from billing.services.refunds import record_refund, refund_payment, settle_refund, settle_refunds
from billing.services.runway import watch_runway
from billing.services.warnings import tell_owners

__all__ = [
    "apply_code",
    "caps_of",
    "capture",
    "charge",
    "deduct",
    "expire_holds",
    "hold",
    "pay_rewards",
    "periods_of",
    "price_of",
    "prove",
    "record_refund",
    "redeem",
    "referral_code_of",
    "refund",
    "refund_payment",
    "release",
    "set_caps",
    "set_price",
    "settle",
    "settle_open",
    "settle_refund",
    "settle_refunds",
    "start_payment",
    "tell_owners",
    "top_up",
    "watch_runway",
]
