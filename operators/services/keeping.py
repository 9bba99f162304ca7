"""What an operator began to write, kept until it is sent; and how they want to be told of things."""

from typing import Any

from django.db import transaction

from accounts.models import Tenant, User
from dialogs.models import Dialog
from operators.enums import WritingMode
from operators.models import DeskSettings, KeptDraft

LONGEST: int = 20_000


def keep_draft(dialog: Dialog, *, author: User, mode: WritingMode, text: str) -> None:
    """Keep what ``author`` began to write; nothing means that nothing is kept."""
    key: dict[str, Any] = {"tenant_id": dialog.tenant_id, "dialog": dialog, "author": author, "mode": mode}
    if text.strip() and "\0" not in text:
        KeptDraft.objects.update_or_create(**key, defaults={"text": text[:LONGEST]})
    else:
        KeptDraft.objects.filter(**key).delete()


def drafts_of(dialog: Dialog, author: User) -> dict[str, str]:
    """Return what ``author`` began to write, by whom it is for."""
    kept = KeptDraft.objects.filter(tenant_id=dialog.tenant_id, dialog=dialog, author=author)
    return dict(kept.values_list("mode", "text"))


@transaction.atomic
def set_settings(tenant: Tenant, user: User, **facts: Any) -> None:
    """Keep how ``user`` wants to be told of things."""
    DeskSettings.objects.update_or_create(tenant=tenant, user=user, defaults=facts)


def settings_of(tenant: Tenant, user: User) -> dict[str, Any]:
    """Return how ``user`` wants to be told of things."""
    found = DeskSettings.objects.filter(tenant=tenant, user=user).first() or DeskSettings(tenant=tenant, user=user)
    return {
        "sound": found.sound,
        "notifications": found.notifications,
        "quiet_from": found.quiet_from.strftime("%H:%M") if found.quiet_from else None,
        "quiet_to": found.quiet_to.strftime("%H:%M") if found.quiet_to else None,
        "undo_seconds": found.undo_seconds,
    }
