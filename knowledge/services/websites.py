"""What people do with websites: add, change, read anew, leave pages out, remove."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import Tenant, User
from assistants.models import Assistant
from knowledge import tasks
from knowledge.enums import (
    BUSY,
    CRAWLING,
    CrawlSchedule,
    CrawlStatus,
    DocumentStatus,
    PageState,
    Source,
    WebProblem,
    WebSourceKind,
)
from knowledge.errors import BadSite, SiteBusy, SiteKnown
from knowledge.models import Document, WebPage, WebSource
from knowledge.services import lifecycle
from knowledge.websites.addresses import prefix, typed_address

PERIODS: Final = {
    CrawlSchedule.DAILY: timedelta(days=1),
    CrawlSchedule.WEEKLY: timedelta(days=7),
    CrawlSchedule.MONTHLY: timedelta(days=30),
}
FIRST_WORDS: Final = 500


def add_site(
    tenant: Tenant,
    *,
    assistant: Assistant | None,
    url: str,
    kind: WebSourceKind = WebSourceKind.CRAWL,
    created_by: User | None = None,
    at: datetime,
    **settings: Any,
) -> WebSource:
    """Take a website as a source and begin to read it.

    Raises:
        BadSite: the address is none of the web.
        SiteKnown: it is read for this assistant already.
    """
    address = typed_address(url)
    if not address:
        raise BadSite(url=url[:200])
    source = WebSource(
        tenant=tenant, assistant=assistant, url=address, kind=kind, created_by=created_by, **_cleaned(settings)
    )
    source.status = CrawlStatus.STOPPED  # until the reading below begins
    try:
        with transaction.atomic():
            source.save()
            return crawl_site(source, at=at)
    except IntegrityError as error:
        raise SiteKnown from error


@transaction.atomic
def change_site(source: WebSource, *, at: datetime, **settings: Any) -> WebSource:
    """Change how a site is read; its next reading follows the new rules."""
    for name, value in _cleaned(settings).items():
        setattr(source, name, value)
    source.next_run_at = next_run(source, after=source.finished_at or at)
    source.save(update_fields=[*settings, "next_run_at"])
    source.refresh_from_db()
    return source


@transaction.atomic
def crawl_site(source: WebSource, *, at: datetime) -> WebSource:
    """Begin a new reading of a site.

    Raises:
        SiteBusy: one is under way.
    """
    begun = WebSource.objects.filter(pk=source.pk).exclude(status__in=BUSY)
    zero = dict.fromkeys(("found_count", "new_count", "changed_count", "gone_count", "bytes_read", "attempts"), 0)
    values = {"status": CrawlStatus.QUEUED, "problem_code": "", "started_at": at, "finished_at": None}
    values |= {"next_run_at": next_run(source, after=at), "locked_until": None}
    if not begun.update(run=F("run") + 1, **zero, **values):
        raise SiteBusy(state=source.get_status_display())
    source.refresh_from_db()
    tasks.read_site_soon(source.pk)
    return source


def next_run(source: WebSource, *, after: datetime) -> datetime | None:
    """Return when a site is to be read anew by its schedule."""
    period = PERIODS.get(CrawlSchedule(source.schedule))
    return after + period if period else None


def stop_site(source: WebSource, *, at: datetime) -> WebSource:
    """End the reading under way; what was read stays.

    Raises:
        SiteBusy: it is not being read.
    """
    reading = WebSource.objects.filter(pk=source.pk, status__in=CRAWLING)
    if not reading.update(status=CrawlStatus.STOPPED, locked_until=None, finished_at=at):
        raise SiteBusy(state=source.get_status_display())
    source.refresh_from_db()
    return source


@transaction.atomic
def remove_site(source: WebSource, *, at: datetime) -> None:
    """Remove a site and, in the background, all documents made of it."""
    WebSource.objects.filter(pk=source.pk).update(
        status=CrawlStatus.REMOVING, locked_until=None, next_run_at=None, attempts=0
    )
    tasks.read_site_soon(source.pk)


def exclude_page(page: WebPage, *, at: datetime) -> WebPage:
    """Leave a page out for good: assistants no longer answer from it, and it is not read again."""
    with transaction.atomic():
        WebPage.objects.filter(pk=page.pk).update(
            is_excluded=True, state=PageState.SKIPPED, problem_code=WebProblem.EXCLUDED, text_hash="", links=[]
        )
        page.refresh_from_db()
        retire_page(page, at=at)
    return page


def include_page(page: WebPage, *, at: datetime) -> WebPage:
    """Take a page back; the next reading fetches it."""
    WebPage.objects.filter(pk=page.pk).update(
        is_excluded=False, state=PageState.QUEUED, problem_code="", visited=0, etag="", last_modified=""
    )
    page.refresh_from_db()
    return page


def retire_page(page: WebPage, *, at: datetime) -> None:
    """Archive the document of a page unless another page says the same."""
    if page.document is None or page.document.source != Source.WEBSITE:
        return
    series = Document.objects.of_series(page.document)
    if WebPage.objects.in_knowledge().filter(document__in=series.values("pk")).exclude(pk=page.pk).exists():
        return
    for document in series.live().exclude(status=DocumentStatus.ARCHIVED):
        lifecycle.withdraw(document, at=at)


def _cleaned(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings with their prefixes as paths."""
    for name in ("include", "exclude"):
        if name in settings:
            settings[name] = _prefixes(settings[name])
    return settings


def _prefixes(typed: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(prefix(one)[:FIRST_WORDS] for one in typed if one.strip()))
