"""What higher apps may hear of the keys."""

from typing import Final

from django.dispatch import Signal

# sent on commit with key_name, provider, reason (ParkedReason) and tenant_id (none for our own keys)
key_parked: Final = Signal()
