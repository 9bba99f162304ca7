"""Admin of billing."""

from billing.admin import codes, money, payments, prices

__all__ = ["codes", "money", "payments", "prices"]
