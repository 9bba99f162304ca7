"""Notes on a conversation, for colleagues only."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts import letters
from accounts.enums import Role
from accounts.models import Tenant, User
from config.broadcast import broadcast
from dialogs.events import HANDLER, tenant_group
from dialogs.models import Dialog
from dialogs.services import posting
from operators.models import DialogNote, HandoffRequest, KeptDraft, Mention, ReplySuggestion

DESK: Final = (Role.OPERATOR, Role.ADMIN)
PATIENCE: Final = timedelta(minutes=1)  # before a letter tells what the console could not
PREVIEW: Final = 160
MOST_CALLS: Final = 20
BATCH: Final = 100


@transaction.atomic
def leave_note(dialog: Dialog, *, author: User, text: str, client_id: str, at: datetime) -> DialogNote:
    """Keep a note on ``dialog`` and tell the colleagues it names; a repeated ``client_id`` returns the first one.

    The customer's sockets hear nothing: the hint travels to the shop's consoles alone.

    Raises:
        MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.readable``.
    """
    text = posting.readable(text)
    fields = {"text": text, "created_at": at}
    found, is_new = DialogNote.objects.get_or_create(
        tenant_id=dialog.tenant_id, dialog=dialog, author=author, client_id=client_id, defaults=fields
    )
    if is_new:
        event = {"type": "noted", "dialog": dialog.pk, "uuid": str(dialog.uuid), "who": author.get_short_name()}
        others = [person for person in team(dialog.tenant) if person.pk != author.pk]
        named = [person for person in others if _names(text, person)]
        _call(found, named, at=at)
        hint: dict[str, Any] = {
            "type": HANDLER,
            "event": {**event, "mentioned": [str(person.uuid) for person in named]},
        }
        transaction.on_commit(partial(broadcast, tenant_group(dialog.tenant_id), hint))
    return found


def _call(note: DialogNote, people: list[User], *, at: datetime) -> None:
    """Keep whom a note calls until they look, and have a letter written to who does not look soon."""
    from operators import tasks  # noqa: PLC0415 -- leaf

    for person in people:
        mention = Mention.objects.create(tenant_id=note.tenant_id, note=note, person=person, created_at=at)
        later: dict[str, Any] = {"kwargs": {"mention_id": mention.pk}, "countdown": PATIENCE.total_seconds()}
        transaction.on_commit(partial(tasks.write_of_mention.apply_async, **later))


def write(mention_id: int, *, at: datetime) -> bool:
    """Write to whom a note calls, once, unless they have looked; say whether a letter went out."""
    mention = Mention.objects.select_related("person", "note__dialog__contact", "note__author").filter(pk=mention_id)
    found = mention.unseen().filter(mailed_at=None).first()
    if found is None or not mention.unseen().filter(mailed_at=None).update(mailed_at=at):
        return False
    note = found.note
    facts = {
        "who": note.author.get_full_name() if note.author else "",
        "note": note.text,
        "customer": note.dialog.contact.name,
        "url": letters.absolute(f"{reverse('console')}?dialog={note.dialog.uuid}"),
    }
    try:
        letters.send("mentioned", to=found.person.email, language=found.person.language_code, **facts)
    except OSError:  # tried again, by the task or the sweeper
        Mention.objects.filter(pk=found.pk).update(mailed_at=None)
        raise
    return True


def see(dialog: Dialog, *, person: User, at: datetime) -> None:
    """Note that ``person`` looks at a conversation whose notes call them."""
    calls = Mention.objects.unseen().filter(tenant_id=dialog.tenant_id, note__dialog=dialog, person=person)
    calls.update(seen_at=at)


def calls_of(tenant: Tenant, person: User) -> list[dict[str, Any]]:
    """Return which notes call ``person``, the latest first, until they look."""
    calls = Mention.objects.of(tenant).unseen().filter(person=person).select_related("note__dialog", "note__author")
    return [
        {
            "dialog": str(call.note.dialog.uuid),
            "who": call.note.author.get_short_name() if call.note.author else "",
            "text": call.note.text[:PREVIEW],
            "at": call.created_at,
        }
        for call in calls.order_by("-pk")[:MOST_CALLS]
    ]


def write_to_lost(*, at: datetime) -> int:
    """Queue letters whose task was lost; return how many."""
    from operators import tasks  # noqa: PLC0415 -- leaf

    keys = list(Mention.objects.unsent(before=at - 2 * PATIENCE).values_list("pk", flat=True)[:BATCH])
    for key in keys:
        tasks.write_of_mention.delay(mention_id=key)
    return len(keys)


def _names(text: str, person: User) -> bool:
    """Say whether ``text`` calls ``person``; a longer name that begins like theirs is somebody else's."""
    return re.search(rf"@{re.escape(person.get_full_name())}(?!\w)", text) is not None


def team(tenant: Tenant) -> list[User]:
    """Return everybody who answers at the desk of ``tenant``."""
    belongs = Q(memberships__tenant=tenant, memberships__role__in=DESK) | Q(pk=tenant.owner_id)
    return list(User.objects.filter(belongs, is_active=True).distinct().order_by("full_name", "pk"))


@transaction.atomic
def forget(dialog_ids: Collection[int]) -> None:
    """Erase what was noted and drafted for customers who want to be forgotten; the steps of handoffs stay."""
    for model in (KeptDraft, ReplySuggestion):
        model.objects.filter(dialog_id__in=dialog_ids).delete()
    DialogNote.objects.filter(dialog_id__in=dialog_ids).delete()
    HandoffRequest.objects.filter(dialog_id__in=dialog_ids).update(summary="", note="")
