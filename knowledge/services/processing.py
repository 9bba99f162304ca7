"""The embedding worker: reads a document, cuts it, embeds it, makes it searchable.

Each step is kept: the text after reading, every batch of passages after
embedding. A worker that is killed leaves a lease that runs out; the next one
goes on where it stopped. The number of the attempt fences the old one.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import IO, Any, Final

import structlog
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.enums import EventType
from accounts.services import events
from assistants import door
from assistants.errors import NoModelAvailable
from billing import services as billing
from billing.enums import HoldStatus, ServiceType
from billing.errors import InsufficientFunds
from billing.models import BalanceHold, BalanceTransaction
from config.db import release_connection
from config.errors import ProviderError
from knowledge import tasks
from knowledge.chunking import Chunk, chunk
from knowledge.enums import DocumentProblem, DocumentStatus, KnowledgeType
from knowledge.extraction.child import Extracted, extract
from knowledge.extraction.cleaning import clean_line
from knowledge.extraction.problems import Refused
from knowledge.indexing import TITLE_CHARACTERS, announce_change, erase, hide, show, write_chunks
from knowledge.languages import note_model
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeEntry
from knowledge.services.corrections import carry
from knowledge.services.lifecycle import lock_versions, retire

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=3)
PAUSE: Final = timedelta(seconds=20)
HOLD_FOR: Final = timedelta(hours=6)
MAX_ATTEMPTS: Final = 4
MAX_CHUNKS: Final = 8_000
BATCH: Final = 64
READ, DONE = 10, 100


class _LeaseLost(Exception):
    """Somebody else has this document now, or nobody wants it any more."""


def process_document(document_id: int, *, at: datetime) -> Document | None:
    """Bring one document to ``ready`` or ``failed``; return it, or nothing if it is another worker's or gone."""
    document = Document.objects.select_related("tenant", "assistant").filter(pk=document_id).first()
    if document is None or not document.take(until=at + LEASE, at=at):
        return None
    worker = _Worker(document, at=at)
    try:
        worker.run()
    except _LeaseLost:
        log.info("document_left_to_others", document=document.pk)
        return None
    except Refused as refusal:
        worker.fail(DocumentProblem(refusal.code))
    except InsufficientFunds:
        worker.fail(DocumentProblem.NO_MONEY)
    except (NoModelAvailable, ProviderError) as error:
        worker.postpone(error)
    return document


class _Worker:
    """One attempt at one document."""

    def __init__(self, document: Document, *, at: datetime) -> None:
        self.document = document
        self.began_at = at
        self.started = time.monotonic()

    @property
    def at(self) -> datetime:
        """Return the present, counted from when the task began."""
        return self.began_at + timedelta(seconds=time.monotonic() - self.started)

    def run(self) -> None:
        if self.document.attempts > MAX_ATTEMPTS:
            self.fail(DocumentProblem.INTERRUPTED)
            return
        hold = self._hold()
        try:
            text = self._text()
            chunks = _passages(text, title=self.document.title)
            self._advance(status=DocumentStatus.EMBEDDING, progress=READ, chunk_total=len(chunks))
            self._embed(chunks)
            self._publish(hold)
        except (Refused, NoModelAvailable, ProviderError, _LeaseLost) as error:
            if hold:
                billing.release(hold, at=self.at, reason=type(error).__name__)
            raise

    def _hold(self) -> BalanceHold | None:
        """Reserve the price unless the content is paid, giving back what a killed attempt had reserved."""
        key = f"document:{self.document.uuid}"
        left = BalanceHold.objects.filter(tenant=self.document.tenant, key__startswith=key, status=HoldStatus.PENDING)
        for forgotten in left:
            billing.release(forgotten, at=self.at, reason="interrupted")
        if BalanceTransaction.objects.of(self.document.tenant).filter(key=_content_key(self.document)).exists():
            return None
        return billing.hold(
            self.document.tenant,
            service=ServiceType.DOCUMENT_UPLOAD,
            key=f"{key}:{self.began_at:%Y%m%d%H%M%S%f}",
            at=self.at,
            ttl=HOLD_FOR,
        )

    def _text(self) -> str:
        """Return the document's text, read once."""
        entry = self.document.entries.filter(type=KnowledgeType.ORIGINAL).first()
        if entry is not None:
            return entry.content
        release_connection()
        with _local_copy(self.document) as file:
            extracted = extract(file, filename=self.document.filename)
        with transaction.atomic():
            self._advance(**_about(self.document, extracted), locked_until=self.at + LEASE)
            KnowledgeEntry.objects.create(
                tenant=self.document.tenant,
                assistant=self.document.assistant,
                document=self.document,
                content=extracted.text,
                type=KnowledgeType.ORIGINAL,
                doc_type=self.document.category,
                importance=self.document.importance,
            )
        return extracted.text

    def _embed(self, chunks: Sequence[Chunk]) -> None:
        """Embed and write what an earlier attempt has not, a batch at a time."""
        done = set(self.document.chunks.values_list("chunk_index", flat=True))
        missing = [one for one in chunks if one.index not in done]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            release_connection()  # a slow model must not keep it from others
            answer = door.embed(
                [f"{self.document.title}\n{one.heading_path}\n\n{one.text}" for one in batch],
                tenant=self.document.tenant,
                assistant=self.document.assistant,
                purpose="document",
                at=self.at,
            )
            if start == 0:
                note_model(
                    answer.model,
                    dims=answer.dims,
                    tenant=self.document.tenant,
                    assistant=self.document.assistant,
                    at=self.at,
                )
            count = len(done) + start + len(batch)
            progress = READ + round((DONE - 1 - READ) * count / len(chunks))
            with transaction.atomic():
                self._advance(progress=progress, chunk_count=count, locked_until=self.at + LEASE)
                write_chunks(self.document, batch, answer.vectors, model=answer.model)

    @transaction.atomic
    def _publish(self, hold: BalanceHold | None) -> None:
        """Show the passages, retire the version before, take the price: all or nothing."""
        document, at = self.document, self.at
        lock_versions(document.tenant_id)
        same = Document.objects.live().of_series(document).exclude(pk=document.pk)
        is_latest = not same.filter(is_current=True, version__gt=document.version).exists()
        if is_latest:
            retire(same.filter(version__lt=document.version), at=at)
        values: dict[str, Any] = {"status": DocumentStatus.READY, "is_current": True, "progress": DONE}
        if not is_latest:
            values |= {"status": DocumentStatus.ARCHIVED, "is_current": False, "archived_at": at}
        count = document.chunks.count()
        self._advance(**values, locked_until=None, chunk_count=count, chunk_total=count)
        if is_latest:
            carry(document)
            show(KnowledgeEmbedding.objects.filter(document=document))
            announce_change(document)
            facts = {"document": document.uuid, "title": document.title, "passages": count}
            events.record(document.tenant_id, EventType.DOCUMENT_READY, at=at, **facts)
            tasks.describe_soon(document.pk)
        else:
            hide(KnowledgeEmbedding.objects.filter(document=document), at=at)
        if hold:
            self._pay(hold)

    def _pay(self, hold: BalanceHold) -> None:
        """Turn the reservation into the price of this content, which a tenant pays once."""
        billing.release(hold, at=self.at, reason="paid")
        billing.charge(
            self.document.tenant,
            service=ServiceType.DOCUMENT_UPLOAD,
            key=_content_key(self.document),
            amount=hold.amount,
            related_id=self.document.pk,
            description=self.document.title,
            at=self.at,
        )

    def fail(self, problem: DocumentProblem) -> None:
        """End with a reason the seller understands; nothing half-done stays."""
        with transaction.atomic():
            values = {"status": DocumentStatus.FAILED, "error_code": problem, "error_message": str(problem.label)}
            if self.document.advance(**values, locked_until=None, progress=0, chunk_count=0):
                erase(self.document)
                facts = {"document": self.document.uuid, "title": self.document.title, "problem": problem}
                events.record(self.document.tenant_id, EventType.DOCUMENT_FAILED, at=self.at, **facts)
        log.info("document_failed", document=self.document.pk, problem=problem.value)

    def postpone(self, error: Exception) -> None:
        """Leave the document to the sweeper for a while; after the last attempt say that no model answers."""
        log.warning("document_postponed", document=self.document.pk, error=str(error))
        if self.document.attempts >= MAX_ATTEMPTS:
            self.fail(DocumentProblem.NO_MODEL)
        else:
            self.document.advance(locked_until=self.at + PAUSE * self.document.attempts)

    def _advance(self, **values: Any) -> None:
        if not self.document.advance(**values):
            raise _LeaseLost


def _content_key(document: Document) -> str:
    return f"content:{document.doc_hash}"


def _passages(text: str, *, title: str) -> list[Chunk]:
    """Cut the text; what is said twice in the same place is kept once.

    Raises:
        Refused: there is nothing, or far too much.
    """
    passages = list({one.digest: one for one in reversed(chunk(text, title=title))}.values())[::-1]
    if not passages:
        raise Refused("no_text")
    if len(passages) > MAX_CHUNKS:
        raise Refused("too_long")
    return passages


def _about(document: Document, extracted: Extracted) -> dict[str, Any]:
    """Return what the file says about itself, where nobody said better."""
    values: dict[str, Any] = {}
    if not document.title:
        title = extracted.title or clean_line(PurePath(document.filename).stem)
        values["title"] = title[:TITLE_CHARACTERS]
    if (category := extracted.metadata.get("category", "")) and not document.category:
        values["category"] = category[:100]
    weight = extracted.metadata.get("importance", "")
    if weight.isdigit() and 1 <= int(weight) <= 10:  # noqa: PLR2004 -- the scale
        values["importance"] = int(weight)
    return values


@contextmanager
def _local_copy(document: Document) -> Iterator[IO[bytes]]:
    """Bring the file from wherever it is stored to a descriptor a child process can read.

    Raises:
        Refused: it is not there.
    """
    with TemporaryFile() as local:
        try:
            with default_storage.open(str(document.file.name)) as stored:
                for piece in stored.chunks():
                    local.write(piece)
        except (FileNotFoundError, ValueError) as error:
            raise Refused("lost") from error
        local.flush()
        local.seek(0)
        yield local
