"""Which websites may show an assistant's widget: origins, compared exactly."""

import re
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from assistants.models import Assistant

HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
USUAL_PORTS: Final = {"http": 80, "https": 443}


def named_by(assistant: Assistant) -> list[str]:
    """Return the origins that may show the widget; none means any.

    An assistant whose every line is nonsense is shown by nobody but us,
    never by everybody.
    """
    if not assistant.allowed_origins:
        return []
    found = [origin for line in assistant.allowed_origins if (origin := origin_of(line))]
    return found or [settings.BASE_URL]


def ours(request: HttpRequest) -> set[str]:
    """Return our own origins, as this request's browser and as letters call them."""
    return {request.build_absolute_uri("/")[:-1], settings.BASE_URL}


def may_show(assistant: Assistant, origin: str) -> bool:
    """Say whether a page of ``origin`` may show the widget: scheme, host and port are those of a named one."""
    if not origin or origin != origin_of(origin):  # "null", a list, a path: nothing a browser's page would say
        return False
    named = named_by(assistant)
    return not named or origin in named


def origin_of(line: str) -> str:
    """Return the origin of a web address, or nothing; a bare host is taken for https."""
    address = urlsplit(line.strip() if "//" in line else f"https://{line.strip()}")
    try:
        host = (address.hostname or "").encode("idna").decode()
        port = address.port
    except ValueError:  # no host of that name can be, nor such a port
        return ""
    if address.scheme not in USUAL_PORTS or not HOST.fullmatch(host) or "@" in address.netloc:
        return ""
    return f"{address.scheme}://{host}" + (f":{port}" if port and port != USUAL_PORTS[address.scheme] else "")
