"""Facts about money that higher apps may hear; sent on commit."""

from django.dispatch import Signal

balance_low = Signal()
"""The balance fell below ``settings.BALANCE_LOW``, once per fall. Arguments: ``tenant_id``, ``available``, ``at``."""

balance_exhausted = Signal()
"""Something could not be paid, once until money comes in. Arguments: ``tenant_id``, ``available``, ``at``."""

spend_cap_reached = Signal()
"""A limit the shop set itself is reached, once a day or month. Arguments: ``tenant_id``, ``kind``, ``at``."""
