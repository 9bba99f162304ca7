"""What a seller's token says about itself, read without asking Wildberries."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError

READ_ONLY_BIT: Final = 30
PARTS: Final = 3
LONGEST: Final = 8192


class Category(IntEnum):
    """A part of the API; the number is its bit in the token's mask."""

    CONTENT = 1
    ANALYTICS = 2
    PRICES = 3
    MARKETPLACE = 4
    STATISTICS = 5
    PROMOTION = 6
    FEEDBACKS = 7
    CHAT = 9
    SUPPLIES = 10
    RETURNS = 11
    DOCUMENTS = 12
    FINANCE = 13
    USERS = 16

    @property
    def label(self) -> str:
        """Return the category's name in the portal."""
        return str(_LABELS[self])


_LABELS: Final = {
    Category.CONTENT: _("Content"),
    Category.ANALYTICS: _("Analytics"),
    Category.PRICES: _("Prices and discounts"),
    Category.MARKETPLACE: _("Marketplace"),
    Category.STATISTICS: _("Statistics"),
    Category.PROMOTION: _("Promotion"),
    Category.FEEDBACKS: _("Reviews and questions"),
    Category.CHAT: _("Chat with buyers"),
    Category.SUPPLIES: _("Supplies"),
    Category.RETURNS: _("Buyers' returns"),
    Category.DOCUMENTS: _("Documents"),
    Category.FINANCE: _("Finance"),
    Category.USERS: _("Users"),
}


class TokenType(Enum):
    """Who a token was made for; it decides how many calls are allowed."""

    BASE = "base"
    TEST = "test"
    PERSONAL = "personal"
    SERVICE = "service"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """Return the type's name in the portal."""
        return str(_TYPES[self])


_TYPES: Final = {
    TokenType.BASE: _("Base token"),
    TokenType.TEST: _("Test token"),
    TokenType.PERSONAL: _("Personal token"),
    TokenType.SERVICE: _("Service token"),
    TokenType.UNKNOWN: _("Token of an unknown type"),
}
_BY_ACCESS: Final = {1: TokenType.BASE, 2: TokenType.TEST, 3: TokenType.PERSONAL, 4: TokenType.SERVICE}


class Unreadable(DomainError):
    """This is not a token of Wildberries."""

    code, status = "wildberries_token_unreadable", 400
    message = _("This is not a Wildberries token. Copy it whole from the portal: it has three parts with dots.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token, decoded."""

    text: str = field(repr=False)
    token_id: str
    sid: str
    type: TokenType
    categories: frozenset[Category]
    is_read_only: bool
    expires_at: datetime

    def covers(self, category: Category | None) -> bool:
        """Say whether the token opens a part of the API; None is open to every token."""
        return category is None or category in self.categories

    def is_expired(self, *, at: datetime) -> bool:
        """Say whether its time is over."""
        return self.expires_at <= at

    def days_left(self, *, at: datetime) -> int:
        """Return whole days until it expires; negative afterwards."""
        return (self.expires_at - at).days


def decode(text: str) -> Token:
    """Read a token.

    Raises:
        Unreadable: it is no token of Wildberries.
    """
    text = "".join(text.split()).removeprefix("Bearer")
    parts = text.split(".")
    if len(parts) != PARTS or len(text) > LONGEST or not text.isascii():
        raise Unreadable
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return _read(text, payload)
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError) as error:
        raise Unreadable from error


def _read(text: str, payload: dict[str, Any]) -> Token:
    mask, sid = int(payload["s"]), str(payload["sid"])
    if mask < 0 or not sid:
        raise ValueError
    return Token(
        text=text,
        token_id=str(payload.get("id", "")),
        sid=sid.lower(),
        type=TokenType.TEST if payload.get("t") is True else _BY_ACCESS.get(payload.get("acc", 0), TokenType.UNKNOWN),
        categories=frozenset(category for category in Category if mask >> category & 1),
        is_read_only=bool(mask >> READ_ONLY_BIT & 1),
        expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
    )
