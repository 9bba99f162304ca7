"""Web pages: their visible text with headings, lists and tables."""

import codecs
import re
from typing import IO, Final

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, Tag

from knowledge.extraction.blocks import Extraction, Kind
from knowledge.extraction.encodings import decode
from knowledge.extraction.problems import Refused

INVISIBLE_TAGS: Final = [
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "svg",
    "canvas",
    "object",
    "embed",
    "form",
    "button",
    "select",
    "input",
    "nav",
    "footer",
    "aside",
    "dialog",
]
HIDING_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|font-size\s*:\s*0"
    r"|(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent)|text-indent\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
BLOCKS: Final = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "li",
        "table",
        "pre",
        "blockquote",
        "figure",
        "figcaption",
        "address",
        "details",
        "summary",
        "body",
        "html",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "br",
    }
)
CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,20})", re.IGNORECASE)
MAX_DEPTH: Final = 200
MAX_LINKS: Final = 2_000
ROBOTS: Final = re.compile(r"^(?:robots|googlebot|yandex)$", re.IGNORECASE)
FURNITURE_ROLES: Final = frozenset({"navigation", "banner", "contentinfo", "search", "dialog", "alertdialog"})
FURNITURE_NAMES: Final = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|menu|breadcrumbs?|footer|header|sidebar|share|social|pag(?:er|ination)|related|tags"
    r"|cookies?|popup|modal|banner|subscribe)(?:[-_ ]|$)"
)
POPUP_NAMES: Final = re.compile(r"(?:^|[-_ ])(?:cookies?|popup|modal|subscribe)(?:[-_ ]|$)")
SMALL_SHARE: Final = 0.3
SPACES: Final = re.compile(r"\s+")  # the lines of the source are no lines on the screen


def parse(file: IO[bytes]) -> Extraction:
    """Read the visible part of a page."""
    soup = BeautifulSoup(_decode(file.read()), "lxml")
    extraction = Extraction(title=soup.title.get_text(" ", strip=True) if soup.title else "")
    extraction.metadata = _about(soup)
    _drop_invisible(soup)
    _drop_furniture(soup)
    body = soup.find("main") or soup.find("article") or soup.body
    if not isinstance(body, Tag) or not body.get_text(strip=True):
        body = soup.body or soup
    _Walker(extraction).walk(body)
    return extraction


def _about(soup: BeautifulSoup) -> dict[str, str]:
    """Return what a crawler wants to know: where the links lead, and what robots may do."""
    base = soup.find("base", href=True)
    robots = [
        str(tag.get("content") or "")
        for tag in soup.find_all("meta", attrs={"name": ROBOTS})
        if str(tag.get("name")).lower() in {"robots", "googlebot", "yandex"}
    ]
    links = dict.fromkeys(
        "".join(str(tag["href"]).split())
        for tag in soup.find_all("a", href=True)
        if "nofollow" not in (tag.get("rel") or [])
    )
    return {
        "base": str(base["href"]) if isinstance(base, Tag) else "",
        "robots": ",".join(robots).lower(),
        "links": "\n".join(list(links)[:MAX_LINKS]),
    }


def _drop_furniture(soup: BeautifulSoup) -> None:
    """Drop menus, banners and the like: what says so by its role, and what by its name if it is mostly links."""
    body = soup.body or soup
    whole = max(len(body.get_text(" ", strip=True)), 1)
    for tag in body.find_all(lambda tag: tag.get("role") in FURNITURE_ROLES):
        tag.decompose()
    for tag in body.find_all(lambda tag: tag.name in {"div", "section", "ul", "ol", "header", "p", "span"}):
        if tag.decomposed or not FURNITURE_NAMES.search(_names(tag)):
            continue
        length = len(tag.get_text(" ", strip=True))
        linked = sum(len(link.get_text(" ", strip=True)) for link in tag.find_all("a"))
        if linked > length / 2 or (length < whole * SMALL_SHARE and POPUP_NAMES.search(_names(tag))):
            tag.decompose()


def _names(tag: Tag) -> str:
    return " ".join([*(tag.get("class") or []), str(tag.get("id") or "")]).lower()


def _decode(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", errors="replace")
    declared = CHARSET.search(content[:2048])
    if declared:
        try:
            return content.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(content)


def _drop_invisible(soup: BeautifulSoup) -> None:
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in soup.find_all(INVISIBLE_TAGS):
        tag.decompose()
    for tag in soup.find_all(lambda tag: bool(tag.attrs)):
        if tag.attrs is None or tag.decomposed:
            continue
        style = str(tag.get("style") or "")
        if tag.has_attr("hidden") or tag.get("aria-hidden") == "true" or HIDING_STYLE.search(style):
            tag.decompose()


class _Walker:
    """Walks the tree once, gathering inline text until a block ends it."""

    def __init__(self, extraction: Extraction) -> None:
        self.extraction = extraction
        self.inline: list[str] = []

    def walk(self, tag: Tag, depth: int = 0) -> None:
        if depth > MAX_DEPTH:
            raise Refused("corrupt")
        for child in tag.children:
            if isinstance(child, NavigableString):
                self.inline.append(SPACES.sub(" ", child))
            elif isinstance(child, Tag):
                self._enter(child, depth)
        if depth == 0:
            self.flush()

    def _enter(self, tag: Tag, depth: int) -> None:
        name = tag.name
        if name not in BLOCKS:
            self.walk(tag, depth + 1)
            return
        if name == "br":
            self.inline.append("\n")
            return
        self.flush()
        if name in HEADINGS:
            self.extraction.add(Kind.HEADING, tag.get_text(" "), level=HEADINGS[name])
        elif name == "table":
            self.extraction.add_table(_rows(tag))
        elif name == "pre":
            self.extraction.add(Kind.CODE, tag.get_text())
        elif name == "li" and not tag.find(["ul", "ol", "table"]):
            self.extraction.add(Kind.ITEM, tag.get_text(" "))
        else:
            self.walk(tag, depth + 1)
            self.flush()

    def flush(self) -> None:
        """End the paragraph gathered so far."""
        lines = (" ".join(line.split()) for line in "".join(self.inline).split("\n"))
        self.inline = []
        self.extraction.add(Kind.PARAGRAPH, "\n".join(filter(None, lines)))


def _rows(table: Tag) -> list[list[str]]:
    return [
        [cell.get_text(" ") for cell in row.find_all(["td", "th"], recursive=False)]
        for row in table.find_all("tr")
        if row.find_parent("table") is table
    ]
