"""Web addresses: one spelling for each, and which of them belong to a site."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

URL_CHARACTERS: Final = 2_000
TRACKING: Final = re.compile(r"^(?:utm_\w+|ysclid|yclid|gclid|fbclid|_openstat|etext)(?:=|$)", re.IGNORECASE)
PORTS: Final = {"http": 80, "https": 443}
PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._"
QUERY_SAFE: Final = PATH_SAFE + "?[]"
NO_PAGES: Final = re.compile(
    r"\.(?:7z|avi|bmp|css|csv|docx?|eot|exe|gif|gz|ico|jpe?g|js|json|mov|mp[34]|ods|pdf|png|pptx?|rar|rss|svg|tar|tgz"
    r"|tiff?|ttf|wav|web[mp]|woff2?|xlsx?|xml|zip)$",
    re.IGNORECASE,
)


def normalised(url: str, *, base: str = "") -> str:
    """Return an address in its one spelling, or nothing if it is no address of a page on the web."""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
            return ""
        host = parts.hostname.rstrip(".").encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
        port = parts.port
    except (ValueError, UnicodeError):
        return ""
    host = f"[{host}]" if ":" in host else host
    place = host if port in {None, PORTS[parts.scheme]} else f"{host}:{port}"
    query = "&".join(one for one in parts.query.split("&") if one and not TRACKING.match(one))
    spelled = urlunsplit(
        (parts.scheme, place, quote(parts.path or "/", safe=PATH_SAFE), quote(query, safe=QUERY_SAFE), "")
    )
    return spelled if len(spelled) <= URL_CHARACTERS else ""


def typed_address(text: str) -> str:
    """Return the address a person typed, or nothing; a bare host means https."""
    text = text.strip()
    return normalised(text if "://" in text else f"https://{text}")


def readable(url: str) -> str:
    """Return an address as people write it: in their own letters, without the scheme."""
    _, _, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    with suppress(UnicodeError):
        host = host.encode().decode("idna")
    return f"{host}{slash}{unquote(path)}".rstrip("/") or url


def prefix(text: str) -> str:
    """Return the path that a typed prefix stands for; a whole address counts by its path."""
    path = urlsplit(text.strip()).path if "://" in text else text.strip()
    return quote("/" + path.lstrip("/"), safe=PATH_SAFE)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which addresses belong to a site: the same host, with or without www, within the prefixes."""

    host: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, url: str, *, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> Self:
        """Return the scope of the site at ``url``."""
        return cls(_host(url), tuple(map(prefix, include)), tuple(map(prefix, exclude)))

    def is_same_site(self, url: str) -> bool:
        """Say whether an address is on the site's host."""
        return _host(url) == self.host

    def contains(self, url: str) -> bool:
        """Say whether an address may be a page of the site that is wanted."""
        path = urlsplit(url).path
        if not self.is_same_site(url) or NO_PAGES.search(path):
            return False
        if any(path.startswith(one) for one in self.exclude):
            return False
        return not self.include or any(path.startswith(one) for one in self.include)


def _host(url: str) -> str:
    """Return host and port; of the usual ports http and https count as one."""
    parts = urlsplit(url)
    port = "" if parts.port in {None, PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{(parts.hostname or '').removeprefix('www.')}{port}"
