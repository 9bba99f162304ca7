"""A cabinet behind its tokens: which token makes a call, and what its answer is."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

import httpx
from django.utils.timezone import now

from marketplace.wildberries import payloads as p
from marketplace.wildberries import reading
from marketplace.wildberries.calls import Call, ask
from marketplace.wildberries.errors import NoToken, ReadOnlyToken, Unauthorised, Unavailable, WrongCategory
from marketplace.wildberries.limits import Group
from marketplace.wildberries.tokens import Category, Token

DEFAULT_PATIENCE: Final = 5.0


class Cabinet:
    """What all methods share; use it as a context manager.

    Args:
        tokens: Every token of the cabinet; each call takes the one that may make it.
        patience: How many seconds a call may wait for its turn before ``RateLimited``.
        sleep: How to wait; a sync that must keep its lease waits in its own way.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        *,
        patience: float = DEFAULT_PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.tokens = list(tokens)
        self.patience = patience
        self._sleep = sleep
        self._http = httpx.Client(follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def token_for(self, category: Category | None, *, is_write: bool = False) -> Token:
        """Return the token that may make a call.

        Raises:
            NoToken, WrongCategory, ReadOnlyToken, Unauthorised: none may.
        """
        fitting = [token for token in self.tokens if token.covers(category)]
        if not fitting:
            raise WrongCategory(category=category.label) if self.tokens and category else NoToken
        at = now()
        fresh = [token for token in fitting if not token.is_expired(at=at)]
        if not fresh:
            expired = max(fitting, key=lambda token: token.expires_at).expires_at
            raise Unauthorised(detail=f"token expired {expired:%d.%m.%Y}")
        writable = [token for token in fresh if not token.is_read_only]
        if is_write and not writable:
            raise ReadOnlyToken
        return max(writable or fresh, key=lambda token: token.expires_at)

    def _call(self, call: Call, *, token: Token | None = None) -> Any:
        chosen = token or self.token_for(call.category, is_write=call.is_write)
        return ask(self._http, chosen, call, patience=self.patience, sleep=self._sleep)

    def _json(self, method: str, service: str, path: str, *, group: Group, category: Category, **rest: Any) -> p.Raw:
        return json_object(
            self._call(Call(method=method, service=service, path=path, group=group, category=category, **rest))
        )

    def _feedbacks(self, method: str, path: str, **rest: Any) -> Any:
        group, category = Group.FEEDBACKS, Category.FEEDBACKS
        return self._call(
            Call(method=method, service="WB_FEEDBACKS_URL", path=path, group=group, category=category, **rest)
        )

    def _data(self, path: str, params: p.Raw) -> Any:
        """Open the envelope of reviews and questions."""
        body = json_object(self._feedbacks("GET", path, params=params))
        if body.get("error") or body.get("data") is None:
            raise Unavailable(detail=reading.words(body.get("errorText")) or "empty answer")
        return body["data"]

    def _patch_question(self, body: p.Raw) -> None:
        self._feedbacks("PATCH", "/api/v1/questions", json=body, is_write=True)

    def _one(self, raw: Any, read: Callable[[p.Raw], p.Row]) -> p.Row:
        page = reading.page_of([raw], read)
        if page.broken:
            raise Unavailable(detail=page.broken[0].reason)
        return page.rows[0]


def json_object(response: Any) -> p.Raw:
    """Return the JSON object that an answer should be."""
    try:
        body = response.json()
    except ValueError as error:
        raise Unavailable(detail="not JSON") from error
    if not isinstance(body, dict):
        raise Unavailable(detail="not an object")
    return body
