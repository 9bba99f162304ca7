"""What a site's robots.txt allows us."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from protego import Protego

from config.outside import Outside, OutsideFailed, Trouble

AGENT: Final = "OtklikBot"
MAX_BYTES: Final = 512 * 1024
LONGEST_DELAY: Final = 30.0
OK, SERVER_ERROR = 200, 500


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of a site, as far as they concern us."""

    rules: Protego

    def may_fetch(self, url: str) -> bool:
        """Say whether we may ask for an address."""
        return bool(self.rules.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """Return how many seconds the site wants between two requests, within reason."""
        return min(float(self.rules.crawl_delay(AGENT) or 0), LONGEST_DELAY)

    @property
    def sitemaps(self) -> list[str]:
        """Return the sitemaps it names."""
        return list(self.rules.sitemaps)


def read_robots(outside: Outside, url: str) -> Robots:
    """Fetch the rules of the site at ``url``; a site without them allows everything.

    Raises:
        OutsideFailed: the site is down, so nobody knows what it allows.
    """
    try:
        reply = outside.get(urljoin(url, "/robots.txt"), max_bytes=MAX_BYTES)
    except OutsideFailed as failure:
        if failure.trouble in {Trouble.TOO_LARGE, Trouble.TOO_MANY_REDIRECTS}:
            return Robots(Protego.parse(""))
        raise
    if reply.status >= SERVER_ERROR:
        raise OutsideFailed(Trouble.UNREACHABLE, reply.url)
    is_there = reply.status == OK and not reply.content.lstrip().startswith(b"<")  # a page that says "not found"
    return Robots(Protego.parse(reply.content.decode("utf-8", errors="replace") if is_there else ""))
