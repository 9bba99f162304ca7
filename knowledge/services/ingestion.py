"""Takes documents in: stores the file, writes the row, asks a worker to read it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max

from accounts.enums import EventType
from accounts.models import Tenant, User
from accounts.services import events
from assistants.models import Assistant
from knowledge import tasks
from knowledge.enums import DocumentProblem, DocumentStatus, Source
from knowledge.errors import DocumentEmpty, DocumentTooLarge
from knowledge.extraction.cleaning import clean_line
from knowledge.extraction.formats import mime_of
from knowledge.models import Document
from knowledge.services.lifecycle import lock_versions, retry

NAME_CHARACTERS: Final = 255
TEXT_BYTES: Final = 2 * 1024 * 1024
PIECE: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intake:
    """What comes in: from whom, for whom, called what."""

    tenant: Tenant
    assistant: Assistant | None
    filename: str
    title: str
    size: int
    digest: str | None
    created_by: User | None
    replaces: Document | None = None
    details: dict[str, Any] = field(default_factory=dict)


def ingest_file(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    filename: str,
    content: "bytes | File[Any]",
    created_by: User | None = None,
    replaces: Document | None = None,
    at: datetime,
) -> Document:
    """Take a file in and return its document; a file taken in before returns the one there is.

    A file that is empty or too large becomes a failed document at once, and is
    not stored. It becomes the next version of the document it ``replaces``,
    else of the one with the same name.
    """
    file = ContentFile(content) if isinstance(content, bytes) else content
    name = safe_name(filename)
    intake = _Intake(
        tenant=tenant,
        assistant=assistant,
        filename=name,
        title="",  # the file may know a better one than its name
        size=file.size or 0,
        digest=None,
        created_by=created_by,
        replaces=replaces,
    )
    if problem := _problem_of(intake.size):
        return _refuse(intake, problem, at=at)
    return _take(intake, file, at=at)


def ingest_text(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    title: str,
    text: str,
    created_by: User | None = None,
    at: datetime,
    category: str = "",
    importance: int = 5,
) -> Document:
    """Take a text in as a document; a title taken in before becomes its next version.

    Raises:
        DocumentEmpty: there is no text.
        DocumentTooLarge: the text is longer than a form should carry; upload a file.
    """
    content = text.encode("utf-8", errors="replace")
    if not clean_line(text):
        raise DocumentEmpty
    if len(content) > TEXT_BYTES:
        raise DocumentTooLarge(size=len(content), limit=TEXT_BYTES)
    heading = clean_line(title)[: NAME_CHARACTERS - 3] or clean_line(text)[:80]
    intake = _Intake(
        tenant=tenant,
        assistant=assistant,
        filename=f"{safe_name(heading)[: NAME_CHARACTERS - 3]}.md",
        title=heading,
        size=len(content),
        digest=None,
        created_by=created_by,
        details={"category": category[:100], "importance": min(max(importance, 1), 10)},
    )
    return _take(intake, ContentFile(content), at=at)


def ingest_page(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    url: str,
    title: str,
    text: str,
    replaces: Document | None,
    at: datetime,
) -> Document:
    """Take a web page's text in, as the next version of the document it ``replaces``."""
    content = text.encode("utf-8", errors="replace")
    path = unquote(urlsplit(url).path).strip("/")
    intake = _Intake(
        tenant=tenant,
        assistant=assistant,
        filename=f"{safe_name(path)[: NAME_CHARACTERS - 3]}.md" if path else "index.md",
        title=title or url[:NAME_CHARACTERS],
        size=len(content),
        digest=None,
        created_by=None,
        replaces=replaces,
        details={"source": Source.WEBSITE, "url": url},
    )
    return _take(intake, ContentFile(content), at=at)


def safe_name(filename: str) -> str:
    """Return a file's own name without folders, controls and invisible signs, its ending kept."""
    name = clean_line(filename.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ") or "document"
    if len(name) <= NAME_CHARACTERS:
        return name
    ending = PurePath(name).suffix[:16]
    return name[: NAME_CHARACTERS - len(ending)] + ending


def _problem_of(size: int) -> DocumentProblem | None:
    if size == 0:
        return DocumentProblem.EMPTY
    return DocumentProblem.TOO_LARGE if size > settings.UPLOAD_MAX_BYTES else None


@transaction.atomic
def _refuse(intake: _Intake, problem: DocumentProblem, *, at: datetime) -> Document:
    document = _create(
        intake, status=DocumentStatus.FAILED, error_code=problem, error_message=str(problem.label), version=1
    )
    facts = {"document": document.uuid, "title": document.title, "problem": problem}
    events.record(document.tenant_id, EventType.DOCUMENT_FAILED, at=at, **facts)
    return document


def _take(intake: _Intake, file: "File[Any]", *, at: datetime) -> Document:
    """Store the file, then write its row; who loses a race leaves no file behind."""
    digest = sha256()
    for piece in _pieces(file):
        digest.update(piece)
    intake = replace(intake, digest=digest.hexdigest())
    if existing := _existing(intake):
        return _again(existing, at=at)
    file.seek(0)
    stored = default_storage.save(f"tenants/{intake.tenant.uuid}/documents/{uuid4().hex}", File(cast(Any, file)))
    try:
        with transaction.atomic():
            document, is_new = _register(intake, stored, at=at)
    except BaseException:
        default_storage.delete(stored)
        raise
    if not is_new:
        default_storage.delete(stored)
        return _again(document, at=at)
    return document


def _pieces(file: "File[Any]") -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _scope(intake: _Intake) -> Any:
    return Document.objects.of(intake.tenant).in_scope(intake.assistant.pk if intake.assistant else None)


def _existing(intake: _Intake) -> Document | None:
    return cast("Document | None", _scope(intake).live().filter(doc_hash=intake.digest).first())


def _again(document: Document, *, at: datetime) -> Document:
    """Return a document taken in before; if it failed and may end better, start it anew."""
    return retry(document, at=at) if document.can_retry else document


def _register(intake: _Intake, stored: str, *, at: datetime) -> tuple[Document, bool]:
    """Write the row under the tenant's lock, so that versions are counted one by one."""
    lock_versions(intake.tenant.pk)
    if existing := _existing(intake):
        return existing, False
    before = intake.replaces or (None if "source" in intake.details else _namesake(intake))
    values: dict[str, Any] = {"version": 1}
    if before:
        versions = Document.objects.of_series(before)
        versions.live().filter(status=DocumentStatus.FAILED).update(
            status=DocumentStatus.ARCHIVED, archived_at=at, is_current=False
        )
        values = {
            "series": before.series,
            "version": (versions.aggregate(latest=Max("version"))["latest"] or 0) + 1,
            "supersedes": versions.filter(is_current=True).first(),
        }
    document = _create(intake, file=stored, mime=mime_of(intake.filename), **values)
    tasks.process_soon(document.pk)
    return document, True


def _namesake(intake: _Intake) -> Document | None:
    """Return the latest document that came in under the same name; pages of websites have none."""
    named = _scope(intake).filter(filename=intake.filename, source=Source.DOCUMENT, doc_hash__isnull=False)
    return cast("Document | None", named.newest_first().first())


def _create(intake: _Intake, **values: Any) -> Document:
    return Document.objects.create(
        tenant=intake.tenant,
        assistant=intake.assistant,
        filename=intake.filename,
        title=intake.title,
        size=intake.size,
        doc_hash=intake.digest,
        created_by=intake.created_by,
        **intake.details,
        **values,
    )
