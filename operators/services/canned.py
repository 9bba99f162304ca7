"""Texts that operators call up by a shortcut, and what stands for their variables."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Tenant, User
from dialogs.models import Dialog
from operators.errors import NotYours, ShortcutTaken
from operators.models import CannedReply
from operators.services.noting import DESK

VARIABLE: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
VARIABLES: Final = (
    "contact.name",
    "contact.first_name",
    "contact.email",
    "contact.phone",
    "operator.name",
    "operator.full_name",
    "shop",
    "channel",
)


@transaction.atomic
def keep(reply: CannedReply, *, by: User | None) -> CannedReply:
    """Store a new or changed reply: one's own, or as an administrator the team's.

    Args:
        reply: With the values it is to have.
        by: Who keeps it; nobody when a program of the shop does, which may.

    Raises:
        NotYours: it is the team's, or a colleague's, and ``by`` is not an administrator.
        ShortcutTaken: another reply answers to it there.
    """
    before = CannedReply.objects.filter(pk=reply.pk).first() if reply.pk else None
    for version in (before, reply):
        if version and not may_change(version, by):
            raise NotYours
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError as error:
        if "uq_canned_replies_shortcut" not in str(error):
            raise
        raise ShortcutTaken(shortcut=reply.shortcut) from error
    return reply


def forget(reply: CannedReply, *, by: User | None) -> None:
    """Delete a reply.

    Raises:
        NotYours: see ``keep``.
    """
    if not may_change(reply, by):
        raise NotYours
    reply.delete()


def may_change(reply: CannedReply, person: User | None) -> bool:
    """Say whether ``person``, or with nobody a program of the shop, may change a reply."""
    if person is None:
        return reply.owner_id is None
    role = person.role_in(reply.tenant)
    return role == Role.ADMIN if reply.owner_id is None else role in DESK and reply.owner_id == person.pk


def values_for(dialog: Dialog, operator: User) -> dict[str, str]:
    """Return what stands for each variable in a conversation; what nobody knows is left out."""
    contact = dialog.contact
    values = {
        "contact.name": f"{contact.first_name} {contact.last_name}".strip(),
        "contact.first_name": contact.first_name,
        "contact.email": contact.email,
        "contact.phone": contact.phone,
        "operator.name": operator.get_short_name(),
        "operator.full_name": operator.get_full_name(),
        "shop": dialog.tenant.name,
        "channel": str(dialog.get_platform_display()),
    }
    return {name: value for name, value in values.items() if value}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the places of variables; one without a value stays visible."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def sign(name: str) -> str:
    """Return a variable as it stands in a text."""
    return f"{{{{{name}}}}}"


def unknown_in(text: str) -> list[str]:
    """Return the variables in ``text`` that no conversation has."""
    return sorted({name for name in VARIABLE.findall(text) if name not in VARIABLES})


def at_hand(tenant: Tenant, operator: User) -> list[dict[str, Any]]:
    """Return the texts that ``operator`` calls up by ``/shortcut``; their own come before the team's."""
    replies = CannedReply.objects.of(tenant).at_hand(operator).filter(is_active=True).select_related("assistant")
    ordered = sorted(replies, key=lambda reply: (reply.shortcut, reply.owner_id is None, reply.assistant_id is None))
    return [
        {
            "uuid": str(reply.uuid),
            "shortcut": reply.shortcut,
            "title": reply.title,
            "text": reply.text,
            "language": reply.language_code,
            "assistant": str(reply.assistant.uuid) if reply.assistant else None,
            "is_own": reply.owner_id is not None,
        }
        for reply in ordered
    ]
