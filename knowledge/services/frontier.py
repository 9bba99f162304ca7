"""The pages that a reading of a site has found, kept in rows."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin

from knowledge.enums import PageState, WebProblem
from knowledge.models import WebPage, WebPageQuerySet, WebSource
from knowledge.websites.addresses import Scope

AT_ONCE: Final = 500
TROUBLES: Final = (
    WebProblem.UNREACHABLE,
    WebProblem.TIMEOUT,
    WebProblem.NOT_PUBLIC,
    WebProblem.TOO_LARGE,
    WebProblem.BAD_ANSWER,
    WebProblem.REFUSED,
    WebProblem.UNREADABLE,
)


class Frontier:
    """What is found, what is visited, and what is no longer met."""

    def __init__(self, source: WebSource) -> None:
        self.source = source
        self.scope = Scope.of(source.url, include=source.include, exclude=source.exclude)

    @property
    def pages(self) -> WebPageQuerySet:
        """Return the pages found in this reading."""
        return WebPage.objects.filter(source=self.source, run=self.source.run)

    def address(self, path: str) -> str:
        """Return the address of a path of the site."""
        return urljoin(self.source.url, path)

    def has_begun(self) -> bool:
        """Say whether this reading has found anything yet."""
        return self.pages.exists()

    def size(self) -> int:
        """Return how many pages this reading has found."""
        return self.pages.filter(is_excluded=False).count()

    def has_failures(self) -> bool:
        """Say whether a page could not be read."""
        return self.pages.filter(problem_code__in=TROUBLES).exists()

    def reason_for_nothing(self) -> WebProblem | None:
        """Return why no page of this reading is in the knowledge; nothing when one is, or all are left out."""
        if self.pages.in_knowledge().exists():
            return None
        code = self.pages.filter(is_excluded=False).exclude(problem_code="").order_by("-depth", "pk")
        found = code.exclude(problem_code=WebProblem.MOVED).values_list("problem_code", flat=True).first()
        return WebProblem(found) if found else None

    def next(self) -> WebPage | None:
        """Return the page to visit next, those near the start first."""
        waiting = self.pages.waiting().select_related("document", "document__tenant", "document__assistant")
        return waiting.order_by("depth", "pk").first()

    def forgotten(self) -> Iterator[WebPage]:
        """Yield pages in the knowledge that this reading did not meet."""
        rows = WebPage.objects.in_knowledge().filter(source=self.source, run__lt=self.source.run, is_excluded=False)
        return iter(rows.select_related("document", "document__tenant", "document__assistant").order_by("pk"))

    def add(self, urls: list[str], *, depth: int) -> bool:
        """Remember pages to visit, up to the site's limit; say whether some had to be left."""
        wanted = [url for url in dict.fromkeys(urls) if url == self.source.url or self.scope.contains(url)]
        room = self.source.max_pages - self.size()
        for start in range(0, len(wanted), AT_ONCE):
            room, is_cut = self._add(wanted[start : start + AT_ONCE], depth=depth, room=room)
            if is_cut:
                return True
        return False

    def _add(self, urls: list[str], *, depth: int, room: int) -> tuple[int, bool]:
        known = {page.url: page for page in WebPage.objects.filter(source=self.source, url__in=urls)}
        found = [page for page in known.values() if page.run == self.source.run]
        left_out = [page.pk for page in known.values() if page.is_excluded]
        WebPage.objects.filter(pk__in=left_out).update(run=self.source.run, visited=self.source.run)
        done = {page.url for page in found} | {page.url for page in known.values() if page.is_excluded}
        fresh = [url for url in urls if url not in done]
        taken = fresh[: max(room, 0)]
        again = [known[url].pk for url in taken if url in known]
        WebPage.objects.filter(pk__in=again).update(run=self.source.run, depth=depth)
        WebPage.objects.bulk_create(
            WebPage(
                tenant_id=self.source.tenant_id,
                source=self.source,
                url=url,
                depth=depth,
                run=self.source.run,
                state=PageState.QUEUED,
            )
            for url in taken
            if url not in known
        )
        return room - len(taken), len(taken) < len(fresh)
