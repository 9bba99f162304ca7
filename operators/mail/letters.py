"""What a letter says, without trusting its shape: who wrote, to what it answers, its words, its files."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parseaddr
from typing import Final

from bs4 import BeautifulSoup

LONGEST: Final = 20_000
LONGEST_SUBJECT: Final = 200
MOST_FILES: Final = 10
LARGEST_FILE: Final = 10 * 1024 * 1024
MESSAGE_ID: Final = re.compile(r"<[^<>\s]{3,250}>")
BLOCKS: Final = ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table")
PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "blockquote", "table"})
AUTOMATIC: Final = ("x-autoreply", "x-autorespond", "x-auto-reply", "list-id", "list-unsubscribe", "feedback-id")
BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
DAEMONS: Final = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)[+@]", re.IGNORECASE)
QUOTE: Final = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|исходное сообщение|пересылаемое сообщение)|_{10,}\s*$"
    r"|(?:from|от|от кого):\s.*@|on\s.{4,200}\swrote:\s*$|.{4,200}(?:пишет|писал(?:\(а\)|а)?|написал(?:\(а\)|а)?):\s*$"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}.{0,160}@.{0,160}:\s*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that came with a letter."""

    name: str
    mime_type: str
    content: bytes = field(repr=False)

    @property
    def is_taken(self) -> bool:
        """Say whether it is small enough to be kept."""
        return len(self.content) <= LARGEST_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter of a customer, or of a machine."""

    message_id: str
    address: str
    name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    answers: tuple[str, ...]
    automatic: str
    files: tuple[File, ...]


def read(content: bytes) -> Letter | None:
    """Return what a letter says, or None when it has no readable sender."""
    try:
        message = message_from_bytes(content, policy=policy.default)
        name, address = parseaddr(_header(message, "from"))
        answers = MESSAGE_ID.findall(f"{_header(message, 'references')} {_header(message, 'in-reply-to')}")
        recipients = getaddresses([_header(message, each) for each in ("to", "cc", "delivered-to", "x-original-to")])
        found = MESSAGE_ID.search(_header(message, "message-id"))
        return Letter(
            message_id=found[0] if found else "",
            address=_clean(address).lower()[:254],
            name=_clean(name)[:255],
            recipients=tuple(each.lower() for _name, each in recipients if each),
            subject=" ".join(_clean(_header(message, "subject")).split())[:LONGEST_SUBJECT],
            text=_words(message)[:LONGEST],
            answers=tuple(reversed(answers)),
            automatic=_automatic(message, address),
            files=tuple(_files(message)),
        )
    except (MessageError, LookupError, ValueError, TypeError, AttributeError):  # what the parser makes of garbage
        return None


def _automatic(message: EmailMessage, address: str) -> str:
    """Return what shows that no person wrote this: ``bounce``, ``auto_reply``, or nothing."""
    if message.get_content_type() == "multipart/report" or _header(message, "return-path").strip() == "<>":
        return "bounce"
    submitted = _header(message, "auto-submitted").strip().lower()
    is_bulk = _header(message, "precedence").strip().lower() in BULK
    if (submitted and submitted != "no") or is_bulk or any(message.get(name) for name in AUTOMATIC):
        return "auto_reply"
    return "auto_reply" if DAEMONS.match(address) else ""


def _words(message: EmailMessage) -> str:
    """Return the new words of a letter: plain text before HTML, without what it quotes."""
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    text = _decoded(body)
    text = as_text(text) if body.get_content_type() == "text/html" else text
    return without_quotes(_clean(text))


def as_text(html: str) -> str:
    """Return the words of a page, in lines as they are seen."""
    soup = BeautifulSoup(html, "lxml")
    for gone in soup(["script", "style", "head", "title", "template", "noscript"]):
        gone.decompose()
    for quoted in soup.select("blockquote[type=cite], .gmail_quote, .yahoo_quoted, #appendonsend, .moz-cite-prefix"):
        quoted.decompose()
    for block in soup(BLOCKS):
        block.append("\n\n" if block.name in PARAGRAPHS else "\n")
    lines = [" ".join(line.split()) for line in soup.get_text().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_quotes(text: str) -> str:
    """Return what was written anew; a letter that only quotes is kept whole."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = next((number for number, line in enumerate(lines) if QUOTE.match(line)), len(lines))
    while end and (lines[end - 1].lstrip().startswith(">") or not lines[end - 1].strip()):
        end -= 1
    kept = "\n".join(line for line in lines[:end] if not line.startswith(">")).strip()
    return kept or text.strip()


def _files(message: EmailMessage) -> list[File]:
    found = []
    for part in message.iter_attachments():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        name = _clean(part.get_filename() or "").replace("/", "_").replace("\\", "_")[:120]
        if isinstance(content, bytes):
            found.append(File(name=name or "file", mime_type=part.get_content_type()[:100], content=content))
    return found[:MOST_FILES]


def _decoded(part: MIMEPart) -> str:
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # a charset nobody knows
        content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content.decode(errors="replace")
    return content if isinstance(content, str) else ""


def _header(message: EmailMessage, name: str) -> str:
    value = message.get(name)
    return str(value) if value is not None else ""


def _clean(text: str) -> str:
    """Return a text that the database can hold."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()
