"""A conversation in short, for whoever takes it up without having been there."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext, override

from dialogs.enums import Sender
from dialogs.models import Dialog, DialogMessage
from dialogs.services.continuing import FORMER
from dialogs.services.deciding import SMALL_TALK
from operators.enums import TicketSource

LINES: Final = 20
LONGEST_LINE: Final = 1_000
LONGEST_TITLE: Final = 120
IDLE: Final = SMALL_TALK | {"ask_person"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What a ticket says of the conversation it comes from."""

    title: str
    description: str
    source: TicketSource


def of(dialog: Dialog) -> Dossier:
    """Return the customer's last real question and what was said, in the shop's language."""
    with override(dialog.tenant.language_code):
        asked = dialog.messages.filter(sender=Sender.CUSTOMER).order_by("-seq")
        words = next((row.text for row in asked[:LINES] if row.intent not in IDLE), "")
        title = " ".join(words.split())[:LONGEST_TITLE] or gettext("A person was asked for")
        return Dossier(title=title, description=transcript(dialog), source=source_of(dialog))


def transcript(dialog: Dialog) -> str:
    """Return the last words of a conversation, one speaker after the other."""
    rows = dialog.messages.spoken().select_related("author").defer("receipt").order_by("-seq")[:LINES]
    return "\n\n".join(f"{_speaker(row)}: {row.text[:LONGEST_LINE]}" for row in reversed(rows))


def of_former(dialog: Dialog) -> str:
    """Return what was said where the customer came from, if they came from another conversation."""
    try:
        uuid = UUID(str(dialog.context_data.get(FORMER, "")))
    except ValueError:
        return ""
    former = Dialog.objects.filter(tenant_id=dialog.tenant_id, uuid=uuid).first()
    with override(dialog.tenant.language_code):
        return transcript(former) if former else ""


def source_of(dialog: Dialog | None) -> TicketSource:
    """Return where the customer wrote, as tickets name it."""
    return TicketSource(dialog.platform) if dialog and dialog.platform in TicketSource.values else TicketSource.WEB


def _speaker(message: DialogMessage) -> str:
    return message.author.get_short_name() if message.author else str(message.get_sender_display())
