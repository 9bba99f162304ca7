"""Websites that assistants answer from, and their pages."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check
from knowledge.enums import BUSY, CRAWLING, CrawlSchedule, CrawlStatus, PageState, WebProblem, WebSourceKind
from knowledge.models.documents import Document
from knowledge.websites.addresses import URL_CHARACTERS, readable

MAX_PAGES: Final = 2_000
MAX_DEPTH: Final = 10
LOST_AFTER: Final = timedelta(seconds=60)


class WebSourceQuerySet(OwnedQuerySet["WebSource"]):
    """Sites."""

    def due(self, *, at: datetime) -> Self:
        """Keep sites whose next reading has come."""
        return self.filter(next_run_at__lte=at, tenant__is_active=True).exclude(status__in=BUSY)

    def lost(self, *, at: datetime) -> Self:
        """Keep sites that nobody works on though somebody should."""
        forgotten = Q(locked_until=None, updated_at__lt=at - LOST_AFTER)
        return self.filter(status__in=BUSY).filter(forgotten | Q(locked_until__lt=at))

    def newest_first(self) -> Self:
        """Order by arrival, the newest on top."""
        return self.order_by("-id")


class WebSource(Public, Owned, Timestamped):
    """A website whose pages become documents; each reading of it is a run."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    url = models.CharField(_("address"), max_length=URL_CHARACTERS)
    kind = models.CharField(_("pages"), max_length=16, choices=WebSourceKind, default=WebSourceKind.CRAWL)
    max_depth = models.SmallIntegerField(_("links away at most"), default=3)
    max_pages = models.IntegerField(_("pages at most"), default=50)
    include = ArrayField(models.CharField(max_length=500), default=list, blank=True, verbose_name=_("only below"))
    exclude = ArrayField(models.CharField(max_length=500), default=list, blank=True, verbose_name=_("not below"))
    schedule = models.CharField(_("read anew"), max_length=16, choices=CrawlSchedule, default=CrawlSchedule.WEEKLY)
    next_run_at = models.DateTimeField(_("next reading"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=CrawlStatus, default=CrawlStatus.QUEUED)
    problem_code = models.CharField(_("problem"), max_length=24, choices=WebProblem, blank=True)
    run = models.IntegerField(_("reading"), default=0)
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    found_count = models.IntegerField(_("pages found"), default=0)
    new_count = models.IntegerField(_("new pages"), default=0)
    changed_count = models.IntegerField(_("changed pages"), default=0)
    gone_count = models.IntegerField(_("pages gone"), default=0)
    bytes_read = models.BigIntegerField(_("bytes read"), default=0)
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    attempts = models.SmallIntegerField(_("attempts"), default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("added by")
    )

    objects = WebSourceQuerySet.as_manager()

    class Meta:
        db_table = "web_sources"
        verbose_name = _("website")
        verbose_name_plural = _("websites")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "assistant", "url"], nulls_distinct=False, name="uq_web_sources_tenant_assistant_url"
            ),
            enum_check("ck_web_sources_kind", "kind", WebSourceKind),
            enum_check("ck_web_sources_schedule", "schedule", CrawlSchedule),
            enum_check("ck_web_sources_status", "status", CrawlStatus),
            models.CheckConstraint(
                condition=Q(problem_code__in=["", *WebProblem.values]), name="ck_web_sources_problem_code"
            ),
            models.CheckConstraint(
                condition=Q(max_depth__range=(0, MAX_DEPTH), max_pages__range=(1, MAX_PAGES)),
                name="ck_web_sources_limits",
            ),
            models.CheckConstraint(
                condition=Q(run__gte=0, attempts__gte=0, found_count__gte=0, new_count__gte=0)
                & Q(changed_count__gte=0, gone_count__gte=0, bytes_read__gte=0),
                name="ck_web_sources_amounts",
            ),
        ]

    def __str__(self) -> str:
        return readable(self.url)

    @property
    def is_busy(self) -> bool:
        """Say whether somebody works on it, or soon will."""
        return self.status in BUSY

    @property
    def is_crawling(self) -> bool:
        """Say whether it is being read, or soon will be."""
        return self.status in CRAWLING

    @property
    def problem(self) -> str:
        """Return what went wrong, in the reader's language."""
        return str(WebProblem(self.problem_code).label) if self.problem_code else ""

    def take(self, *, until: datetime, at: datetime) -> bool:
        """Lease this site for one worker; of two rivals only one gets it."""
        free = Q(locked_until=None) | Q(locked_until__lt=at)
        rows = WebSource.objects.filter(free, pk=self.pk, status__in=BUSY)
        if not rows.update(locked_until=until, attempts=F("attempts") + 1):
            return False
        self.refresh_from_db()
        return True

    def advance(self, **values: Any) -> bool:
        """Write ``values`` if this worker still holds the lease it took."""
        rows = WebSource.objects.filter(pk=self.pk, locked_until=self.locked_until, status__in=BUSY)
        if not rows.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True


class WebPageQuerySet(OwnedQuerySet["WebPage"]):
    """Pages."""

    def waiting(self) -> Self:
        """Keep pages that the reading under way found and has not visited yet."""
        return self.filter(visited__lt=F("run"), is_excluded=False)

    def in_knowledge(self) -> Self:
        """Keep pages that assistants answer from."""
        return self.filter(state__in=[PageState.TAKEN, PageState.REPEATED])


class WebPage(Public, Owned, Timestamped):
    """A page of a site: what it said last, and the document made of it."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    source = models.ForeignKey(
        WebSource, models.CASCADE, related_name="pages", db_index=False, verbose_name=_("website")
    )
    url = models.CharField(_("address"), max_length=URL_CHARACTERS)
    title = models.CharField(_("title"), max_length=255, blank=True)
    document = models.ForeignKey(
        Document, models.SET_NULL, related_name="pages", null=True, blank=True, verbose_name=_("document")
    )
    state = models.CharField(_("state"), max_length=16, choices=PageState, default=PageState.QUEUED)
    problem_code = models.CharField(_("problem"), max_length=24, choices=WebProblem, blank=True)
    is_excluded = models.BooleanField(_("left out"), default=False)
    http_status = models.SmallIntegerField(_("HTTP status"), null=True, blank=True)
    depth = models.SmallIntegerField(_("links away"), default=0)
    run = models.IntegerField(_("last found in reading"), default=0)
    visited = models.IntegerField(_("last visited in reading"), default=0)
    etag = models.CharField(_("ETag"), max_length=255, blank=True, editable=False)
    last_modified = models.CharField(_("Last-Modified"), max_length=64, blank=True, editable=False)
    text_hash = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    links = models.JSONField(_("links"), default=list, blank=True, editable=False)
    fetched_at = models.DateTimeField(_("visited"), null=True, blank=True)

    objects = WebPageQuerySet.as_manager()

    class Meta:
        db_table = "web_pages"
        verbose_name = _("page of a website")
        verbose_name_plural = _("pages of websites")
        constraints = [
            models.UniqueConstraint(fields=["source", "url"], name="uq_web_pages_source_url"),
            enum_check("ck_web_pages_state", "state", PageState),
            models.CheckConstraint(
                condition=Q(problem_code__in=["", *WebProblem.values]), name="ck_web_pages_problem_code"
            ),
            models.CheckConstraint(condition=Q(depth__gte=0, run__gte=0, visited__gte=0), name="ck_web_pages_amounts"),
        ]

    def __str__(self) -> str:
        return self.title or readable(self.url)

    @property
    def readable_url(self) -> str:
        """Return the address as people write it."""
        return readable(self.url)

    @property
    def problem(self) -> str:
        """Return why it is not in the knowledge, in the reader's language."""
        return str(WebProblem(self.problem_code).label) if self.problem_code else ""
