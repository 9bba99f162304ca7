"""Calls of the Bot API."""

import re
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from dialogs import providers
from dialogs.errors import ChannelBusy, ChannelRefused, TooLargeToFetch

TOKEN: Final = re.compile(r"\d{5,20}:[A-Za-z0-9_-]{20,80}")
TOO_MANY: Final = 429
FORBIDDEN: Final = 403
TOO_BIG: Final = "file is too big"  # Telegram's words for more than 20 MB
UNAUTHORISED: Final = (401, 404)  # 404: no such bot


class Telegram:
    """One bot's door to Telegram."""

    def __init__(self, token: str) -> None:
        self._token = token

    def call(self, method: str, *, patience: float = providers.TIMEOUT, **parameters: Any) -> Any:
        """Call a method and return its result.

        Raises:
            ProviderUnavailable: Telegram is away; ``ChannelBusy`` with the
                seconds to wait after too many calls.
            OutcomeUnknown: no answer came.
            ChannelRefused: Telegram says no.
        """
        base = f"{settings.SERVICES['TELEGRAM_API_URL']}/bot{self._token}"
        reply = providers.exchange("POST", f"{base}/{method}", json=parameters, timeout=patience)
        if reply.body.get("ok") is True:
            return reply.body.get("result")
        words = str(reply.body.get("description") or _("Telegram refused (%(status)d).") % {"status": reply.status})
        if reply.status == TOO_MANY:
            facts = reply.body.get("parameters") or {}
            raise ChannelBusy(words, retry_after=float(facts.get("retry_after") or 1))
        raise ChannelRefused(words, status=reply.status)

    def download(self, file_id: str, *, limit: int) -> bytes:
        """Return a file's content.

        Raises:
            ProviderError: see ``call`` and ``providers.download``.
        """
        try:
            file = self.call("getFile", file_id=file_id)
        except ChannelRefused as refused:
            if TOO_BIG in str(refused):
                raise TooLargeToFetch(str(refused)) from refused
            raise
        if int(file.get("file_size") or 0) > limit:
            raise TooLargeToFetch(_("The file is too large to be kept."))
        address = f"{settings.SERVICES['TELEGRAM_API_URL']}/file/bot{self._token}/{file['file_path']}"
        return providers.download(address, limit=limit)
