"""Who may call the API.

A view says more with plain attributes:

``write_role``   the role that unsafe methods need (default: operator)
``read_role``    the role that safe methods need (default: viewer)
``key_scopes``   ``{action or method name: {Scope, …}}``: keys with one of these
                 scopes may do this, besides those with ``all`` and, for safe
                 methods, ``read``
``people_only``  programs may read here, never write
``only_scope``   keys with this scope may do everything here, and no other key
                 anything, not even one with ``all``
"""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.enums import Role, Scope
from accounts.errors import ApprovalRequired, EmailUnconfirmed, PersonRequired, RoleRequired, ScopeRequired
from accounts.models import ApiKeyPrincipal, Tenant
from accounts.services import require_role


class IsApprovedMember(BasePermission):
    """An approved person with the role, or a key with the scope, that the request needs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let in, refuse with the reason, or (False) ask who it is."""
        principal: Any = request.user
        if not principal.is_authenticated:
            return False
        if isinstance(principal, ApiKeyPrincipal):
            _check_key(principal, request, view)
        else:
            if not principal.is_email_confirmed:
                raise EmailUnconfirmed
            if not principal.is_approved:
                raise ApprovalRequired
        tenant: Tenant | None = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        role = needed_role(request, view)
        if tenant:
            if role is not Role.USER and not getattr(view, "detail", False):
                require_role(principal, tenant, role)
        elif not getattr(view, "works_without_tenant", False):
            raise RoleRequired(role=str(role.label))
        return True

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """Ask for the role in the tenant the row belongs to, which may be another than the current one."""
        role = needed_role(request, view)
        tenant = obj if isinstance(obj, Tenant) else getattr(obj, "tenant", None)
        if role is not Role.USER and tenant is not None:
            require_role(request.user, tenant, role)
        return True


def needed_role(request: Request, view: Any) -> Role:
    """Return the role that this request needs."""
    if request.method in SAFE_METHODS:
        return getattr(view, "read_role", Role.USER)
    return getattr(view, "write_role", Role.OPERATOR)


def _check_key(principal: ApiKeyPrincipal, request: Request, view: Any) -> None:
    is_safe = request.method in SAFE_METHODS
    if (only := getattr(view, "only_scope", None)) is not None:
        if only not in principal.scopes:
            raise ScopeRequired
        return
    if getattr(view, "people_only", False) and not is_safe:
        raise PersonRequired
    action = getattr(view, "action", None) or (request.method or "").lower()
    allowed = {Scope.ALL} | ({Scope.READ} if is_safe else set()) | set(getattr(view, "key_scopes", {}).get(action, ()))
    if not allowed & principal.scopes:
        raise ScopeRequired
