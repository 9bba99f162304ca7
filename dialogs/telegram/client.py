"""Calls of the Bot API."""

import json
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
        return self._read(providers.exchange("POST", self._address(method), json=parameters, timeout=patience))

    def send_file(self, method: str, field: str, file: providers.Upload, **parameters: Any) -> Any:
        """Call a method that takes a file; what is no text is written as JSON.

        Raises:
            ProviderError: see ``call``.
        """
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
        address, patience = self._address(method), providers.UPLOAD_TIMEOUT
        return self._read(providers.exchange("POST", address, form=form, files={field: file}, timeout=patience))

    def _address(self, method: str) -> str:
        return f"{settings.SERVICES['TELEGRAM_API_URL']}/bot{self._token}/{method}"

    @staticmethod
    def _read(reply: providers.Reply) -> Any:
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
