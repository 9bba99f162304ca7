"""Admin of accounts."""

from accounts.admin import access, connections, people, system, tenants

__all__ = ["access", "connections", "people", "system", "tenants"]
