"""A person joins a dialog, leaves it, or never came; the customer is told each time."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.models import User
from dialogs import phrases
from dialogs.enums import HandoffStatus, SystemType
from dialogs.errors import IllegalHandoff
from dialogs.events import announce_state
from dialogs.models import Dialog
from dialogs.services.handing import cancel_answers
from dialogs.services.posting import note

PASSED_ON: Final = _("Your question is being passed on to a colleague. They will reply right here.")
NOBODY_CAME: Final = _("Nobody is free right now. Your message is saved; meanwhile the assistant goes on answering.")


@transaction.atomic
def join(dialog: Dialog, *, operator: User, at: datetime) -> None:
    """Put ``operator`` in charge of a dialog that waits for a person.

    Raises:
        IllegalHandoff: nobody is wanted there, or somebody else was faster.
    """
    dialog.hand_over(HandoffStatus.ACTIVE, operator_id=operator.pk)
    cancel_answers(dialog, outcome="taken_over", at=at)
    _tell(dialog, SystemType.HANDOFF_STARTED, phrases.JOINED, at=at, name=operator.get_short_name())


@transaction.atomic
def pass_on(dialog: Dialog, *, at: datetime, words: str = PASSED_ON) -> None:
    """Let the dialog wait for another person.

    Raises:
        IllegalHandoff: nobody is in charge of it.
    """
    _be_in(dialog, HandoffStatus.ACTIVE)
    dialog.hand_over(HandoffStatus.REQUESTED)
    _tell(dialog, SystemType.HANDOFF_REQUESTED, words, at=at)


@transaction.atomic
def give_back(dialog: Dialog, *, at: datetime) -> None:
    """Return the dialog from a person to the assistant.

    Raises:
        IllegalHandoff: nobody is in charge of it.
    """
    dialog.hand_over(HandoffStatus.RESOLVED)
    _tell(dialog, SystemType.HANDOFF_ENDED, phrases.RETURNED, at=at)


@transaction.atomic
def stop_waiting(dialog: Dialog, *, expired: bool, at: datetime, words: str = "", **facts: str) -> None:
    """Return a dialog that nobody took to the assistant, in ``words`` with their ``facts`` or the usual ones.

    Raises:
        IllegalHandoff: it does not wait for a person.
    """
    dialog.hand_over(HandoffStatus.EXPIRED if expired else HandoffStatus.CANCELLED)
    usual = NOBODY_CAME if expired else phrases.RETURNED
    _tell(dialog, SystemType.HANDOFF_ENDED, words or usual, at=at, **facts)


def _be_in(dialog: Dialog, status: HandoffStatus) -> None:
    """Lock the dialog and refuse unless its handoff is ``status``; REQUESTED may be entered from nearly anywhere."""
    Dialog.objects.locked().get(pk=dialog.pk)
    dialog.refresh_from_db()
    if dialog.handoff_status != status:
        raise IllegalHandoff(current=dialog.handoff_status, wanted=HandoffStatus.REQUESTED)


def _tell(dialog: Dialog, kind: SystemType, words: str, *, at: datetime, **facts: str) -> None:
    note(dialog, kind=kind, text=phrases.say(words, language=dialog.language_code, **facts), at=at)
    announce_state(dialog)
