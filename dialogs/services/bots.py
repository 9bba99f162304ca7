"""The seller's bots: connecting, starting, stopping and looking after them."""

import secrets
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assistants.enums import BotPlatform
from assistants.models import Assistant, BotInstance
from config.errors import ProviderError
from dialogs import tasks
from dialogs.errors import BotTaken, ChannelRefused, MessengerAway, TokenRefused
from dialogs.services import whatsapp
from dialogs.telegram.client import TOKEN, Telegram
from dialogs.whatsapp.client import client_of

RECENT_SECONDS: Final = 1800  # Telegram tells of its last trouble for ever
ALLOWED_UPDATES: Final = ["message", "edited_message", "callback_query", "my_chat_member"]


def connect_telegram(assistant: Assistant, *, token: str, at: datetime, name: str = "") -> BotInstance:
    """Connect a bot by its token and start it; a bot of the shop's that got a new token keeps its conversations.

    Raises:
        TokenRefused: Telegram does not know the token.
        BotTaken: another shop has this bot.
        MessengerAway: Telegram does not answer.
    """
    token = token.strip()
    if not TOKEN.fullmatch(token):
        raise TokenRefused(platform="Telegram", reason=_("a token looks like 123456789:AAE… and comes from @BotFather"))
    profile = _ask(token, "getMe")
    own = BotInstance.objects.filter(tenant=assistant.tenant, platform=BotPlatform.TELEGRAM)
    bot = own.filter(external_id=str(profile["id"])).first() or BotInstance(
        tenant=assistant.tenant, platform=BotPlatform.TELEGRAM, external_id=str(profile["id"])
    )
    bot.assistant = assistant
    bot.name = name or str(profile.get("first_name", ""))[:255]
    bot.username = str(profile.get("username", ""))[:255]
    bot.is_active = False
    bot.seal_token(token)
    bot.seal_webhook_secret(secrets.token_urlsafe(32))
    try:
        with transaction.atomic():
            bot.save()
    except IntegrityError as error:
        raise BotTaken from error
    start(bot, at=at)
    return bot


def start(bot: BotInstance, *, at: datetime) -> None:
    """Have Telegram send the bot's updates here.

    Without HTTPS nobody outside can reach us, so ``telegram_poll`` fetches them.

    Raises:
        TokenRefused, MessengerAway: see ``connect_telegram``.
    """
    if bot.platform == BotPlatform.TELEGRAM and settings.IS_SECURE:
        _ask(
            bot.open_token(),
            "setWebhook",
            url=f"{settings.BASE_URL}/webhooks/telegram/{bot.uuid}/",
            secret_token=bot.open_webhook_secret(),
            allowed_updates=ALLOWED_UPDATES,
            max_connections=40,
        )
    elif bot.platform == BotPlatform.TELEGRAM:
        _ask(bot.open_token(), "deleteWebhook")
    bot.is_active, bot.last_error, bot.last_error_message = True, None, ""
    bot.save(update_fields=["is_active", "last_error", "last_error_message"])
    check(bot, at=at)


def stop(bot: BotInstance) -> None:
    """Leave what customers write with the messenger until the bot is started again, at most a day."""
    if bot.platform == BotPlatform.TELEGRAM and bot.bot_token_encrypted:
        try:
            Telegram(bot.open_token()).call("deleteWebhook", drop_pending_updates=False)
        except ProviderError as error:
            bot.last_error_message = str(error)
    bot.is_active = False
    bot.save(update_fields=["is_active", "last_error_message"])


def disconnect(bot: BotInstance) -> None:
    """Forget a bot and its token; its conversations stay."""
    if bot.platform == BotPlatform.WHATSAPP:
        whatsapp.forget_number(bot)
        return
    stop(bot)
    bot.delete()


def change(bot: BotInstance, *, assistant: Assistant, name: str = "") -> None:
    """Have another assistant answer what is begun from now on, or call the bot something else."""
    bot.assistant, bot.name = assistant, name or bot.name
    bot.save(update_fields=["assistant", "name"])


def check(bot: BotInstance, *, at: datetime) -> dict[str, Any]:
    """Ask the messenger how the bot is doing and keep what it says."""
    health: dict[str, Any] = {"at": at.isoformat()}
    trouble = ""
    try:
        if bot.platform == BotPlatform.WHATSAPP:
            client_of(bot).profile()
        else:
            telegram = Telegram(bot.open_token())
            telegram.call("getMe")
            hook = telegram.call("getWebhookInfo")
            health |= {"pending": hook.get("pending_update_count", 0), "is_webhook": bool(hook.get("url"))}
            is_recent = at.timestamp() - int(hook.get("last_error_date") or 0) < RECENT_SECONDS
            trouble = str(hook.get("last_error_message") or "") if is_recent else ""
    except ProviderError as error:
        trouble = str(error)
    bot.settings = {**bot.settings, "health": health | {"works": not trouble}}
    bot.last_error, bot.last_error_message = (at, trouble) if trouble else (None, "")
    bot.save(update_fields=["settings", "last_error", "last_error_message"])
    return health


def check_all() -> int:
    """Have every bot that answers looked after; return how many there are."""
    active = list(BotInstance.objects.active().values_list("pk", flat=True))
    for bot_id in active:
        tasks.check_bot.delay(bot_id=bot_id)
    return len(active)


def check_one(bot_id: int, *, at: datetime) -> None:
    """Look after one bot, if it is still there."""
    bot = BotInstance.objects.select_related("tenant").filter(pk=bot_id).first()
    if bot:
        check(bot, at=at)


def _ask(token: str, method: str, **parameters: Any) -> Any:
    """Call Telegram on behalf of a person who waits for it."""
    try:
        return Telegram(token).call(method, **parameters)
    except ChannelRefused as refused:
        raise TokenRefused(platform="Telegram", reason=str(refused)) from refused
    except ProviderError as error:
        raise MessengerAway(platform="Telegram") from error
