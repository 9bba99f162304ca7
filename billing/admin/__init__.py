"""Admin of billing."""

from billing.admin import codes, limits, money, payments, prices

__all__ = ["codes", "limits", "money", "payments", "prices"]
