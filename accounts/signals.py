"""Facts about people and tenants that other apps may hear; sent after commit."""

from django.dispatch import Signal

tenant_created = Signal()
"""``tenant``: somebody opened a shop."""

user_approved = Signal()
"""``user``, ``invited``: our staff let a person in, or (``invited``) a team that was in already did."""

user_blocked = Signal()
"""``user``: our staff shut a person out; end their sessions, sockets and calls."""

member_joined = Signal()
"""``user``, ``tenant``: a person accepted an invitation."""

member_removed = Signal()
"""``user``, ``tenant``: a person is no longer in the team; end their sockets."""

setting_changed = Signal()
"""``category``, ``key``: our staff changed a setting of the system."""
