"""Files that customers send, and what messengers have told."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from config.errors import ProviderError
from dialogs.enums import Channel
from dialogs.models import DialogMessage, InboundEvent
from dialogs.telegram.client import Telegram
from dialogs.whatsapp.client import client_of

log = structlog.get_logger(__name__)

LARGEST: Final = 5 * 1024 * 1024
REPEATED_FOR: Final = timedelta(days=14)


def keep_attachments(message_id: int) -> int:
    """Fetch the small files of a message into our storage; return how many are new. Safe to repeat."""
    message = DialogMessage.objects.select_related("dialog__bot").get(pk=message_id)
    bot, kept = message.dialog.bot, 0
    for number, file in enumerate(message.metadata.get("attachments", [])):
        if bot is None or file.get("path") or file.get("size", 0) > LARGEST or not file.get("file_id"):
            continue
        try:
            if message.dialog.platform == Channel.TELEGRAM:
                content = Telegram(bot.open_token()).download(file["file_id"], limit=LARGEST)
            else:
                content = client_of(bot).download(file["file_id"], limit=LARGEST)
        except ProviderError as error:
            log.warning("attachment_not_kept", message=str(message.uuid), error=str(error))
            continue
        path = default_storage.save(f"attachments/{message.dialog.uuid}/{message.uuid}-{number}", ContentFile(content))
        kept += _note_path(message.pk, number, path, len(content))
    return kept


@transaction.atomic
def _note_path(message_id: int, number: int, path: str, size: int) -> bool:
    message = DialogMessage.objects.select_for_update(of=("self",)).get(pk=message_id)
    file = message.metadata["attachments"][number]
    if file.get("path"):
        return False
    file |= {"path": path, "size": size}
    message.save(update_fields=["metadata"])
    return True


def forget_inbound(*, at: datetime) -> int:
    """Forget events so old that no messenger repeats them."""
    return InboundEvent.objects.filter(created_at__lt=at - REPEATED_FOR).delete()[0]
