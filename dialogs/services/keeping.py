"""Fetching files that customers sent through messengers, and forgetting what messengers have told."""

import io
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db.models import F
from django.utils.translation import gettext as _

from config.errors import ProviderError
from dialogs import contents, tasks
from dialogs.enums import AttachmentProblem, AttachmentState, Channel
from dialogs.errors import ChannelRefused, TooLargeToFetch
from dialogs.events import announce_message
from dialogs.models import DialogAttachment, DialogMessage, InboundEvent
from dialogs.services import attaching
from dialogs.telegram.client import Telegram
from dialogs.whatsapp.client import client_of

log = structlog.get_logger(__name__)

LARGEST: Final = 20 * 1024 * 1024  # Telegram's getFile gives no more
LEASE: Final = timedelta(minutes=3)
FIRST_PAUSE: Final = timedelta(seconds=20)  # doubled with each attempt: twenty minutes in all
MOST_ATTEMPTS: Final = 6
REPEATED_FOR: Final = timedelta(days=14)
BATCH: Final = 200


def keep_attachments(message_id: int, *, at: datetime) -> int:
    """Fetch the awaited files of a message into our storage; return how many came. Safe to repeat."""
    due = DialogAttachment.objects.due(at=at).filter(message=message_id)
    tried = kept = 0
    for attachment in due.select_related("dialog__bot__tenant"):
        if due.filter(pk=attachment.pk).update(due_at=at + LEASE, attempts=F("attempts") + 1):
            attachment.attempts += 1
            tried += 1
            kept += _keep(attachment, at=at)
    if tried:
        announce_message(DialogMessage.objects.select_related("author").get(pk=message_id))
    return kept


def _keep(attachment: DialogAttachment, *, at: datetime) -> bool:
    """Fetch one claimed file; what cannot be had now is tried again, what cannot be had at all is called lost."""
    if attachment.size > LARGEST:
        return _lose(attachment, AttachmentProblem.TOO_LARGE)
    try:
        content = _download(attachment)
    except TooLargeToFetch:
        return _lose(attachment, AttachmentProblem.TOO_LARGE)
    except ChannelRefused:
        return _lose(attachment, AttachmentProblem.GONE)
    except ProviderError as error:
        log.warning("attachment_not_kept", attachment=str(attachment.uuid), error=str(error))
        if attachment.attempts >= MOST_ATTEMPTS:
            return _lose(attachment, AttachmentProblem.GONE)
        pause = FIRST_PAUSE * 2 ** (attachment.attempts - 1)
        DialogAttachment.objects.filter(pk=attachment.pk).update(due_at=at + pause)
        return False
    kind = contents.kind_of(content[: contents.HEAD_BYTES], attachment.name)
    attachment.due_at = None
    if not attaching.fill(attachment, io.BytesIO(content), kind=kind):
        attaching.fill(attachment, io.BytesIO(content), kind=contents.ANYTHING)  # it can still be saved
    return True


def _download(attachment: DialogAttachment) -> bytes:
    bot = attachment.dialog.bot
    if bot is None:
        raise ChannelRefused(_("The bot is stopped or disconnected."))
    if attachment.dialog.platform == Channel.TELEGRAM:
        return Telegram(bot.open_token()).download(attachment.platform_file_id, limit=LARGEST)
    return client_of(bot).download(attachment.platform_file_id, limit=LARGEST)


def _lose(attachment: DialogAttachment, problem: AttachmentProblem) -> bool:
    DialogAttachment.objects.filter(pk=attachment.pk).update(state=AttachmentState.LOST, problem=problem, due_at=None)
    return False


def sweep_files(*, at: datetime) -> int:
    """Ask again for files that were not fetched yet; return how many messages wait for some."""
    due = DialogAttachment.objects.due(at=at).filter(created_at__lt=at - FIRST_PAUSE, message__isnull=False)
    waiting = list(due.order_by().values_list("message_id", flat=True).distinct()[:BATCH])
    for message_id in waiting:
        tasks.keep_attachments.delay(message_id=message_id)
    return len(waiting)


def forget_inbound(*, at: datetime) -> int:
    """Forget events so old that no messenger repeats them."""
    return InboundEvent.objects.filter(created_at__lt=at - REPEATED_FOR).delete()[0]
