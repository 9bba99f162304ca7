"""How messages reach a WhatsApp chat."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.enums import IntegrationStatus
from accounts.services import mark
from assistants.models import BotInstance
from config.errors import ProviderError
from dialogs.enums import DeliveryStatus, Sender
from dialogs.errors import ChannelRefused
from dialogs.models import Dialog, DialogMessage
from dialogs.pieces import Piece, content_of, note_sent, pieces_of
from dialogs.whatsapp.client import TOKEN_REFUSED, WhatsApp, client_of, integration_of, window_words

LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
WINDOW: Final = timedelta(hours=24)


class WhatsAppChannel:
    """Chats of the seller's numbers."""

    is_immediate = False

    def __init__(self, *, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds

    def deliver(self, message: DialogMessage) -> DeliveryStatus:
        """Send a message; WhatsApp's statuses say later how far it got."""
        dialog, bot = message.dialog, message.dialog.bot
        if bot is None or not bot.is_active:
            raise ChannelRefused(_("The number is stopped or disconnected."))
        if not _is_window_open(dialog):
            raise ChannelRefused(window_words())
        client, sent = client_of(bot), list(message.metadata.get("platform_ids", []))
        parts = pieces_of(message, longest_text=LIMIT, longest_caption=CAPTION_LIMIT, takes_caption=_takes_caption)
        for piece in parts[len(sent) :]:
            try:
                sent.append(_send(client, dialog.chat_id, piece, reference=str(message.uuid)))
            except ChannelRefused as refused:
                if refused.status == TOKEN_REFUSED:
                    words = _("WhatsApp no longer accepts this number’s token.")
                    BotInstance.objects.filter(pk=bot.pk).update(last_error=now(), last_error_message=words)
                    if integration := integration_of(bot):
                        mark(integration, status=IntegrationStatus.REAUTH_REQUIRED, message=words)
                raise
            note_sent(message, sent)
        return DeliveryStatus.SENT

    def typing(self, dialog: Dialog) -> Callable[[], None] | None:
        """Return what marks the customer's last message as read and shows “typing…” under it."""
        bot = dialog.bot
        last = dialog.messages.filter(sender=Sender.CUSTOMER).order_by("-seq").first()
        if bot is None or not bot.is_active or last is None or not last.platform_message_id:
            return None
        with contextlib.suppress(ChannelRefused):
            return partial(_show_typing, client_of(bot), last.platform_message_id)
        return None


def _takes_caption(kind: str) -> bool:
    return _kind_of(kind) != "audio"


def _kind_of(content_type: str) -> str:
    """Return as what WhatsApp sends a file."""
    family = content_type.split("/", maxsplit=1)[0]
    return family if family in {"image", "audio", "video"} else "document"


def _send(client: WhatsApp, to: str, piece: Piece, *, reference: str) -> str:
    """Send words or a file; a retry does not upload the file again."""
    file = piece.file
    if file is None:
        return client.send_text(to, piece.text, reference=reference)
    if not file.platform_file_id:
        file.platform_file_id = client.upload(content_of(file))
        file.save(update_fields=["platform_file_id"])
    kind = _kind_of(file.content_type)
    facts = {"id": file.platform_file_id}
    facts |= {"caption": piece.text} if piece.text else {}
    facts |= {"filename": file.name} if kind == "document" else {}
    return client.send_file(to, kind, facts, reference=reference)


def _show_typing(client: WhatsApp, message_id: str) -> None:
    with contextlib.suppress(ProviderError):
        client.show_typing(message_id)


def _is_window_open(dialog: Dialog) -> bool:
    same_chat = Dialog.objects.filter(tenant_id=dialog.tenant_id, bot_id=dialog.bot_id, chat_id=dialog.chat_id)
    last = same_chat.aggregate(last=Max("last_customer_message_at"))["last"]
    return last is not None and now() - last < WINDOW
