"""What a customer is offered whom nobody comes to: to wait on, to leave an address, to go on in Telegram.

The steps of the wait: after two minutes the customer is asked to be patient,
after five, or at once when nobody is at the desk, something else is offered.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext_noop as _

from dialogs import phrases
from dialogs.enums import Channel, SystemType
from dialogs.events import announce_state
from dialogs.models import Dialog
from dialogs.services import posting
from operators.models import HandoffRequest
from operators.services import queueing
from operators.services.promises import calendar_of

REASSURED_AFTER: Final = timedelta(minutes=2)
OFFERED_AFTER: Final = timedelta(minutes=5)
BATCH: Final = 200

ALL_BUSY: Final = _("Everybody is still busy. Your place in the queue is kept.")
PATIENCE_ASKED: Final = _(
    "Thank you for waiting: I am still looking for a person. You are number {position} in the queue."
)
BACK_AT: Final = _("We are at the desk again {moment}.")
OR_ADDRESS: Final = _("You can go on waiting here, or write your e-mail address, and the answer will come there too.")


def offer(handoff: HandoffRequest, *, at: datetime) -> bool:
    """Offer something else than waiting, once; where we draw no buttons it is said in words."""
    with transaction.atomic():
        dialog = Dialog.objects.locked().get(pk=handoff.dialog_id)
        waiting = HandoffRequest.objects.waiting().filter(pk=handoff.pk, offered_at=None)
        if not waiting.update(offered_at=at):
            return False
        handoff.offered_at = at
        if dialog.platform != Channel.WIDGET:
            posting.note(dialog, kind=SystemType.HANDOFF_REQUESTED, text=_words(dialog, at=at), at=at)
        announce_state(dialog)
        return True


def climb(*, at: datetime) -> int:
    """Take the next step with everybody who waits long; return how many there were."""
    waiting = HandoffRequest.objects.waiting().filter(offered_at=None).select_related("dialog")
    late = waiting.filter(requested_at__lte=at - OFFERED_AFTER)[:BATCH]
    patient = waiting.filter(
        reassured_at=None, requested_at__lte=at - REASSURED_AFTER, requested_at__gt=at - OFFERED_AFTER
    )
    return sum(offer(handoff, at=at) for handoff in late) + sum(_reassure(row, at=at) for row in patient[:BATCH])


def _reassure(handoff: HandoffRequest, *, at: datetime) -> bool:
    """Say that nobody was forgotten; the website shows the place in the queue by itself."""
    with transaction.atomic():
        dialog = Dialog.objects.locked().get(pk=handoff.dialog_id)
        if not HandoffRequest.objects.waiting().filter(pk=handoff.pk, reassured_at=None).update(reassured_at=at):
            return False
        place = queueing.place_of(dialog)
        if place and dialog.platform != Channel.WIDGET:
            words = phrases.say(PATIENCE_ASKED, language=dialog.language_code, position=str(place.position))
            posting.note(dialog, kind=SystemType.HANDOFF_REQUESTED, text=words, at=at)
        return True


def _words(dialog: Dialog, *, at: datetime) -> str:
    is_staffed = queueing.is_staffed(dialog.tenant_id, at=at)
    said = [phrases.say(ALL_BUSY if is_staffed else phrases.UNSTAFFED, language=dialog.language_code)]
    if not is_staffed and (opens := queueing.opens_at(dialog.tenant_id, at=at)):
        said.append(phrases.say(BACK_AT, language=dialog.language_code, moment=_moment(dialog, opens)))
    return " ".join([*said, phrases.say(OR_ADDRESS, language=dialog.language_code)])


def _moment(dialog: Dialog, opens: datetime) -> str:
    """Return a moment on the shop's clock, and where that clock hangs."""
    local = opens.astimezone(calendar_of(dialog.tenant_id).zone)
    with translation.override(dialog.language_code):
        zone = local.tzname() or ""
        return f"{formats.date_format(local, 'j E, H:i')} ({zone if zone[:1].isalpha() else f'UTC{zone}'})"
