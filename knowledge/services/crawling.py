"""The worker that reads a website: finds its pages, takes their texts, notices what changed and what is gone.

What is found is kept in rows, so a reading goes on where a killed worker
stopped. A worker reads for a minute, then gives way to others.
"""

import time
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction

from billing.errors import InsufficientFunds
from config.db import release_connection
from config.outside import Outside, OutsideFailed
from knowledge import tasks
from knowledge.enums import CrawlStatus, PageState, Source, WebProblem, WebSourceKind
from knowledge.models import Document, WebPage, WebSource
from knowledge.services import lifecycle
from knowledge.services.frontier import Frontier
from knowledge.services.learning import learn_page
from knowledge.services.websites import retire_page
from knowledge.websites.reading import Moved, PageProblem, Seen, TooBusy, read_page
from knowledge.websites.robots import AGENT, Robots, read_robots
from knowledge.websites.sitemaps import read_sitemaps

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=3)
SLICE_SECONDS: Final = 60.0
RUN_AT_MOST: Final = timedelta(hours=2)
RUN_BYTES: Final = 300 * 1024 * 1024
MAX_ATTEMPTS: Final = 6
FAILURES_IN_A_ROW: Final = 5
SITEMAP_ENDINGS: Final = (".xml", ".xml.gz", ".gz", ".txt")
SITE_DOWN: Final = frozenset({WebProblem.UNREACHABLE, WebProblem.TIMEOUT, WebProblem.NOT_PUBLIC})
REMOVED_AT_ONCE: Final = 50
LEFT_OUT: Final = frozenset({WebProblem.ROBOTS, WebProblem.NO_INDEX, WebProblem.NO_TEXT, WebProblem.ELSEWHERE})


class _LeaseLost(Exception):
    """Somebody else reads this site now, or nobody shall."""


class _Ended(Exception):
    """The reading ends here; without a problem everything was read."""

    def __init__(self, problem: WebProblem | None = None, *, is_hopeless: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.is_hopeless = is_hopeless


def read_site(source_id: int, *, at: datetime) -> WebSource | None:
    """Read some pages of a site; return it, or nothing if it is another worker's or gone."""
    source = WebSource.objects.select_related("tenant", "assistant").filter(pk=source_id).first()
    if source is None or not source.take(until=at + LEASE, at=at):
        return None
    if source.status == CrawlStatus.REMOVING:
        return _remove(source, at=at)
    agent = f"Mozilla/5.0 (compatible; {AGENT}/1.0; +{settings.BASE_URL})"
    with Outside(user_agent=agent) as outside:
        reader = _Reader(source, outside, at=at)
        try:
            reader.run()
        except _LeaseLost:
            log.info("site_left_to_others", source=source.pk)
            return None
        except _Ended as end:
            reader.finish(end)
    return source


def _remove(source: WebSource, *, at: datetime) -> WebSource | None:
    """Delete documents of a site, then the site; many of them in several goes."""
    taken = Document.objects.of(source.tenant).filter(source=Source.WEBSITE, pages__source=source).distinct()
    for document in taken.order_by("pk")[:REMOVED_AT_ONCE]:
        others = WebPage.objects.filter(document__series=document.series).exclude(source=source)
        for version in () if others.exists() else Document.objects.of_series(document):
            lifecycle.delete(version, at=at)
        WebPage.objects.filter(source=source, document=document).delete()
    if taken.exists():
        if source.advance(locked_until=None, attempts=0):
            tasks.read_site_soon(source.pk)
        return source
    WebSource.objects.filter(pk=source.pk, locked_until=source.locked_until).delete()
    return None


class _Reader:
    """One worker's turn at one site."""

    def __init__(self, source: WebSource, outside: Outside, *, at: datetime) -> None:
        self.source = source
        self.outside = outside
        self.began_at = at
        self.started = time.monotonic()
        self.frontier = Frontier(source)
        self.bytes_before = source.bytes_read
        self.failures = 0

    @property
    def at(self) -> datetime:
        """Return the present, counted from when the task began."""
        return self.began_at + timedelta(seconds=time.monotonic() - self.started)

    def run(self) -> None:
        if self.source.attempts > MAX_ATTEMPTS:
            raise _Ended(WebProblem.INTERRUPTED)
        self._advance(status=CrawlStatus.RUNNING)
        robots = self._robots()
        if not self.frontier.has_begun():
            self._seed(robots)
        delay = max(settings.CRAWL_DELAY_SECONDS, robots.delay)
        while (page := self.frontier.next()) is not None:
            self._check_limits()
            self._visit(page, robots)
            if time.monotonic() - self.started > SLICE_SECONDS:
                self._give_way()
                return
            release_connection()
            time.sleep(delay)
        raise _Ended(WebProblem.PAGE_LIMIT if self.source.problem_code == WebProblem.PAGE_LIMIT else None)

    def _robots(self) -> Robots:
        release_connection()
        try:
            return read_robots(self.outside, self.source.url)
        except OutsideFailed as failure:
            raise _Ended(WebProblem(failure.trouble.value), is_hopeless=not self.frontier.has_begun()) from failure

    def _seed(self, robots: Robots) -> None:
        """Find where to begin."""
        source = self.source
        if source.kind != WebSourceKind.SITEMAP:
            self._found([source.url], depth=0)
            return
        is_sitemap = source.url.partition("?")[0].endswith(SITEMAP_ENDINGS)
        named = [one for one in robots.sitemaps if self.frontier.scope.is_same_site(one)]
        starts = [source.url] if is_sitemap else named or [self.frontier.address("/sitemap.xml")]
        try:
            pages = read_sitemaps(self.outside, starts, self.frontier.scope)
        except OutsideFailed as failure:
            raise _Ended(WebProblem(failure.trouble.value), is_hopeless=True) from failure
        if not pages:
            raise _Ended(WebProblem.NO_SITEMAP, is_hopeless=True)
        self._found(pages, depth=0)
        self._advance(found_count=len(pages))

    def _found(self, urls: list[str], *, depth: int) -> None:
        with transaction.atomic():
            is_cut = self.frontier.add(urls, depth=depth)
            values: dict[str, Any] = {"locked_until": self.at + LEASE}
            if is_cut:
                values["problem_code"] = WebProblem.PAGE_LIMIT
            if self.source.kind != WebSourceKind.SITEMAP:
                values["found_count"] = self.frontier.size()
            self._advance(**values)

    def _check_limits(self) -> None:
        if self.bytes_before + self.outside.bytes_read > RUN_BYTES:
            raise _Ended(WebProblem.SIZE_LIMIT)
        if self.source.started_at and self.at - self.source.started_at > RUN_AT_MOST:
            raise _Ended(WebProblem.TIME_LIMIT)

    def _visit(self, page: WebPage, robots: Robots) -> None:
        """Read one page and write down what became of it."""
        release_connection()
        known = page.state in {PageState.TAKEN, PageState.REPEATED} and bool(page.text_hash)
        try:
            if not robots.may_fetch(page.url):
                raise PageProblem(WebProblem.ROBOTS)  # noqa: TRY301 -- one place tells what became of a page
            seen = read_page(self.outside, page, self.frontier.scope, is_conditional=known)
        except Moved as moved:
            self._found([moved.target], depth=page.depth)
            self._settle(page, state=PageState.SKIPPED, problem=WebProblem.MOVED)
            retire_page(page, at=self.at)
        except TooBusy as busy:
            self._pause(busy.seconds)
        except PageProblem as problem:
            self._settle_problem(page, problem)
        else:
            self.failures = 0
            links = page.links if seen.is_unchanged else list(seen.links)
            self._take(page, seen)
            if self.source.kind == WebSourceKind.CRAWL and page.depth < self.source.max_depth:
                self._found(links, depth=page.depth + 1)

    def _take(self, page: WebPage, seen: Seen) -> None:
        """Bring a page's text into the knowledge, if it is new."""
        if seen.is_unchanged:
            self._settle(page, state=PageState(page.state), http_status=seen.http_status)
            return
        before = page.document
        try:
            document, digest = learn_page(self.source, page, seen, at=self.at)
        except InsufficientFunds as error:
            raise _Ended(WebProblem.NO_MONEY) from error
        is_own = document.source == Source.WEBSITE and document.url == page.url
        about: dict[str, Any] = {
            "title": seen.title,
            "etag": seen.etag,
            "last_modified": seen.last_modified,
            "text_hash": digest,
            "links": list(seen.links),
            "http_status": seen.http_status,
        }
        about |= {"new_count": int(before is None), "changed_count": int(before is not None and before != document)}
        self._settle(page, state=PageState.TAKEN if is_own else PageState.REPEATED, document=document, **about)
        if before and before.series != document.series:
            page.document = before
            retire_page(page, at=self.at)

    def _settle_problem(self, page: WebPage, problem: PageProblem) -> None:
        is_gone = problem.problem is WebProblem.NOT_FOUND
        state = PageState.GONE if is_gone else PageState.SKIPPED if problem.problem in LEFT_OUT else PageState.FAILED
        if state is PageState.FAILED and page.document_id:
            state = PageState(page.state)  # a page that fails today stays in the knowledge
        was_taken = page.state in {PageState.TAKEN, PageState.REPEATED}
        self._settle(
            page,
            state=state,
            problem=problem.problem,
            http_status=problem.http_status,
            gone_count=int(is_gone and was_taken),
        )
        if state in {PageState.GONE, PageState.SKIPPED}:
            retire_page(page, at=self.at)
        if page.depth < self.source.max_depth and self.source.kind == WebSourceKind.CRAWL:
            self._found(list(problem.links), depth=page.depth + 1)
        if page.url == self.source.url and not problem.links:
            raise _Ended(problem.problem, is_hopeless=True)
        self.failures = self.failures + 1 if problem.problem in SITE_DOWN else 0
        if self.failures >= FAILURES_IN_A_ROW:
            raise _Ended(problem.problem)

    def _settle(self, page: WebPage, *, state: PageState, problem: WebProblem | None = None, **about: Any) -> None:
        """Write what became of a page, with the lease that proves it is ours to write."""
        counts = {
            name: getattr(self.source, name) + about.pop(name, 0)
            for name in ("new_count", "changed_count", "gone_count")
        }
        page.state, page.problem_code = state, problem or ""
        page.visited, page.fetched_at = self.source.run, self.at
        for name, value in about.items():
            setattr(page, name, value)
        with transaction.atomic():
            read = self.bytes_before + self.outside.bytes_read
            self._advance(**counts, bytes_read=read, attempts=0, locked_until=self.at + LEASE)
            page.save()

    def _give_way(self) -> None:
        self._advance(locked_until=None)
        tasks.read_site_soon(self.source.pk)

    def _pause(self, seconds: float) -> None:
        """Come back later: until then the lease keeps others away, and the sweeper knows when."""
        self._advance(locked_until=self.at + timedelta(seconds=seconds))
        raise _LeaseLost

    def finish(self, end: _Ended) -> None:
        """End the reading; what a whole reading did not meet any more is gone."""
        try:
            if end.problem is None:
                self._retire_unlinked()
            problem, is_hopeless = end.problem, end.is_hopeless
            if problem is None and (problem := self.frontier.reason_for_nothing()):
                is_hopeless = True
            is_partial = problem or self.frontier.has_failures()
            status = CrawlStatus.PARTIAL if is_partial else CrawlStatus.READY
            self._advance(
                status=CrawlStatus.FAILED if is_hopeless else status,
                problem_code=problem or "",
                finished_at=self.at,
                locked_until=None,
            )
        except _LeaseLost:
            log.info("site_left_to_others", source=self.source.pk)

    def _retire_unlinked(self) -> None:
        for page in self.frontier.forgotten():
            self._settle(page, state=PageState.GONE, problem=WebProblem.UNLINKED, gone_count=1)
            retire_page(page, at=self.at)

    def _advance(self, **values: Any) -> None:
        if not self.source.advance(**values):
            raise _LeaseLost
