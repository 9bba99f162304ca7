"""What becomes of a conversation nobody took: the customer chooses, or it ends as a ticket."""

import re
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_noop as _

from dialogs import phrases
from dialogs.enums import Sender, SystemType
from dialogs.events import announce_state
from dialogs.models import Dialog, DialogMessage
from dialogs.services import posting
from operators.enums import RequestState, WaitChoice
from operators.errors import NotAnAddress, NotWaiting
from operators.models import HandoffRequest, Ticket
from operators.services import dossiers, handoffs, mailing, tickets

ADDRESS: Final = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
WAITS: Final = re.compile(
    r"\W*(я\s+)?(подожду|буду ждать|жду|ждать|i'?ll wait|i will wait|wait|keep waiting)\W*", re.IGNORECASE
)
LATELY: Final = timedelta(minutes=10)
BATCH: Final = 200

REGISTERED: Final = _(
    "Your request #{number} is registered. The answer will come to {address}, and here as well. "
    "Meanwhile the assistant goes on answering."
)
KEPT: Final = _(
    "Nobody is free right now. Your question is registered as request #{number}: the answer will come here. "
    "Meanwhile the assistant goes on answering."
)
WENT_ON: Final = _("The conversation goes on in Telegram. The assistant still answers here.")
WAITING_ON: Final = _("All right, I go on calling a person. Your question is kept.")


def choose(dialog: Dialog, choice: str, *, at: datetime, address: str = "") -> None:
    """Do what a waiting customer chose; the same again changes nothing.

    Raises:
        NotWaiting: nobody is awaited in this conversation.
        NotAnAddress: no e-mail address was left.
    """
    if choice == WaitChoice.EMAIL:
        leave_address(dialog, address=address, at=at)
    elif choice == WaitChoice.TELEGRAM:
        go_to_telegram(dialog, at=at)
    else:
        wait_on(dialog, at=at)


@transaction.atomic
def wait_on(dialog: Dialog, *, at: datetime) -> None:
    """Keep the place in the queue for as long again.

    Raises:
        NotWaiting: nobody is awaited in this conversation.
    """
    dialog, handoff = _latest(dialog)
    if handoff.state != RequestState.REQUESTED:
        raise NotWaiting
    rows = HandoffRequest.objects.filter(pk=handoff.pk, choice="")
    if rows.update(choice=WaitChoice.WAIT, expires_at=at + handoffs.PATIENCE):
        words = phrases.say(WAITING_ON, language=dialog.language_code)
        posting.note(dialog, kind=SystemType.HANDOFF_REQUESTED, text=words, at=at)
        announce_state(dialog)


@transaction.atomic
def leave_address(dialog: Dialog, *, address: str, at: datetime) -> Ticket:
    """Turn the wait into a ticket that is answered by e-mail; asked again, return the same one.

    Raises:
        NotWaiting: nobody is awaited in this conversation.
        NotAnAddress: no e-mail address was left.
    """
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotAnAddress from error
    dialog, handoff = _latest(dialog)
    if known := Ticket.objects.filter(tenant_id=dialog.tenant_id, key=_key(handoff)).first():
        return known
    if handoff.state != RequestState.REQUESTED:
        raise NotWaiting
    ticket = _open(handoff, dialog, at=at, address=address)
    _note(handoff, WaitChoice.EMAIL)
    handoffs.cancel(handoff, at=at, words=REGISTERED, number=str(ticket.number), address=address)
    mailing.acknowledge(ticket, at=at)
    return ticket


@transaction.atomic
def go_to_telegram(dialog: Dialog, *, at: datetime) -> None:
    """End the wait here; whoever followed the link waits there.

    Raises:
        NotWaiting: nobody is awaited in this conversation.
    """
    dialog, handoff = _latest(dialog)
    if handoff.state != RequestState.REQUESTED:
        raise NotWaiting
    _note(handoff, WaitChoice.TELEGRAM)
    handoffs.cancel(handoff, at=at, words=WENT_ON)


@transaction.atomic
def give_up(handoff: HandoffRequest, *, at: datetime) -> Ticket:
    """End a wait that nobody ended in time; the question lives on as a ticket.

    Raises:
        IllegalHandoff, IllegalMove: the dialog does not wait for a person.
    """
    dialog = Dialog.objects.locked().select_related("tenant").get(pk=handoff.dialog_id)
    ticket = _open(handoff, dialog, at=at)
    handoffs.expire(handoff, at=at, words=KEPT, number=str(ticket.number))
    return ticket


def hear(message: DialogMessage, *, at: datetime) -> bool:
    """Do what a customer chose in words; say whether they chose anything."""
    if message.sender != Sender.CUSTOMER:
        return False
    if not HandoffRequest.objects.offered().filter(dialog_id=message.dialog_id).exists():
        return False
    try:
        if found := ADDRESS.search(message.text):
            leave_address(message.dialog, address=found[0], at=at)
        elif WAITS.fullmatch(message.text):
            wait_on(message.dialog, at=at)
        else:
            return False
    except (NotWaiting, NotAnAddress):  # an operator was faster, or it only looked like one
        return False
    return True


def hear_lost(*, at: datetime) -> int:
    """Hear what was said while the process that should have heard it died; return how much there was."""
    offered = HandoffRequest.objects.offered().values_list("dialog_id", flat=True)[:BATCH]
    said = DialogMessage.objects.filter(
        dialog_id__in=list(offered), sender=Sender.CUSTOMER, created_at__range=(at - LATELY, at)
    )
    rows = said.select_related("dialog").order_by("pk")[:BATCH]
    return sum(hear(row, at=at) for row in rows if _is_since_offer(row))


def _is_since_offer(message: DialogMessage) -> bool:
    offered = HandoffRequest.objects.offered().filter(dialog_id=message.dialog_id)
    return offered.filter(offered_at__lte=message.created_at).exists()


def _latest(dialog: Dialog) -> tuple[Dialog, HandoffRequest]:
    """Lock the dialog and return it with its last cycle."""
    dialog = Dialog.objects.locked().select_related("tenant").get(pk=dialog.pk)
    handoff = HandoffRequest.objects.filter(dialog=dialog).order_by("-pk").first()
    if handoff is None:
        raise NotWaiting
    handoff.dialog = dialog
    return dialog, handoff


def _key(handoff: HandoffRequest) -> str:
    return f"handoff:{handoff.request_id}"


def _note(handoff: HandoffRequest, choice: WaitChoice) -> None:
    HandoffRequest.objects.filter(pk=handoff.pk).update(choice=choice)


def _open(handoff: HandoffRequest, dialog: Dialog, *, at: datetime, address: str = "") -> Ticket:
    dossier = dossiers.of(dialog)
    person = f"{dialog.contact.first_name} {dialog.contact.last_name}".strip()
    return tickets.open_ticket(
        dialog.tenant,
        title=dossier.title,
        description=dossier.description,
        source=dossier.source,
        dialog=dialog,
        customer_email=address or dialog.contact.email,
        customer_name=person[:255],
        key=_key(handoff),
        at=at,
    )
