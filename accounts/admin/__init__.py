"""Admin of accounts."""

from accounts.admin import access, connections, events, people, records, system, tenants

__all__ = ["access", "connections", "events", "people", "records", "system", "tenants"]
