"""The seller API of Wildberries: tokens, rate limits shared by all workers, and typed calls.

``client_for(store)`` is the way in; every refusal is one of ``errors``.
"""

from marketplace.wildberries.client import Wildberries
from marketplace.wildberries.errors import (
    NoToken,
    OutcomeUnknown,
    RateLimited,
    ReadOnlyToken,
    Rejected,
    Unauthorised,
    Unavailable,
    WildberriesError,
    WrongCategory,
)
from marketplace.wildberries.opening import client_for, tokens_of
from marketplace.wildberries.tokens import Category, Token, TokenType, Unreadable, decode

__all__ = [
    "Category",
    "NoToken",
    "OutcomeUnknown",
    "RateLimited",
    "ReadOnlyToken",
    "Rejected",
    "Token",
    "TokenType",
    "Unauthorised",
    "Unavailable",
    "Unreadable",
    "Wildberries",
    "WildberriesError",
    "WrongCategory",
    "client_for",
    "decode",
    "tokens_of",
]
