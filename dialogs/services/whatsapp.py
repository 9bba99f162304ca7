"""WhatsApp numbers of the seller's, and what their webhooks do to conversations."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import Integration, Platform
from accounts.services import connect, credentials_of, disconnect
from assistants.enums import BotPlatform
from assistants.models import Assistant, BotInstance
from config.errors import ProviderError
from dialogs.enums import DeliveryStatus, Sender
from dialogs.errors import BotTaken, ChannelRefused, MessengerAway, TokenRefused
from dialogs.events import announce_message
from dialogs.models import DialogMessage
from dialogs.services import listening
from dialogs.telegram.updates import Attachment, Person, clean, number, part
from dialogs.whatsapp.client import PLATFORM, WhatsApp, integration_of

FILES: Final = ("image", "document", "audio", "voice", "video", "sticker")
S: Final = DeliveryStatus
FORWARD: Final = {
    "sent": {S.QUEUED, S.SENDING, S.UNCONFIRMED},
    "delivered": {S.QUEUED, S.SENDING, S.SENT, S.UNCONFIRMED},
    "read": {S.QUEUED, S.SENDING, S.SENT, S.DELIVERED, S.UNCONFIRMED},
    "failed": {S.QUEUED, S.SENDING, S.SENT, S.UNCONFIRMED},
}
"""From which states each of WhatsApp's words moves a message; they come in any order, and more than once."""


def connect_whatsapp(
    assistant: Assistant, *, phone_number_id: str, access_token: str, app_secret: str, at: datetime, name: str = ""
) -> BotInstance:
    """Connect a number of WhatsApp's Cloud API after asking it who it is.

    Raises:
        TokenRefused: WhatsApp does not know the number or the token.
        BotTaken: another shop has this number.
        MessengerAway: WhatsApp does not answer.
    """
    profile = _profile_of(phone_number_id, access_token)
    same = BotInstance.objects.filter(platform=BotPlatform.WHATSAPP, external_id=phone_number_id)
    if same.exclude(tenant=assistant.tenant).exists():
        raise BotTaken
    with transaction.atomic():
        bot = same.first() or BotInstance(
            tenant=assistant.tenant, platform=BotPlatform.WHATSAPP, external_id=phone_number_id
        )
        known = integration_of(bot)
        bot.assistant, bot.is_active = assistant, True
        bot.name = name or clean(profile.get("verified_name"))
        bot.username = clean(profile.get("display_phone_number"))
        bot.settings = {**bot.settings, "health": {"at": at.isoformat(), "works": True}}
        bot.last_error, bot.last_error_message = None, ""
        bot.save()
        connect(
            assistant.tenant,
            platform=Platform.objects.get(pk=PLATFORM),
            external_account=phone_number_id,
            name=bot.name,
            credentials={
                "access_token": access_token,
                "phone_number_id": phone_number_id,
                "app_secret": app_secret,
                "verify_token": credentials_of(known)["verify_token"] if known else secrets.token_urlsafe(24),
            },
        )
    return bot


def _profile_of(phone_number_id: str, access_token: str) -> dict[str, Any]:
    """Ask WhatsApp about a number on behalf of a person who waits for it."""
    try:
        return WhatsApp(phone_number_id=phone_number_id, access_token=access_token).profile()
    except ChannelRefused as refused:
        raise TokenRefused(platform="WhatsApp", reason=str(refused)) from refused
    except ProviderError as error:
        raise MessengerAway(platform="WhatsApp") from error


def forget_number(bot: BotInstance) -> None:
    """Erase a number's credentials and forget it; its conversations stay."""
    if integration := integration_of(bot):
        disconnect(integration)
    bot.delete()


def is_signed(integration: Integration, body: bytes, signature: str) -> bool:
    """Say whether Meta signed ``body`` with this connection's app secret."""
    secret = credentials_of(integration).get("app_secret", "")
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(signature.encode(), expected.encode())


def is_verification(integration: Integration, token: str) -> bool:
    """Say whether Meta's verification request names the token that was given to the seller."""
    expected = credentials_of(integration).get("verify_token", "")
    return bool(expected) and hmac.compare_digest(token.encode(), expected.encode())


def take_notification(integration: Integration, notification: dict[str, Any], *, at: datetime) -> int | None:
    """Carry out what one notification says; return how much was new, or None of a stopped number."""
    bots = BotInstance.objects.filter(
        tenant=integration.tenant, platform=BotPlatform.WHATSAPP, external_id=integration.external_account
    )
    bot = bots.select_related("tenant", "assistant__tenant").first()
    if bot is None or not bot.is_active:
        return None
    news = 0
    for value in _values(notification, bot.external_id):
        names = {clean(c.get("wa_id")): clean(part(c.get("profile")).get("name")) for c in _parts(value, "contacts")}
        for message in _parts(value, "messages"):
            news += _hear(bot, message, names=names, at=at)
        for status in _parts(value, "statuses"):
            news += _follow(bot, status)
    return news


def _values(notification: dict[str, Any], phone_number_id: str) -> Iterator[dict[str, Any]]:
    """Return what concerns this number."""
    for entry in _parts(notification, "entry"):
        for change in _parts(entry, "changes"):
            value = part(change.get("value"))
            if part(value.get("metadata")).get("phone_number_id") == phone_number_id:
                yield value


def _parts(owner: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = owner.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


@transaction.atomic
def _hear(bot: BotInstance, message: dict[str, Any], *, names: dict[str, str], at: datetime) -> bool:
    message_id, sender = clean(message.get("id")), clean(message.get("from"))
    words, files = _words(message), _files(message)
    if not message_id or not sender or not (words or files) or not listening.is_first(bot, message_id):
        return False
    person = Person(id=sender, username="", first_name=names.get(sender, ""), last_name="", language_code="")
    dialog = listening.dialog_of(bot, chat_id=sender, person=person)
    listening.hear(dialog, words=words, attachments=files, message_id=message_id, at=at)
    return True


def _words(message: dict[str, Any]) -> str:
    """Return what the customer wrote, pressed or captioned."""
    reply = part(message.get("interactive"))
    texts = [
        part(message.get("text")).get("body"),
        part(message.get("button")).get("text"),
        part(reply.get("button_reply")).get("title"),
        part(reply.get("list_reply")).get("title"),
        *(part(message.get(kind)).get("caption") for kind in FILES),
    ]
    return next((clean(text, length=None).strip() for text in texts if text), "")


def _files(message: dict[str, Any]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            kind="voice" if part(message[kind]).get("voice") else kind,
            file_id=clean(part(message[kind]).get("id")),
            name=clean(part(message[kind]).get("filename")),
            mime_type=clean(part(message[kind]).get("mime_type")),
            size=number(part(message[kind]).get("file_size")),
        )
        for kind in FILES
        if part(message.get(kind)).get("id")
    )


def _follow(bot: BotInstance, status: dict[str, Any]) -> bool:
    """Move a message to what WhatsApp says of it, never back."""
    word = status.get("status")
    try:
        reference = UUID(str(status.get("biz_opaque_callback_data")))
    except ValueError:
        return False
    if word not in FORWARD:
        return False
    own = DialogMessage.objects.filter(tenant_id=bot.tenant_id, dialog__bot=bot, uuid=reference)
    own = own.exclude(sender=Sender.CUSTOMER)
    errors = [clean(error.get("title") or error.get("message")) for error in _parts(status, "errors")]
    changes = {"delivery_error": "; ".join(errors) or str(word)} if word == "failed" else {}
    moved = own.filter(delivery_status__in=FORWARD[word]).update(delivery_status=word, **changes)
    if moved:
        announce_message(own.select_related("author").get())
    return bool(moved)
