"""Reads one page: fetched if it changed, its text taken out in a child process."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from tempfile import TemporaryFile
from typing import Final

from config.outside import Outside, OutsideFailed, Reply
from knowledge.enums import WebProblem
from knowledge.extraction.child import Extracted, extract
from knowledge.extraction.cleaning import clean_line
from knowledge.extraction.problems import Refused
from knowledge.models import WebPage
from knowledge.websites.addresses import Scope, normalised

NOT_MODIFIED: Final = 304
GONE: Final = frozenset({404, 410})
CLOSED: Final = frozenset({401, 402, 403, 407, 451})
BUSY: Final = frozenset({429, 503})
ERRORS_FROM: Final = 400
HTML: Final = frozenset({"text/html", "application/xhtml+xml", ""})
READ_SECONDS: Final = 25.0
DEFAULT_WAIT: Final = 30.0
LONGEST_WAIT: Final = 300.0
KEPT_LINKS: Final = 300


class PageProblem(Exception):
    """The page gives no text, and why; it may still name other pages."""

    def __init__(self, problem: WebProblem, http_status: int | None = None, links: tuple[str, ...] = ()) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.http_status = http_status
        self.links = links


class Moved(Exception):
    """The page is a pointer to another page of the site."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


class TooBusy(Exception):
    """The site asks for patience."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page says."""

    http_status: int
    is_unchanged: bool = False
    text: str = ""
    title: str = ""
    links: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""


def read_page(outside: Outside, page: WebPage, scope: Scope, *, is_conditional: bool) -> Seen:
    """Fetch a page and take its text out.

    Raises:
        PageProblem: it has no text for us, and why.
        Moved: it points to another page of the site.
        TooBusy: the site wants us to come later.
    """
    headers: dict[str, str] = {"Accept": "text/html,application/xhtml+xml,text/plain;q=0.5"}
    if is_conditional and page.etag:
        headers["If-None-Match"] = page.etag
    if is_conditional and page.last_modified:
        headers["If-Modified-Since"] = page.last_modified
    try:
        reply = outside.get(page.url, headers=headers, may_visit=scope.is_same_site)
    except OutsideFailed as failure:
        raise PageProblem(WebProblem(failure.trouble.value)) from failure
    _judge(reply)
    if reply.status == NOT_MODIFIED:
        return Seen(reply.status, is_unchanged=True)
    if (target := normalised(reply.url)) != page.url and target:
        raise Moved(target)
    return _seen(reply, scope)


def _judge(reply: Reply) -> None:
    """Refuse answers that are no page."""
    if reply.status in GONE:
        raise PageProblem(WebProblem.NOT_FOUND, reply.status)
    if reply.status in CLOSED:
        raise PageProblem(WebProblem.REFUSED, reply.status)
    if reply.status in BUSY:
        raise TooBusy(_wait(reply))
    if reply.status >= ERRORS_FROM:
        raise PageProblem(WebProblem.UNREACHABLE, reply.status)
    if reply.status != NOT_MODIFIED and reply.media_type not in HTML | {"text/plain"}:
        raise PageProblem(WebProblem.BAD_ANSWER, reply.status)


def _wait(reply: Reply) -> float:
    """Return how long the site wants us to wait, within reason."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_WAIT)
    try:
        now = parsedate_to_datetime(reply.headers.get("date", ""))
        return min(max((parsedate_to_datetime(asked) - now).total_seconds(), 0.0), LONGEST_WAIT)
    except (TypeError, ValueError):
        return DEFAULT_WAIT


def _seen(reply: Reply, scope: Scope) -> Seen:
    page = _extracted(reply)
    robots = f"{page.metadata.get('robots', '')},{reply.headers.get('x-robots-tag', '').lower()}"
    base = normalised(page.metadata.get("base", ""), base=reply.url) or reply.url
    named = (normalised(link, base=base) for link in page.metadata.get("links", "").split("\n") if link)
    links = tuple(dict.fromkeys(link for link in named if link and scope.contains(link)))[:KEPT_LINKS]
    if "nofollow" in robots or "none" in robots:
        links = ()
    if "noindex" in robots or "none" in robots:
        raise PageProblem(WebProblem.NO_INDEX, reply.status, links)
    return Seen(
        reply.status,
        text=page.text,
        title=clean_line(page.title)[:255],
        links=links,
        etag=_short(reply.headers.get("etag", ""), 255),
        last_modified=_short(reply.headers.get("last-modified", ""), 64),
    )


def _short(value: str, length: int) -> str:
    return value if len(value) <= length else ""


def _extracted(reply: Reply) -> Extracted:
    """Let a child process read the page: what strangers wrote is not parsed here."""
    name = "page.html" if reply.media_type in HTML else "page.txt"
    with TemporaryFile() as file:
        file.write(_in_utf8(reply))
        file.flush()
        file.seek(0)
        try:
            return extract(file, filename=name, wall_seconds=READ_SECONDS)
        except Refused as refusal:
            problem = {"no_text": WebProblem.NO_TEXT, "empty": WebProblem.NO_TEXT, "too_long": WebProblem.TOO_LARGE}
            raise PageProblem(problem.get(refusal.code, WebProblem.UNREADABLE), reply.status) from refusal


def _in_utf8(reply: Reply) -> bytes:
    """Return the content as UTF-8 when the server names its encoding: that counts more than what the page says."""
    _, _, parameters = reply.headers.get("content-type", "").partition("charset=")
    encoding = parameters.partition(";")[0].strip("\"' ")
    if not encoding:
        return reply.content
    try:
        return b"\xef\xbb\xbf" + reply.content.decode(encoding, errors="replace").encode("utf-8", errors="replace")
    except LookupError:
        return reply.content
