"""Error texts without keys."""

import re
from typing import Final

MAX_LENGTH: Final = 500
KEYS: Final = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai)-[A-Za-z0-9*._\-]{6,}"
    r"|\b(?:bearer|token|key)\b['\"]?\s*[:=]?\s*['\"]?(?=\S*\d)[A-Za-z0-9*._\-]{8,}"
    r"|\b[A-Za-z0-9_\-]{32,}\b",
    re.IGNORECASE,
)


def redacted(text: str, *secrets: str) -> str:
    """Return ``text`` without ``secrets`` or anything that looks like a key, cut to a readable length."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    return KEYS.sub("…", text.replace("\0", ""))[:MAX_LENGTH]
