"""Calls of the Graph API."""

from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Integration
from accounts.services import credentials_of
from assistants.models import BotInstance
from config.errors import ProviderUnavailable
from dialogs import providers
from dialogs.errors import ChannelBusy, ChannelRefused, TooLargeToFetch

VERSION: Final = "v23.0"
PLATFORM: Final = "whatsapp"
WINDOW_CLOSED: Final = 131047
TOKEN_REFUSED: Final = 190
BUSY: Final = {4, 80007, 130429, 131048, 131056, 133016}  # too many calls, to one number or in all
AWAY: Final = {1, 2, 131000, 131016}
PAUSE_SECONDS: Final = 15.0  # Graph does not say how long to wait
TOO_MANY: Final = 429


class WhatsApp:
    """One phone number's door to WhatsApp."""

    def __init__(self, *, phone_number_id: str, access_token: str) -> None:
        self.phone_number_id = phone_number_id
        self._headers = {"Authorization": f"Bearer {access_token}"}

    def call(self, method: str, path: str, *, body: Any = None, **options: Any) -> dict[str, Any]:
        """Call the Graph API and return its answer.

        Raises:
            ProviderUnavailable: WhatsApp is away, or busy (``ChannelBusy``).
            OutcomeUnknown: no answer came.
            ChannelRefused: WhatsApp says no.
        """
        url = f"{settings.SERVICES['WHATSAPP_API_URL']}/{VERSION}/{path}"
        reply = providers.exchange(method, url, json=body, headers=self._headers, **options)
        if reply.status < 300 and "error" not in reply.body:  # noqa: PLR2004 -- what HTTP calls success
            return reply.body
        error = reply.body.get("error") or {}
        words = str(error.get("message") or _("WhatsApp refused (%(status)d).") % {"status": reply.status})
        code = error.get("code")
        if reply.status == TOO_MANY or code in BUSY:
            raise ChannelBusy(words, retry_after=PAUSE_SECONDS)
        if code in AWAY:
            raise ProviderUnavailable(words)
        if code == WINDOW_CLOSED:
            words = window_words()
        raise ChannelRefused(words, status=TOKEN_REFUSED if code == TOKEN_REFUSED else reply.status)

    def send_text(self, to: str, text: str, *, reference: str) -> str:
        """Send a text and return WhatsApp's id of it; statuses will name ``reference``.

        Raises:
            ProviderError: see ``call``.
        """
        return self._send(to, "text", {"body": text, "preview_url": False}, reference=reference)

    def upload(self, file: providers.Upload) -> str:
        """Send a file up and return WhatsApp's id of it, good for a month.

        Raises:
            ProviderError: see ``call``.
        """
        form = {"messaging_product": "whatsapp", "type": file[2]}
        path, patience = f"{self.phone_number_id}/media", providers.UPLOAD_TIMEOUT
        return str(self.call("POST", path, form=form, files={"file": file}, timeout=patience)["id"])

    def send_file(self, to: str, kind: str, facts: dict[str, str], *, reference: str) -> str:
        """Send an uploaded file as image, document, audio or video and return WhatsApp's id of the message.

        Raises:
            ProviderError: see ``call``.
        """
        return self._send(to, kind, facts, reference=reference)

    def _send(self, to: str, kind: str, content: dict[str, Any], *, reference: str) -> str:
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to,
            "type": kind,
            kind: content,
            "biz_opaque_callback_data": reference,
        }
        sent = self.call("POST", f"{self.phone_number_id}/messages", body=body)
        return str(sent["messages"][0]["id"])

    def show_typing(self, message_id: str) -> None:
        """Mark a customer's message as read and show that an answer forms, for 25 seconds at most.

        Raises:
            ProviderError: see ``call``.
        """
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
            "typing_indicator": {"type": "text"},
        }
        self.call("POST", f"{self.phone_number_id}/messages", body=body)

    def profile(self) -> dict[str, Any]:
        """Return the number and the name customers see.

        Raises:
            ProviderError: see ``call``.
        """
        return self.call("GET", f"{self.phone_number_id}?fields=display_phone_number,verified_name")

    def download(self, media_id: str, *, limit: int) -> bytes:
        """Return a file's content.

        Raises:
            ProviderError: see ``call`` and ``providers.download``.
        """
        media = self.call("GET", media_id)
        if int(media.get("file_size") or 0) > limit:
            raise TooLargeToFetch(_("The file is too large to be kept."))
        return providers.download(str(media["url"]), limit=limit, headers=self._headers)


def window_words() -> str:
    """Say why nothing can be sent more than a day after the customer wrote."""
    return _(
        "WhatsApp delivers free text only within 24 hours of the customer’s last message. Wait until they write again."
    )


def integration_of(bot: BotInstance) -> Integration | None:
    """Return the connection that holds a bot's credentials."""
    return (
        Integration.objects.of(bot.tenant)
        .filter(platform_id=PLATFORM, external_account=bot.external_id, credentials_encrypted__isnull=False)
        .first()
    )


def client_of(bot: BotInstance) -> WhatsApp:
    """Return the door of a bot's number.

    Raises:
        ChannelRefused: it is disconnected.
    """
    integration = integration_of(bot)
    if integration is None:
        raise ChannelRefused(_("The number is stopped or disconnected."))
    token = credentials_of(integration)["access_token"]
    return WhatsApp(phone_number_id=bot.external_id, access_token=token)
