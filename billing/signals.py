"""Facts about money that higher apps may hear; sent on commit."""

from django.dispatch import Signal

balance_low = Signal()
"""The balance fell below ``settings.BALANCE_LOW``, once per fall. Arguments: ``tenant_id``, ``available``, ``at``."""

balance_exhausted = Signal()
"""Something could not be paid, once until money comes in. Arguments: ``tenant_id``, ``available``, ``at``."""
