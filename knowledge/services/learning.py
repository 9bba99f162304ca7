"""Brings what a web page says into the knowledge, if it says something new."""

from datetime import datetime
from hashlib import sha256

from billing.enums import ServiceType
from billing.errors import InsufficientFunds
from billing.models import Balance
from billing.services import price_of
from knowledge.enums import Source
from knowledge.errors import DocumentNotRestorable, DocumentRepeated
from knowledge.models import Document, WebPage, WebSource
from knowledge.services.ingestion import ingest_page
from knowledge.services.restoring import restore
from knowledge.websites.reading import Seen


def learn_page(source: WebSource, page: WebPage, seen: Seen, *, at: datetime) -> tuple[Document, str]:
    """Return the document that says what the page says, and the SHA-256 of its text.

    Raises:
        InsufficientFunds: the shop could not pay for a new text.
    """
    digest = sha256(seen.text.encode()).hexdigest()
    before = page.document
    if digest == page.text_hash and before and _is_still_there(before, at=at):
        return before, digest
    _require_money(source, at=at)
    is_own = before is not None and before.source == Source.WEBSITE and before.url == page.url
    document = ingest_page(
        source.tenant,
        assistant=source.assistant,
        url=page.url,
        title=seen.title,
        text=seen.text,
        replaces=before if is_own else None,
        at=at,
    )
    return document, digest


def _is_still_there(document: Document, *, at: datetime) -> bool:
    """Say whether assistants answer from a document, bringing it back if only its page was gone."""
    if Document.objects.live().of_series(document).exists():
        return True
    try:
        restore(document, at=at)
    except (DocumentRepeated, DocumentNotRestorable):
        return False
    return True


def _require_money(source: WebSource, *, at: datetime) -> None:
    balance = Balance.objects.of(source.tenant).first()
    price = price_of(ServiceType.DOCUMENT_UPLOAD, at=at)
    if balance is None or balance.available < price:
        raise InsufficientFunds(available=balance.available if balance else price * 0, needed=price)
