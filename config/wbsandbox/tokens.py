"""Tokens of the sandbox: shaped like the real ones, signed with a key that is no secret."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

KEY: Final = b"otklik-sandbox"
DEMO_SID: Final = "5d3c1f7a-6a0b-4d9e-9a41-1e11e0c1e4e7"
SECOND_SID: Final = "0b7e4c52-93f1-4a8d-8f3e-7c1d2b9a6e55"
LIFE_SECONDS: Final = 180 * 24 * 3600
READ_ONLY: Final = 30
CATEGORIES: Final = {"content": 1, "prices": 3, "feedbacks": 7, "chat": 9, "returns": 11}
TYPES: Final = {"base": (1, None), "test": (2, None), "personal": (3, "self"), "service": (4, "asid:otklik")}


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a good token says."""

    sid: str
    type: str
    mask: int

    def covers(self, bit: int | None) -> bool:
        """Say whether a category is open to it."""
        return bit is None or bool(self.mask >> bit & 1)

    @property
    def is_read_only(self) -> bool:
        """Say whether it may only look."""
        return bool(self.mask >> READ_ONLY & 1)


def issue(
    sid: str = DEMO_SID,
    *,
    categories: Iterable[str] = tuple(CATEGORIES),
    token_type: str = "personal",  # noqa: S107 -- a kind
    is_read_only: bool = False,
    expires_at: float | None = None,
) -> str:
    """Return a token."""
    access, made_for = TYPES[token_type]
    mask = sum(1 << CATEGORIES[name] for name in categories) + (1 << READ_ONLY if is_read_only else 0)
    expires = int(time.time() + LIFE_SECONDS if expires_at is None else expires_at)
    payload = {"id": str(uuid.uuid4()), "s": mask, "sid": sid, "exp": expires, "acc": access, "t": access == 2}  # noqa: PLR2004 -- a test token
    if made_for:
        payload["for"] = made_for
    body = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(payload)}"
    return f"{body}.{_sign(body)}"


def read(text: str, *, now: float) -> Bearer:
    """Check a token.

    Raises:
        ValueError: why it is no good, in the gateway's words.
    """
    body, _, signature = text.strip().removeprefix("Bearer ").rpartition(".")
    if body.count(".") != 1 or not hmac.compare_digest(_sign(body), signature):
        raise ValueError("token problem; token is malformed")
    payload = json.loads(_decoded(body.split(".")[1]))
    if payload["exp"] <= now:
        raise ValueError("token problem; token is expired")
    kinds = {access: name for name, (access, _) in TYPES.items()}
    return Bearer(payload["sid"], kinds[payload["acc"]], payload["s"])


def _sign(body: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(KEY, body.encode(), hashlib.sha256)).rstrip(b"=").decode()


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
