"""Facts about money that higher apps may hear; sent on commit."""

from decimal import Decimal
from functools import partial
from typing import Final

from django.db import transaction
from django.dispatch import Signal

from accounts.models import Tenant

balance_low = Signal()
"""The money available fell below LOW. Arguments: ``tenant_id``, ``available``."""

balance_exhausted = Signal()
"""The money available no longer pays for anything. Arguments: ``tenant_id``, ``available``."""

LOW: Final = Decimal(100)
EXHAUSTED: Final = Decimal(1)


def announce_level(tenant: Tenant, available: Decimal, *, before: Decimal) -> None:
    """Tell listeners when a level is crossed downwards: once per crossing."""
    for level, signal in ((LOW, balance_low), (EXHAUSTED, balance_exhausted)):
        if available < level <= before:
            transaction.on_commit(partial(signal.send, sender=Tenant, tenant_id=tenant.pk, available=available))
