"""Whose address a request or a socket comes from, behind as many proxies as there are."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from django.http import HttpRequest
from rest_framework.settings import api_settings

NETWORK_OF_ONE_HOME = 64  # bits of an IPv6 address that its user does not choose


def address_of(request: HttpRequest) -> str:
    """Return the client's address, as the API's throttling sees it; of IPv6, the network."""
    return _shared(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def address_of_socket(scope: Mapping[str, Any]) -> str:
    """Return the address a socket's client has."""
    headers = dict(scope.get("headers") or ())
    peer = (scope.get("client") or ("",))[0]
    return _shared(peer, headers.get(b"x-forwarded-for", b"").decode("latin-1"))


def _shared(peer: str, forwarded: str) -> str:
    """Believe of the forwarded addresses only what our own proxies added, at the end."""
    proxies = api_settings.NUM_PROXIES
    given = [part.strip() for part in forwarded.split(",") if part.strip()]
    address = given[-min(proxies, len(given))] if proxies and given else peer
    try:
        known = ip_address(address)
    except ValueError:  # a socket file, or a proxy that speaks of names
        return address
    if known.version == 4:  # noqa: PLR2004 -- of the internet protocol
        return address
    return str(ip_network((known, NETWORK_OF_ONE_HOME), strict=False))
