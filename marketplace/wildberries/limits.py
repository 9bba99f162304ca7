"""How many calls Wildberries allows: per seller, type of token and group of methods."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from marketplace.wildberries.tokens import TokenType


class Group(Enum):
    """Methods that share one budget."""

    FEEDBACKS = "feedbacks"
    CHATS = "chats"
    EVENTS = "events"
    MESSAGE = "message"
    DOWNLOAD = "download"
    CONTENT = "content"
    PRICES = "prices"
    SELLER = "seller"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Budget:
    """A token bucket: one call per ``interval`` seconds, ``burst`` of them at once."""

    interval: float
    burst: int


HOUR: Final = 3600.0
FULL: Final = {
    Group.FEEDBACKS: Budget(1 / 3, 6),
    Group.CHATS: Budget(1, 10),
    Group.EVENTS: Budget(1, 10),
    Group.MESSAGE: Budget(1, 10),
    Group.DOWNLOAD: Budget(1, 10),
    Group.CONTENT: Budget(0.6, 5),
    Group.PRICES: Budget(0.6, 5),
    Group.SELLER: Budget(60, 10),
    Group.RATING: Budget(60, 1),
}
BASE: Final = {
    Group.FEEDBACKS: Budget(HOUR / 5, 1),
    Group.CHATS: Budget(HOUR, 1),
    Group.EVENTS: Budget(HOUR, 1),
    Group.MESSAGE: Budget(HOUR, 1),
    Group.DOWNLOAD: Budget(HOUR / 10, 1),
    Group.CONTENT: Budget(0.6, 5),
    Group.PRICES: Budget(HOUR / 4, 1),
    Group.SELLER: Budget(24 * HOUR, 1),
    Group.RATING: Budget(60, 1),
}


def budget_of(group: Group, token_type: TokenType, *, has_client_secret: bool) -> Budget:
    """Return what a token may spend; a base token with a service's secret has the full budget."""
    is_base = token_type in {TokenType.BASE, TokenType.UNKNOWN} and not has_client_secret
    return (BASE if is_base else FULL)[group]
