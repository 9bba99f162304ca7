"""Notes on a conversation, for colleagues only."""

import re
from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Tenant, User
from config.broadcast import broadcast
from dialogs.events import HANDLER, tenant_group
from dialogs.models import Dialog
from dialogs.services import posting
from operators.models import DialogNote, HandoffRequest

DESK: Final = (Role.OPERATOR, Role.ADMIN)


@transaction.atomic
def leave_note(dialog: Dialog, *, author: User, text: str, client_id: str, at: datetime) -> DialogNote:
    """Keep a note on ``dialog`` and tell the colleagues it names; a repeated ``client_id`` returns the first one.

    The customer's sockets hear nothing: the hint travels to the shop's consoles alone.

    Raises:
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
    """
    text = posting.readable(text)
    fields = {"author": author, "text": text, "created_at": at}
    found, is_new = DialogNote.objects.get_or_create(
        tenant_id=dialog.tenant_id, dialog=dialog, client_id=client_id, defaults=fields
    )
    if is_new:
        event = {"type": "noted", "dialog": dialog.pk, "uuid": str(dialog.uuid), "who": author.get_short_name()}
        others = [person for person in team(dialog.tenant) if person.pk != author.pk]
        named = [str(person.uuid) for person in others if _names(text, person)]
        hint: dict[str, Any] = {"type": HANDLER, "event": {**event, "mentioned": named}}
        transaction.on_commit(partial(broadcast, tenant_group(dialog.tenant_id), hint))
    return found


def _names(text: str, person: User) -> bool:
    """Say whether ``text`` calls ``person``; a longer name that begins like theirs is somebody else's."""
    return re.search(rf"@{re.escape(person.get_full_name())}(?!\w)", text) is not None


def team(tenant: Tenant) -> list[User]:
    """Return everybody who answers at the desk of ``tenant``."""
    belongs = Q(memberships__tenant=tenant, memberships__role__in=DESK) | Q(pk=tenant.owner_id)
    return list(User.objects.filter(belongs, is_active=True).distinct().order_by("full_name", "pk"))


@transaction.atomic
def forget(dialog_ids: Collection[int]) -> None:
    """Erase what was noted in conversations whose customer wants to be forgotten; the steps of handoffs stay."""
    DialogNote.objects.filter(dialog_id__in=dialog_ids).delete()
    HandoffRequest.objects.filter(dialog_id__in=dialog_ids).update(summary="", note="")
