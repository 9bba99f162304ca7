"""What can be done with people, teams, keys, connections and settings."""

from accounts.services.access import require_role, role_of
from accounts.services.audit import record
from accounts.services.connections import (
    connect,
    credentials_of,
    disconnect,
    finish_sync,
    mark,
    masked_credentials,
    record_metric,
    start_sync,
)
from accounts.services.idempotency import begin, finish, forget, purge_idempotency_keys
from accounts.services.keys import authenticate_api_key, issue_api_key, revoke_api_key
from accounts.services.notifying import notify
from accounts.services.people import approve, block, confirm_email, link_yandex, open_tenant, register, unblock
from accounts.services.rotation import rotate_keys
from accounts.services.system import record_step, set_setting, setting
from accounts.services.team import (
    accept_invitation,
    change_role,
    invitation_for,
    invitation_token,
    invite,
    remove_member,
    revoke_invitation,
)

__all__ = [
    "accept_invitation",
    "approve",
    "authenticate_api_key",
    "begin",
    "block",
    "change_role",
    "confirm_email",
    "connect",
    "credentials_of",
    "disconnect",
    "finish",
    "finish_sync",
    "forget",
    "invitation_for",
    "invitation_token",
    "invite",
    "issue_api_key",
    "link_yandex",
    "mark",
    "masked_credentials",
    "notify",
    "open_tenant",
    "purge_idempotency_keys",
    "record",
    "record_metric",
    "record_step",
    "register",
    "remove_member",
    "require_role",
    "revoke_api_key",
    "revoke_invitation",
    "role_of",
    "rotate_keys",
    "set_setting",
    "setting",
    "start_sync",
    "unblock",
]
