"""What an operator does with a conversation in the console."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from dialogs.enums import HandoffReason, HandoffStatus
from dialogs.errors import DialogClosed, IllegalHandoff, NotInCharge
from dialogs.models import Dialog, DialogMessage
from dialogs.services import handing, posting, receiving
from operators.enums import RequestState
from operators.errors import TakenByAnother
from operators.models import HandoffRequest
from operators.services import handoffs


def take(dialog: Dialog, *, operator: User, at: datetime) -> None:
    """Put ``operator`` in charge, whether the customer waits for a person or talks to the assistant.

    Taking what one already has does nothing.

    Raises:
        TakenByAnother: a colleague has it, or was faster.
        NotAnOperator, OperatorFull, DialogClosed: see ``handoffs.take``.
    """
    dialog.refresh_from_db()
    if not dialog.is_open:
        raise DialogClosed(dialog=str(dialog.uuid))
    if dialog.handoff_status == HandoffStatus.ACTIVE:
        if dialog.assigned_operator_id == operator.pk:
            return
        raise TakenByAnother(person=_name(dialog))
    try:
        with transaction.atomic():
            handoffs.be_operator(operator, dialog.tenant)
            handoffs.have_room(operator, dialog)
            handoff = handoffs.request_operator(dialog, reason=HandoffReason.MANUAL, at=at, by=operator)
            handoffs.take(handoff, operator=operator, at=at)
    except IllegalHandoff as error:
        dialog.refresh_from_db()
        if dialog.handoff_status == HandoffStatus.ACTIVE and dialog.assigned_operator_id != operator.pk:
            raise TakenByAnother(person=_name(dialog)) from error
        raise


@transaction.atomic
def say(
    dialog: Dialog, *, operator: User, text: str, client_id: str, at: datetime, files: Sequence[UUID] = ()
) -> DialogMessage:
    """Send the customer what the operator in charge wrote and uploaded; a repeated ``client_id`` sends nothing more.

    Raises:
        NotInCharge: take the conversation first.
        DialogClosed, MessageEmpty, MessageTooLong, MessageUnreadable: see ``posting.post``.
    """
    locked = Dialog.objects.locked().get(pk=dialog.pk)
    known = locked.messages.filter(platform_message_id=client_id, author=operator).first()
    if known:
        return known
    if locked.is_open:
        _be_in_charge(locked, operator)
    return posting.post(locked, author=operator, text=text, at=at, client_id=client_id, files=files)


@transaction.atomic
def pass_on(dialog: Dialog, *, by: User, at: datetime, note: str = "", to: User | None = None) -> None:
    """Put a conversation back into the queue, or into a colleague's hands, with a note the customer does not see.

    Raises:
        NotInCharge: it is a colleague's, and ``by`` is not an administrator.
        NotAnOperator, OperatorFull: ``to`` cannot take it; nothing changes.
    """
    if to is not None:
        handoffs.be_operator(to, dialog.tenant)
        handoffs.have_room(to, dialog)
    handoff = _held(dialog, by)
    handoffs.release(handoff, at=at, by=by, note=note)
    if to is not None:
        handoffs.take(handoff, operator=to, at=at)


@transaction.atomic
def return_to_assistant(dialog: Dialog, *, by: User, at: datetime, instruction: str = "") -> None:
    """Let the assistant go on, following ``instruction``; words that nobody answered are answered now.

    Raises:
        NotInCharge: it is a colleague's, and ``by`` is not an administrator.
    """
    handoff = _held(dialog, by)
    handoffs.resolve(handoff, at=at, by=by, note=instruction)
    receiving.resume(handoff.dialog, instruction=instruction, at=at)


@transaction.atomic
def finish(dialog: Dialog, *, by: User, at: datetime) -> None:
    """End a conversation that is solved.

    Raises:
        NotInCharge: it is a colleague's, and ``by`` is not an administrator.
        DialogClosed: it has ended already.
    """
    locked = Dialog.objects.locked().get(pk=dialog.pk)
    if locked.is_open and locked.handoff_status == HandoffStatus.ACTIVE:
        _be_in_charge(locked, by, or_admin=True)
    handing.close(locked, at=at)


def _held(dialog: Dialog, by: User) -> HandoffRequest:
    """Lock the dialog and return the cycle that ``by`` may end."""
    locked = Dialog.objects.locked().get(pk=dialog.pk)
    _be_in_charge(locked, by, or_admin=True)
    held = HandoffRequest.objects.select_related("dialog", "tenant")
    handoff = held.filter(dialog=locked, state=RequestState.ACTIVE).first()
    if handoff is None:
        raise NotInCharge
    return handoff


def _be_in_charge(dialog: Dialog, person: User, *, or_admin: bool = False) -> None:
    is_theirs = dialog.handoff_status == HandoffStatus.ACTIVE and dialog.assigned_operator_id == person.pk
    if not is_theirs and not (or_admin and person.role_in(dialog.tenant) == Role.ADMIN):
        raise NotInCharge


def _name(dialog: Dialog) -> str:
    return dialog.assigned_operator.get_short_name() if dialog.assigned_operator else ""
