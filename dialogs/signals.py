"""Facts about dialogs that higher apps may hear; sent on commit."""

from django.dispatch import Signal

operator_requested = Signal()
"""A person is wanted. Arguments: ``dialog_id``, ``reason`` (HandoffReason), ``request_id``, ``at``."""

message_received = Signal()
"""A customer wrote. Arguments: ``dialog_id``, ``message_id``."""

dialog_closed = Signal()
"""A conversation ended. Arguments: ``dialog_id``."""

dialogs_erased = Signal()
"""A customer had their conversations erased. Arguments: ``dialog_ids``."""

operator_answered = Signal()
"""A person wrote to the customer. Arguments: ``message_id``."""
