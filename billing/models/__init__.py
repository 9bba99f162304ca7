"""Money: balances, their ledger, prices, payments, codes."""

from billing.models.balances import Balance, BalanceHold
from billing.models.codes import PromoCode, PromoCodeUsage, Referral, ReferralCode
from billing.models.ledger import BalanceTransaction
from billing.models.payments import Payment, PaymentRefund
from billing.models.prices import ServicePrice

__all__ = [
    "Balance",
    "BalanceHold",
    "BalanceTransaction",
    "Payment",
    "PaymentRefund",
    "PromoCode",
    "PromoCodeUsage",
    "Referral",
    "ReferralCode",
    "ServicePrice",
]
