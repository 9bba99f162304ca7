"""The secrets that a fresh checkout makes for itself, once."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from typing import Final

from config.runtime.folders import DataFolder, read_environment, write_environment


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


MAKERS: Final[Mapping[str, Callable[[], str]]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "ENCRYPTION_KEYS": _fernet_key,
}


def ensure_secrets(folder: DataFolder) -> dict[str, str]:
    """Return the secrets in force: the environment's, else the folder's, made now if it has none."""
    kept = read_environment(folder.secrets)
    missing = {name: make() for name, make in MAKERS.items() if not os.environ.get(name) and not kept.get(name)}
    if missing:
        kept |= missing
        write_environment(folder.secrets, kept)
    return {name: os.environ.get(name) or kept[name] for name in MAKERS}
