"""Admin of accounts."""

from accounts.admin import access, connections, events, people, system, tenants

__all__ = ["access", "connections", "events", "people", "system", "tenants"]
