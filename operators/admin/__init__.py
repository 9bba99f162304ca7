"""Operators, handoffs and tickets in the admin."""

from operators.admin import desk, tickets

__all__ = ["desk", "tickets"]
