"""Admin of accounts."""

from accounts.admin import access, connections, events, office, people, records, system, tenants

__all__ = ["access", "connections", "events", "office", "people", "records", "system", "tenants"]
