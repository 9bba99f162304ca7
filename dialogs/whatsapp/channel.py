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
from dialogs.splitting import split
from dialogs.whatsapp.client import TOKEN_REFUSED, WhatsApp, client_of, integration_of, window_words

LIMIT: Final = 4096
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
        client, parts = client_of(bot), split(message.text, limit=LIMIT)
        sent: list[str] = list(message.metadata.get("platform_ids", []))
        for text in parts[len(sent) :]:
            try:
                sent.append(client.send_text(dialog.chat_id, text, reference=str(message.uuid)))
            except ChannelRefused as refused:
                if refused.status == TOKEN_REFUSED:
                    words = _("WhatsApp no longer accepts this number’s token.")
                    BotInstance.objects.filter(pk=bot.pk).update(last_error=now(), last_error_message=words)
                    if integration := integration_of(bot):
                        mark(integration, status=IntegrationStatus.REAUTH_REQUIRED, message=words)
                raise
            message.metadata["platform_ids"] = sent
            DialogMessage.objects.filter(pk=message.pk).update(metadata=message.metadata)
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


def _show_typing(client: WhatsApp, message_id: str) -> None:
    with contextlib.suppress(ProviderError):
        client.show_typing(message_id)


def _is_window_open(dialog: Dialog) -> bool:
    same_chat = Dialog.objects.filter(tenant_id=dialog.tenant_id, bot_id=dialog.bot_id, chat_id=dialog.chat_id)
    last = same_chat.aggregate(last=Max("last_customer_message_at"))["last"]
    return last is not None and now() - last < WINDOW
