"""The environment, read once, with types and clear refusals."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import environ

BASE_DIR: Final = Path(__file__).resolve().parent.parent

env: Final = environ.FileAwareEnv()

DATA_DIR: Final = Path(env.str("OTKLIK_DATA", default=str(BASE_DIR / ".otklik"))).resolve()

# `manage.py up` leaves the addresses of what it started and the generated
# secrets here, so that other commands in the same checkout find them.
for name in ("secrets.env", "runtime.env"):
    if (DATA_DIR / name).is_file():
        environ.Env.read_env(DATA_DIR / name, overwrite=False)


def addresses(**defaults: str) -> dict[str, str]:
    """Return the base address of each outside service, without a trailing slash."""
    return {name: env.str(name, default=default).rstrip("/") for name, default in defaults.items()}


def origin(address: str) -> str:
    """Return scheme, host and port of ``address``."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
