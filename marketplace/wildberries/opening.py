"""From a store to its cabinet."""

import time
from collections.abc import Callable

from accounts.services.connections import credentials_of
from marketplace.models import Store
from marketplace.wildberries.cabinet import DEFAULT_PATIENCE
from marketplace.wildberries.client import Wildberries
from marketplace.wildberries.errors import NoToken
from marketplace.wildberries.tokens import Token, decode

SUFFIX = "api_token"  # api_token, content_api_token, feedbacks_api_token, chat_api_token, prices_api_token


def tokens_of(store: Store) -> list[Token]:
    """Return a store's tokens, decoded; each text once.

    Raises:
        NoToken: it has none.
    """
    kept = credentials_of(store.integration) if store.integration else {}
    texts = dict.fromkeys(text for name, text in kept.items() if name.endswith(SUFFIX) and text)
    if not texts:
        raise NoToken
    return [decode(text) for text in texts]


def client_for(
    store: Store, *, patience: float = DEFAULT_PATIENCE, sleep: Callable[[float], None] = time.sleep
) -> Wildberries:
    """Return the client of a store's cabinet; use it as a context manager, outside transactions.

    Raises:
        NoToken: the store is not connected.
        CredentialsUnreadable: the encryption key is gone.
    """
    return Wildberries(tokens_of(store), patience=patience, sleep=sleep)
