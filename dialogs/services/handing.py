"""Calling a person into a dialog."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.enums import EventType
from accounts.services import events
from config.db import new_uuid
from dialogs import phrases, signals
from dialogs.enums import HandoffReason, HandoffStatus, RunStatus, SystemType
from dialogs.events import announce_state
from dialogs.models import Dialog, DialogMessage
from dialogs.services.posting import note


@transaction.atomic
def request_person(
    dialog: Dialog,
    *,
    reason: HandoffReason,
    at: datetime,
    request_id: UUID | None = None,
    text: str = "",
) -> DialogMessage | None:
    """Ask for a person and tell the customer so; asking again while one is awaited does nothing.

    Args:
        dialog: Where a person is wanted.
        reason: Why.
        at: When.
        request_id: What names this request, so that a retry is recognised.
        text: What to tell the customer instead of the usual words.

    Raises:
        IllegalHandoff: the dialog is closed.
    """
    Dialog.objects.locked().get(pk=dialog.pk)
    dialog.refresh_from_db()
    if dialog.awaits_person:
        return None
    dialog.hand_over(HandoffStatus.REQUESTED)
    cancel_answers(dialog, outcome="handed_over", at=at)
    words = text or phrases.say(phrases.REQUESTED[reason], language=dialog.language_code)
    message = note(dialog, kind=SystemType.HANDOFF_REQUESTED, text=words, at=at)
    announce_state(dialog)
    facts = {"dialog_id": dialog.pk, "reason": reason, "request_id": request_id or new_uuid(), "at": at}
    transaction.on_commit(partial(signals.operator_requested.send, sender=Dialog, **facts))
    return message


def cancel_answers(dialog: Dialog, *, outcome: str, at: datetime) -> None:
    """End the answers under way in a dialog where the assistant has to be quiet."""
    dialog.runs.open().update(status=RunStatus.CANCELLED, outcome=outcome, finished_at=at, locked_until=None)


@transaction.atomic
def close(dialog: Dialog, *, at: datetime) -> None:
    """End a conversation.

    Raises:
        DialogClosed: it was closed before.
    """
    dialog.end(at=at)
    cancel_answers(dialog, outcome="closed", at=at)
    words = phrases.say(phrases.CLOSED, language=dialog.language_code)
    note(dialog, kind=SystemType.CLOSED, text=words, at=at)
    announce_state(dialog)
    facts = {"dialog": dialog.uuid, "channel": dialog.platform, "messages": dialog.messages_count}
    events.record(dialog.tenant_id, EventType.DIALOG_CLOSED, at=at, **facts)
    transaction.on_commit(partial(signals.dialog_closed.send, sender=Dialog, dialog_id=dialog.pk))
