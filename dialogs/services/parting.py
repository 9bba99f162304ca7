"""What a visitor does with conversations that are over: reads them again, takes them along by mail."""

from datetime import datetime
from smtplib import SMTPException
from typing import Any, Final
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from config.throttling import seconds_to_wait
from dialogs.enums import Sender
from dialogs.errors import LetterNotSent, TooManyLetters
from dialogs.models import Dialog
from dialogs.services.visiting import Visitor, messages_after

log = structlog.get_logger(__name__)

SHOWN: Final = 30
PREVIEW: Final = 120
LETTERS_OF_VISITOR: Final = "3/hour"
LETTERS_TO_ADDRESS: Final = "5/day"


def history(visitor: Visitor) -> list[dict[str, Any]]:
    """Return the visitor's conversations, the latest first, each with its first question."""
    found = []
    for dialog in visitor.dialogs.filter(messages_count__gt=0).latest_first()[:SHOWN]:
        first = dialog.messages.filter(sender=Sender.CUSTOMER).order_by("seq").first()
        found.append(
            {
                "dialog": str(dialog.uuid),
                "at": (dialog.last_message_at or dialog.created_at).isoformat(),
                "is_open": dialog.is_open,
                "messages": dialog.messages_count,
                "preview": first.text[:PREVIEW] if first else "",
            }
        )
    return found


def past(visitor: Visitor, uuid: UUID) -> list[dict[str, Any]]:
    """Return what was said in one of the visitor's own conversations.

    Raises:
        Dialog.DoesNotExist: it is not theirs.
    """
    return messages_after(visitor.dialogs.get(uuid=uuid), 0)


def send_transcript(visitor: Visitor, uuid: UUID, *, email: str, at: datetime) -> None:
    """Send one of the visitor's conversations to the address they typed, at once: they see whether it left.

    Raises:
        Dialog.DoesNotExist: it is not theirs.
        TooManyLetters: they, or somebody, wrote to this address often enough.
        LetterNotSent: our mail server does not take it now.
    """
    dialog = visitor.dialogs.select_related("assistant", "tenant", "contact").get(uuid=uuid)
    for rate, *key in ((LETTERS_OF_VISITOR, "letters", visitor.key), (LETTERS_TO_ADDRESS, "letters", email.lower())):
        if wait := seconds_to_wait(rate, *key):
            raise TooManyLetters(minutes=-(-wait // 60))
    letter = _letter(dialog, email=email, at=at)
    try:
        letter.send()
    except (OSError, SMTPException) as error:
        log.warning("transcript_not_sent", dialog=str(dialog.uuid), error=type(error).__name__)
        raise LetterNotSent from error


def _letter(dialog: Dialog, *, email: str, at: datetime) -> EmailMultiAlternatives:
    messages = dialog.messages.select_related("author").order_by("seq")
    with translation.override(dialog.language_code):
        context = {"dialog": dialog, "messages": messages, "shop": dialog.tenant.name, "at": at}
        subject = render_to_string("dialogs/letters/transcript_subject.txt", context).strip()
        letter = EmailMultiAlternatives(
            subject, render_to_string("dialogs/letters/transcript.txt", context), to=[email]
        )
        letter.attach_alternative(render_to_string("dialogs/letters/transcript.html", context), "text/html")
    return letter
