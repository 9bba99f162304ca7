"""Keys with which programs call the API."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.enums import Role, Scope, SettingCategory
from accounts.errors import TooManyKeys
from accounts.models import ApiKey, Tenant, User
from accounts.services.access import require_role
from accounts.services.audit import record
from accounts.services.system import setting

MARK: Final = "otk_"
PREFIX_LENGTH: Final = 12
USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)


@transaction.atomic
def issue_api_key(
    tenant: Tenant,
    *,
    name: str,
    scopes: Iterable[Scope],
    created_by: User | None,
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which is shown once and kept nowhere.

    Raises:
        RoleRequired: ``created_by`` is no administrator.
        TooManyKeys: the tenant has enough of them.
    """
    if created_by is not None:
        require_role(created_by, tenant, Role.ADMIN)
    limit = setting(SettingCategory.LIMITS, "api_keys")
    if ApiKey.objects.of(tenant).live(at=at).count() >= limit:
        raise TooManyKeys(limit=limit)
    secret = MARK + token_urlsafe(32)
    key = ApiKey.objects.create(
        tenant=tenant,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        key_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        created_by=created_by,
        created_at=at,
        expires_at=expires_at,
    )
    record("key.issued", tenant=tenant, by=created_by, target=key, after={"scopes": key.scopes, "expires": expires_at})
    return key, secret


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: User | None, at: datetime) -> None:
    """End a key for good.

    Raises:
        RoleRequired: ``by`` is no administrator.
    """
    if by is not None:
        require_role(by, key.tenant, Role.ADMIN)
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        key.revoked_at = at
        record("key.revoked", tenant=key.tenant_id, by=by, target=key)


def authenticate_api_key(secret: str, *, at: datetime) -> ApiKey | None:
    """Return the live key with this text; its last use is noted once a minute at most."""
    if not secret.startswith(MARK):
        return None
    key = ApiKey.objects.live(at=at).select_related("tenant").filter(key_hash=_hash(secret)).first()
    if key is not None and (key.last_used_at is None or key.last_used_at < at - USE_IS_NOTED_EVERY):
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=at - USE_IS_NOTED_EVERY)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=at)
        key.last_used_at = at
    return key


def _hash(secret: str) -> str:
    """Return SHA-256: the key has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
