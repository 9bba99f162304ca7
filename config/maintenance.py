"""Whether the system is closed for work on it; accounts keeps the setting, everything else asks here."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

READ_ONLY, CLOSED = "read_only", "closed"
EVERYBODY: Final = "everybody"  # the group of all open sockets
SOCKET_CODE: Final = 4503


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What people and programs are told meanwhile."""

    mode: str
    message: str
    minutes: int
    support_email: str = ""

    @property
    def is_closed(self) -> bool:
        """Say whether not even reading works."""
        return self.mode == CLOSED

    @property
    def retry_after(self) -> int:
        """Return after how many seconds to come back."""
        return self.minutes * 60

    def as_problem(self) -> dict[str, Any]:
        """Return the RFC 9457 problem document."""
        return {
            "type": "urn:otklik:problem:maintenance",
            "title": _("The system is being worked on."),
            "detail": self.message,
            "status": 503,
            "code": "maintenance",
            "retry_after": self.retry_after,
        }

    def as_event(self) -> dict[str, Any]:
        """Return what open sockets hear."""
        return {"type": "maintenance", **asdict(self), "retry_after": self.retry_after}


_source: list[Callable[[], Notice | None]] = []


def answered_by(source: Callable[[], Notice | None]) -> None:
    """Say who knows; called from ``AppConfig.ready()``."""
    _source[:] = [source]


def notice() -> Notice | None:
    """Return what people are told, or nothing while everything works."""
    return _source[0]() if _source else None
