"""The people of the demo shop, and how to log in as each of them."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.enums import Role
from accounts.models import Membership, Tenant, User
from config.demo.material import load

TENANT_ROLES = {"owner": Role.ADMIN, "admin": Role.ADMIN, "operator": Role.OPERATOR}


def credentials_file() -> Path:
    """Return where this installation keeps its demo passwords and key, readable by its owner only."""
    return Path(settings.DATA_ROOT) / "demo.json"


def keep(content: dict[str, Any]) -> None:
    """Write the credentials file."""
    path = credentials_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def kept() -> dict[str, Any]:
    """Return what the credentials file holds, or nothing."""
    path = credentials_file()
    content: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return content


def make_tenant(*, at: datetime) -> tuple[Tenant, list[dict[str, str]]]:
    """Create the shop's tenant and its people; return it with the log-ins."""
    shop = load("shop")
    tenant = Tenant.objects.create(name=shop["name"], slug=shop["slug"], is_demo=True)
    logins = []
    for row in load("team"):
        password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        person = User.objects.create_user(
            row["email"],
            password,
            full_name=row["full_name"],
            is_approved=True,
            approved_at=at,
            is_email_confirmed=True,
            is_staff=row["role"] == "staff",
            is_superuser=row["role"] == "staff",
            onboarding_completed=True,
            onboarding_step=5,
        )
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        if row["role"] in TENANT_ROLES:
            Membership.objects.create(tenant=tenant, user=person, role=TENANT_ROLES[row["role"]])
        if row["role"] == "owner":
            Tenant.objects.filter(pk=tenant.pk).update(owner=person)
        logins.append({"role": row["role"], "email": row["email"], "password": password})
    tenant.refresh_from_db()
    return tenant, logins


def colleague(key: str) -> User:
    """Return the person whom the content files call ``key``."""
    row = next(row for row in load("team") if row["key"] == key)
    return User.objects.get(email=row["email"])
