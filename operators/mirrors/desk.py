"""What every help desk's client shares: where it may go, how it asks, and what went wrong."""

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from django.conf import settings

from config.errors import ProviderError, ProviderUnavailable
from config.outside import Outside, OutsideFailed, Reply, Trouble
from operators.enums import TicketStatus
from operators.models import Ticket

SECONDS: Final = 15.0
MAX_ANSWER: Final = 2 * 1024 * 1024
LONGEST_PAUSE: Final = 3600
PAUSE: Final = 30
WORDS: Final = 300


class Denied(ProviderError):
    """The help desk does not take the credentials."""


class Refused(ProviderError):
    """The help desk understood and said no; its words tell why."""


class Busy(ProviderUnavailable):
    """Nothing was done; ``seconds`` says how long to wait."""

    def __init__(self, words: str, *, seconds: int = PAUSE) -> None:
        super().__init__(words)
        self.seconds = seconds


class Silent(ProviderUnavailable):
    """No answer that says whether anything was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """The copy of a ticket over there."""

    external_id: str
    url: str
    status: str = ""


class Desk(ABC):
    """A client of one account."""

    USER_SUFFIX: ClassVar[str] = ""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.credentials = credentials
        self.base = self.address().rstrip("/")

    @abstractmethod
    def address(self) -> str:
        """Return where the account lives."""

    @abstractmethod
    def greet(self) -> str:
        """Try the credentials and return what names the account."""

    @abstractmethod
    def create(self, ticket: Ticket, *, key: str) -> Remote:
        """Make the copy of a ticket."""

    @abstractmethod
    def find(self, ticket: Ticket) -> Remote | None:
        """Return the copy that was made of a ticket, if there is one."""

    @abstractmethod
    def account(self) -> str:
        """Return the id of the account that acts for us, by which our own doings are recognised."""

    @abstractmethod
    def comment(self, external_id: str, text: str) -> str:
        """Add a comment that only the team over there sees, and return its id, if it is told."""

    @abstractmethod
    def find_comment(self, external_id: str, mark: str) -> str | None:
        """Return the id of the comment that holds ``mark``, if there is one."""

    @abstractmethod
    def move(self, external_id: str, status: TicketStatus) -> str:
        """Bring the copy to what ``status`` means there, and return how that is called; done before, it is done."""

    def ask(
        self, path: str, body: Mapping[str, Any] | None = None, *, is_put: bool = False, **headers: str
    ) -> dict[str, Any]:
        """GET, or POST or PUT ``body``, and return the JSON object that answers.

        Raises:
            Denied, Refused, Busy, Silent: see there.
        """
        if urlsplit(self.base).scheme != "https" and not settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES:
            raise Refused("https")
        user = f"{self.credentials.get('email', '')}{self.USER_SUFFIX}:{self.credentials.get('api_token', '')}"
        sent = {
            "Authorization": f"Basic {base64.b64encode(user.encode()).decode()}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        try:
            with Outside(user_agent="Otklik/1", seconds=SECONDS, max_bytes=MAX_ANSWER) as outside:
                url = self.base + path
                if body is None:
                    reply = outside.get(url, headers=sent, may_visit=lambda _: False)
                else:
                    act = outside.put if is_put else outside.post
                    reply = act(url, json.dumps(body, ensure_ascii=False).encode(), headers=sent)
        except OutsideFailed as failed:
            if failed.never_left:
                raise Busy(failed.trouble.value) from failed
            raise Silent(failed.trouble.value) from failed
        return self._read(reply)

    def _read(self, reply: Reply) -> dict[str, Any]:
        if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise Denied(f"HTTP {reply.status}")
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Busy("HTTP 429", seconds=_pause(reply.headers.get("retry-after", "")))
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Silent(f"HTTP {reply.status}")
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Refused(f"HTTP {reply.status}: {reply.content.decode(errors='replace')[:WORDS]}")
        if reply.status == HTTPStatus.NO_CONTENT:
            return {}
        try:
            content = json.loads(reply.content)
        except (ValueError, RecursionError) as error:
            raise Silent(Trouble.BAD_ANSWER.value) from error
        if not isinstance(content, dict):
            raise Silent(Trouble.BAD_ANSWER.value)
        return content


def _pause(text: str) -> int:
    """Return the seconds of a ``Retry-After``, which may be a date."""
    if text.isascii() and text.isdigit():
        seconds = int(text)
    else:
        try:
            seconds = round((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            seconds = PAUSE
    return min(max(seconds, 1), LONGEST_PAUSE)
