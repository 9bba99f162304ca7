"""The environment, read once, with types and clear refusals."""

import fcntl
from pathlib import Path
from typing import Final

import environ

BASE_DIR: Final = Path(__file__).resolve().parent.parent

env: Final = environ.FileAwareEnv()

DATA_DIR: Final = Path(env.str("OTKLIK_DATA", default=str(BASE_DIR / ".otklik"))).resolve()


def is_held(lock: Path) -> bool:
    """Say whether a process holds ``lock``; a lock ends with its process, however that ended."""
    try:
        with lock.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


# `manage.py up` leaves the generated secrets here and, while it runs, the
# addresses of what it started, so that other commands in the same checkout find
# them. Addresses of a run that was killed are not believed.
for name in ("secrets.env", *(("runtime.env",) if is_held(DATA_DIR / "up.lock") else ())):
    if (DATA_DIR / name).is_file():
        environ.Env.read_env(DATA_DIR / name, overwrite=False)


def addresses(**defaults: str) -> dict[str, str]:
    """Return the base address of each outside service, without a trailing slash."""
    return {name: env.str(name, default=default).rstrip("/") for name, default in defaults.items()}


# Base addresses of outside services; each can be pointed elsewhere.
SERVICES: Final = addresses(
    WB_FEEDBACKS_URL="https://feedbacks-api.wildberries.ru",
    WB_CHAT_URL="https://buyer-chat-api.wildberries.ru",
    WB_CONTENT_URL="https://content-api.wildberries.ru",
    WB_PRICES_URL="https://discounts-prices-api.wildberries.ru",
    WB_COMMON_URL="https://common-api.wildberries.ru",
    WB_RETURNS_URL="https://returns-api.wildberries.ru",
    TELEGRAM_API_URL="https://api.telegram.org",
    WHATSAPP_API_URL="https://graph.facebook.com",
    YOOKASSA_API_URL="https://api.yookassa.ru/v3",
    ROBOKASSA_URL="https://auth.robokassa.ru/Merchant/Index.aspx",
    YANDEX_OAUTH_URL="https://oauth.yandex.ru/authorize",
    YANDEX_TOKEN_URL="https://oauth.yandex.ru/token",  # noqa: S106 -- an address
    YANDEX_PROFILE_URL="https://login.yandex.ru/info",
)

WB_CLIENT_SECRET: Final = env.str("WB_CLIENT_SECRET", default="")  # of a registered service
WB_SPEED: Final = env.float("WB_SPEED", default=1.0)  # calls this much faster than allowed; only a sandbox bears it
WB_SANDBOX: Final = env.bool("WB_SANDBOX", default=False)  # set by `manage.py up` when it starts the sandbox
