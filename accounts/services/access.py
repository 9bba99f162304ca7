"""Who may do what in a tenant."""

from typing import Any, Final

from accounts.enums import Role, Scope
from accounts.errors import RoleRequired
from accounts.models import ApiKeyPrincipal, Tenant, User

RANK: Final = {None: 0, Role.USER: 1, Role.OPERATOR: 2, Role.ADMIN: 3}


def role_of(principal: Any, tenant: Tenant | None) -> Role | None:
    """Return the role of a person or an API key in ``tenant``; none for strangers.

    A key with the scope ``all`` acts as an administrator, one that only reads
    as a viewer, any other as an operator; where it may go at all is decided by
    its scopes.
    """
    if not tenant or not getattr(principal, "is_authenticated", False):
        return None
    if isinstance(principal, ApiKeyPrincipal):
        if principal.tenant_id != tenant.pk:
            return None
        if Scope.ALL in principal.scopes:
            return Role.ADMIN
        return Role.USER if principal.scopes == frozenset({Scope.READ}) else Role.OPERATOR
    if not (principal.is_active and principal.is_approved):
        return None
    person: User = principal
    return person.role_in(tenant)


def require_role(principal: Any, tenant: Tenant | None, role: Role) -> None:
    """Let only members with at least ``role`` pass.

    Raises:
        RoleRequired: the principal's role is smaller.
    """
    if RANK[role_of(principal, tenant)] < RANK[role]:
        raise RoleRequired(role=str(role.label))
