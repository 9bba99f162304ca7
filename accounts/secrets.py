"""Secrets at rest: AES-256-GCM, bound to the place where they are kept.

A token is ``version (1) | key id (8) | nonce (12) | ciphertext with tag``. The
header and the context (table, column, tenant, row) are authenticated, so a
ciphertext copied into another row does not open there. ``ENCRYPTION_KEYS``
lists urlsafe base64 keys of 32 bytes, newest first: the first one encrypts, all
of them decrypt; ``manage.py rotate_keys`` moves every row to the first.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION: Final = b"\x01"
KEY_BYTES: Final = 32
ID_BYTES: Final = 8
NONCE_BYTES: Final = 12
HEADER_BYTES: Final = len(VERSION) + ID_BYTES
SHOWN: Final = 4
SHOWABLE: Final = 12


class SecretUnreadable(Exception):
    """The token was made with a key that is gone, for another place, or damaged."""


def encrypt(value: str | bytes, *, context: str) -> bytes:
    """Encrypt UTF-8 ``value`` with the newest key for one place; see ``context_of``."""
    plain = value.encode() if isinstance(value, str) else value
    identifier, key = next(iter(_keys().items()))
    header, nonce = VERSION + identifier, os.urandom(NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, header + context.encode())


def decrypt(token: bytes | memoryview, *, context: str) -> str:
    """Return the text kept in ``token``.

    Raises:
        SecretUnreadable: the key is gone, the place is another, or the bytes changed.
    """
    token = bytes(token)
    header, nonce = token[:HEADER_BYTES], token[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    key = _keys().get(header[len(VERSION) :])
    if key is None or not header.startswith(VERSION):
        raise SecretUnreadable
    try:
        plain = AESGCM(key).decrypt(nonce, token[HEADER_BYTES + NONCE_BYTES :], header + context.encode())
    except (InvalidTag, ValueError) as error:
        raise SecretUnreadable from error
    return plain.decode()


def context_of(row: Any, column: str) -> str:
    """Name the place of a secret: table, column, tenant and the row's public id."""
    return f"{row._meta.db_table}.{column}.{getattr(row, 'tenant_id', None) or '-'}.{row.uuid}"


def key_id(token: bytes | memoryview | None = None) -> str:
    """Return the id of the key that made ``token``, or of the newest one."""
    if token is None:
        return next(iter(_keys())).hex()
    return bytes(token)[len(VERSION) : HEADER_BYTES].hex()


def fingerprint(value: str) -> str:
    """Return HMAC-SHA256 of ``value`` under the newest key: equal secrets, equal fingerprints."""
    return fingerprints(value)[0]


def fingerprints(value: str) -> list[str]:
    """Return the fingerprint under every key, newest first, to look up rows not yet rotated."""
    return [hmac.new(_derived(key), value.encode(), hashlib.sha256).hexdigest() for key in _keys().values()]


def masked(value: str) -> str:
    """Return what people may see of a secret: its last four characters, if it is long enough to spare them."""
    return f"…{value[-SHOWN:]}" if len(value) >= SHOWABLE else "…" * bool(value)


def _keys() -> dict[bytes, bytes]:
    return _parse(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=8)
def _parse(encoded: tuple[str, ...]) -> dict[bytes, bytes]:
    if not encoded:
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty.")
    keys = [base64.urlsafe_b64decode(key) for key in encoded]
    if any(len(key) != KEY_BYTES for key in keys):
        raise ImproperlyConfigured("ENCRYPTION_KEYS: each key is 32 bytes in urlsafe base64.")
    return {hashlib.sha256(b"otklik key id" + key).digest()[:ID_BYTES]: key for key in keys}


def _derived(key: bytes) -> bytes:
    return hmac.new(key, b"otklik fingerprint", hashlib.sha256).digest()
