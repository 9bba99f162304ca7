"""How messages reach a Telegram chat."""

import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

from django.core.cache import cache
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import override

from assistants.models import BotInstance
from config.errors import ProviderError
from config.throttling import seconds_to_wait
from dialogs.enums import DeliveryStatus, Sender, SystemType
from dialogs.errors import ChannelBusy, ChannelRefused
from dialogs.models import Dialog, DialogAttachment, DialogMessage
from dialogs.pieces import Piece, content_of, note_sent, pieces_of
from dialogs.telegram.client import FORBIDDEN, UNAUTHORISED, Telegram

LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
DOCUMENT: Final = "sendDocument"
PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
METHODS: Final = {
    **dict.fromkeys(PHOTOS, "sendPhoto"),
    "image/gif": "sendAnimation",
    "audio/mpeg": "sendAudio",
    "audio/mp4": "sendAudio",
    "video/mp4": "sendVideo",
}
LONGEST_SIDES, WIDEST_RATIO = 10_000, 20  # of a photo, for Telegram
BAD_REQUEST: Final = 400
CHAT_RATE: Final = "3/3seconds"
BOT_RATE: Final = "25/second"
STARS: Final = range(1, 6)


class TelegramChannel:
    """Chats of the seller's bots."""

    is_immediate = False

    def __init__(self, *, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds

    def deliver(self, message: DialogMessage) -> DeliveryStatus:
        """Send a message in as many parts as it takes; a retry goes on after the last part that arrived."""
        dialog, bot = message.dialog, message.dialog.bot
        if bot is None or not bot.is_active or not bot.bot_token_encrypted:
            raise ChannelRefused(_("The bot is stopped or disconnected."))
        if dialog.context_data.get("blocked_at"):
            raise ChannelRefused(_("The customer has blocked the bot."), status=FORBIDDEN)
        parts = pieces_of(message, longest_text=LIMIT, longest_caption=CAPTION_LIMIT, takes_caption=lambda kind: True)
        sent: list[str] = list(message.metadata.get("platform_ids", []))
        for number, piece in enumerate(parts[len(sent) :], start=len(sent) + 1):
            wait_turn(bot, dialog.chat_id)
            keyboard = {"reply_markup": markup} if number == len(parts) and (markup := buttons(message)) else {}
            result = _send(bot, dialog, piece, **keyboard)
            sent.append(str(result["message_id"]))
            note_sent(message, sent)
        return DeliveryStatus.DELIVERED

    def typing(self, dialog: Dialog) -> Callable[[], None] | None:
        """Return what shows “typing…” for five seconds."""
        bot = dialog.bot
        if bot is None or not bot.is_active or not bot.bot_token_encrypted:
            return None
        telegram, chat = Telegram(bot.open_token()), dialog.chat_id

        def show() -> None:
            with contextlib.suppress(ProviderError):
                telegram.call("sendChatAction", chat_id=chat, action="typing", patience=3)

        return show


def wait_turn(bot: BotInstance, chat_id: str) -> None:
    """Keep to Telegram's pace for a chat and a bot, and to the pause it asked for.

    Raises:
        ChannelBusy: it is not our turn yet.
    """
    pause = float(cache.get(_pause_key(bot)) or 0) - time.time()
    if pause > 0:
        raise ChannelBusy(_("Telegram asked to wait."), retry_after=pause)
    if wait := seconds_to_wait(CHAT_RATE, "telegram-chat", str(bot.pk), chat_id):
        raise ChannelBusy(_("Waiting for a turn in this chat."), retry_after=wait)
    if wait := seconds_to_wait(BOT_RATE, "telegram-bot", str(bot.pk)):
        raise ChannelBusy(_("Waiting for this bot’s turn."), retry_after=wait)


def _send(bot: BotInstance, dialog: Dialog, piece: Piece, **parameters: Any) -> dict[str, Any]:
    try:
        result: dict[str, Any] = _hand_over(Telegram(bot.open_token()), piece, chat_id=dialog.chat_id, **parameters)
    except ChannelBusy as busy:  # Telegram blocks the whole bot, so all its chats wait
        cache.set(_pause_key(bot), time.time() + busy.retry_after, timeout=busy.retry_after + 1)
        raise
    except ChannelRefused as refused:
        if refused.status == FORBIDDEN:
            note_blocked(dialog, is_blocked=True)
            raise ChannelRefused(_("The customer has blocked the bot."), status=FORBIDDEN) from refused
        if refused.status in UNAUTHORISED:
            words = _("Telegram no longer accepts this bot’s token.")
            BotInstance.objects.filter(pk=bot.pk).update(last_error=now(), last_error_message=words)
        raise
    return result


def _hand_over(telegram: Telegram, piece: Piece, **parameters: Any) -> Any:
    """Send words or a file; a picture that Telegram does not show as one goes as a document."""
    if piece.file is None:
        return telegram.call("sendMessage", text=piece.text, **parameters)
    captioned = parameters | ({"caption": piece.text} if piece.text else {})
    method, content = _method_for(piece.file), content_of(piece.file)
    try:
        return telegram.send_file(method, method.removeprefix("send").lower(), content, **captioned)
    except ChannelRefused as refused:
        if method == DOCUMENT or refused.status != BAD_REQUEST:
            raise
        return telegram.send_file(DOCUMENT, "document", content, **captioned)


def _method_for(file: DialogAttachment) -> str:
    """Return the method that shows a file as what it is."""
    width, height = file.width or 1, file.height or 1
    is_odd = width + height > LONGEST_SIDES or max(width, height) > WIDEST_RATIO * min(width, height)
    return DOCUMENT if file.content_type in PHOTOS and is_odd else METHODS.get(file.content_type, DOCUMENT)


def note_blocked(dialog: Dialog, *, is_blocked: bool) -> None:
    """Remember whether the customer keeps the bot from writing."""
    context = {name: value for name, value in dialog.context_data.items() if name != "blocked_at"}
    dialog.context_data = context | ({"blocked_at": now().isoformat()} if is_blocked else {})
    Dialog.objects.filter(pk=dialog.pk).update(context_data=dialog.context_data)


def buttons(message: DialogMessage) -> dict[str, Any] | None:
    """Return the buttons under a message: thumbs under an answer, stars under a farewell, a person where offered."""
    rows = []
    with override(message.dialog.language_code):
        if message.metadata.get("offers_person"):
            rows.append([_button(_("Call a person"), f"person:{message.pk}:1")])
        elif message.sender == Sender.ASSISTANT and message.receipt:
            rows.append([_button("👍", f"rate:{message.pk}:1"), _button("👎", f"rate:{message.pk}:-1")])
        elif message.system_type == SystemType.CLOSED:
            rows.append([_button(f"{count} ★", f"stars:{message.pk}:{count}") for count in STARS])
    return {"inline_keyboard": rows} if rows else None


def _button(text: str, told: str) -> dict[str, str]:
    return {"text": text, "callback_data": told}


def _pause_key(bot: BotInstance) -> str:
    return f"telegram-pause:{bot.pk}"
