"""Writing down who did what, with before and after."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKeyPrincipal, AuditEntry, Tenant, User

HIDDEN: Final = "•••"
SECRET_WORDS: Final = ("password", "secret", "token", "credential", "encrypted", "hash")
LONGEST: Final = 2_000
_actions: Final[dict[str, Any]] = {
    "setting.changed": _("Changed a setting of the system"),
    "setting.reverted": _("Took back a change of a setting"),
    "team.invited": _("Invited a person"),
    "team.invitation_revoked": _("Withdrew an invitation"),
    "team.joined": _("Joined the team"),
    "team.role_changed": _("Gave a member another role"),
    "team.removed": _("Took a person out of the team"),
    "team.left": _("Left the team"),
    "team.owner_changed": _("Made another person the owner"),
    "key.issued": _("Made an API key"),
    "key.revoked": _("Revoked an API key"),
    "person.approved": _("Let a person in"),
    "person.blocked": _("Blocked a person"),
    "person.unblocked": _("Unblocked a person"),
    "shop.changed": _("Changed the shop"),
    "integration.connected": _("Connected a platform"),
    "integration.disconnected": _("Disconnected a platform"),
    "data.export_requested": _("Asked for an export of the data"),
    "data.exported": _("Downloaded an export of the data"),
    "data.deletion_requested": _("Asked for the deletion of the shop"),
    "data.deletion_cancelled": _("Took the deletion of the shop back"),
    "data.erased": _("Erased a shop"),
    "data.retention_changed": _("Changed how long data is kept"),
    "security.sessions_ended": _("Ended sessions"),
    "security.second_factor": _("Changed whether members need a second step"),
    "webhook.created": _("Made a webhook address"),
    "webhook.changed": _("Changed a webhook address"),
    "webhook.deleted": _("Deleted a webhook address"),
}


def describe(actions: Mapping[str, Any]) -> None:
    """Name the deeds of a higher app in words; called from ``AppConfig.ready()``."""
    _actions.update(actions)


def label_of(action: str) -> str:
    """Return a deed in words."""
    return str(_actions.get(action, action))


def actions() -> list[tuple[str, str]]:
    """Return every deed with its words, for a filter."""
    return sorted(((name, str(words)) for name, words in _actions.items()), key=lambda each: each[1])


def record(
    action: str,
    *,
    tenant: Tenant | int | None,
    by: Any,
    target: Any = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write a deed down, in the transaction that makes it true.

    Args:
        action: What was done, as ``"team.invited"``; its words come from ``describe``.
        tenant: The shop it concerns, or None for the whole system.
        by: The person or API key; None for the system itself.
        target: The row it was done with, or words.
        before: What was, by name; only what changed is kept.
        after: What is now.
    """
    was, now_is = _difference(before or {}, after or {})
    facts = structlog.contextvars.get_contextvars()
    is_row = isinstance(target, models.Model)
    person = by if isinstance(by, User) else None
    return AuditEntry.objects.create(
        tenant_id=tenant.pk if isinstance(tenant, Tenant) else tenant,
        actor=person,
        actor_name=_name_of(by),
        action=action,
        target=str(target)[:255],
        target_type=target._meta.db_table if is_row else "",
        target_key=str(getattr(target, "uuid", None) or target.pk or "") if is_row else "",
        before=was,
        after=now_is,
        ip=facts.get("ip") or None,
        request_id=str(facts.get("request_id", ""))[:64],
    )


def snapshot(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the present values of some columns, to be compared after a change."""
    return {name: getattr(row, name) for name in names}


def _name_of(by: Any) -> str:
    if isinstance(by, User):
        return (f"{by.full_name} <{by.email}>" if by.full_name else by.email)[:255]
    if isinstance(by, ApiKeyPrincipal):
        return f"API: {by}"[:255]
    return "Otklik"


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: _kept(name, before[name]) for name in names if name in before},
        {name: _kept(name, after[name]) for name in names if name in after},
    )


def _kept(name: str, value: Any) -> Any:
    """Return what may be remembered: never a secret, never a book."""
    if value is None or isinstance(value, bool | int):
        return value
    if any(word in name.lower() for word in SECRET_WORDS):
        return HIDDEN
    if isinstance(value, models.Model | Promise):
        value = str(value)
    return value[:LONGEST] if isinstance(value, str) else value
