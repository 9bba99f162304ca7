"""Sitemaps: XML, packed XML, indexes of sitemaps, and plain lists of addresses."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from config.outside import Outside, OutsideFailed
from knowledge.websites.addresses import Scope, normalised

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_MAPS: Final = 50
MAX_URLS: Final = 50_000
GZIP: Final = b"\x1f\x8b"
OK: Final = 200


@dataclass(slots=True)
class Sitemap:
    """What one sitemap names: pages, or further sitemaps."""

    pages: list[str] = field(default_factory=list)
    maps: list[str] = field(default_factory=list)


def parse_sitemap(content: bytes) -> Sitemap:
    """Read a sitemap; what is none names nothing."""
    if content.startswith(GZIP):
        content = _unpacked(content)
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = content.decode("utf-8", errors="replace").splitlines()
        return Sitemap(pages=[line.strip() for line in lines[:MAX_URLS] if line.strip().startswith("http")])
    found = Sitemap()
    try:
        for kind, url in _locations(content):
            (found.maps if kind == "sitemap" else found.pages).append(url)
            if len(found.pages) >= MAX_URLS or len(found.maps) >= MAX_MAPS:
                break
    except (ParseError, DefusedXmlException, ValueError):
        pass  # what was read before the damage counts
    return found


def _unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(content, MAX_BYTES)
    except zlib.error:
        return b""


def _locations(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield ``(sitemap or url, address)``, forgetting each entry once it is read."""
    for _, element in iterparse(io.BytesIO(content), events=("end",), forbid_dtd=True):
        kind = element.tag.rpartition("}")[2]
        if kind not in {"url", "sitemap"}:
            continue
        for child in element:
            if child.tag.rpartition("}")[2] == "loc" and child.text:
                yield kind, child.text.strip()
        element.clear()


def read_sitemaps(outside: Outside, starts: list[str], scope: Scope) -> list[str]:
    """Return the pages of a site that its sitemaps name, in their order.

    Raises:
        OutsideFailed: none of the sitemaps could be fetched, and why.
    """
    queue, seen = [url for one in starts if (url := normalised(one))], set[str]()
    pages: dict[str, None] = {}
    failure: OutsideFailed | None = None
    count = 0
    while queue and len(seen) < MAX_MAPS and len(pages) < MAX_URLS:
        url = queue.pop(0)
        if url in seen or not scope.is_same_site(url):
            continue
        seen.add(url)
        try:
            reply = outside.get(url, max_bytes=MAX_BYTES, may_visit=scope.is_same_site)
        except OutsideFailed as error:
            failure = failure or error
            continue
        if reply.status != OK:
            continue
        count += 1
        found = parse_sitemap(reply.content)
        queue += [normalised(one, base=reply.url) for one in found.maps]
        named = (normalised(one, base=reply.url) for one in found.pages)
        pages |= dict.fromkeys(one for one in named if one and scope.contains(one))
    if failure and not count:
        raise failure
    return list(pages)[:MAX_URLS]
