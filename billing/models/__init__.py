"""Balances, the ledger, reservations, prices, payments, promo codes and referrals."""

from billing.models.ledger import Balance, BalanceHold, BalanceTransaction, ServicePrice
from billing.models.payments import Payment, PromoCode, PromoCodeUsage, Referral, ReferralCode

__all__ = [
    "Balance",
    "BalanceHold",
    "BalanceTransaction",
    "Payment",
    "PromoCode",
    "PromoCodeUsage",
    "Referral",
    "ReferralCode",
    "ServicePrice",
]
