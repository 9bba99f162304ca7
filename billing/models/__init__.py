"""Money: balances, their ledger, prices, payments, codes."""

from billing.models.balances import Balance, BalanceHold
from billing.models.codes import PromoCode, PromoCodeUsage, Referral, ReferralCode, ReferralReward
from billing.models.ledger import BalanceHour, BalanceTransaction
from billing.models.limits import BalanceWarning, LedgerProof, SpendCap
from billing.models.payments import Payment, PaymentRefund
from billing.models.prices import ServicePrice

__all__ = [
    "Balance",
    "BalanceHold",
    "BalanceHour",
    "BalanceTransaction",
    "BalanceWarning",
    "LedgerProof",
    "Payment",
    "PaymentRefund",
    "PromoCode",
    "PromoCodeUsage",
    "Referral",
    "ReferralCode",
    "ReferralReward",
    "ServicePrice",
    "SpendCap",
]
