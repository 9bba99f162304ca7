"""Documents: what a seller uploads for an assistant to answer from."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Public, Timestamped, enum_check, new_uuid
from knowledge.enums import RETRYABLE, UNFINISHED, DocumentProblem, DocumentStatus, Source

MAX_IMPORTANCE: Final = 10
LOST_AFTER: Final = timedelta(seconds=30)


class DocumentQuerySet(OwnedQuerySet["Document"]):
    """Documents."""

    def live(self) -> Self:
        """Keep documents that are in use, on their way, or failed: everything but history."""
        return self.filter(archived_at=None)

    def in_scope(self, assistant_id: int | None) -> Self:
        """Keep the documents of one assistant, or the shared ones."""
        return self.filter(assistant=assistant_id)

    def unfinished(self) -> Self:
        """Keep documents still on their way into the knowledge."""
        return self.filter(status__in=UNFINISHED)

    def lost(self, *, at: datetime) -> Self:
        """Keep unfinished documents nobody works on: the lease ran out or the hint never arrived."""
        forgotten = Q(locked_until=None, updated_at__lt=at - LOST_AFTER)
        return self.unfinished().filter(forgotten | Q(locked_until__lt=at))

    def of_series(self, document: "Document") -> Self:
        """Keep the versions of one document."""
        return self.filter(tenant=document.tenant_id, series=document.series)

    def newest_first(self) -> Self:
        """Order by arrival, the newest on top."""
        return self.order_by("-id")


class Document(Public, Owned, Timestamped):
    """A file, a text or a web page that an assistant answers from; without an assistant all of the tenant's do.

    Each row is one version; the versions of a document share its ``series``,
    and at most one of them is searched.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    filename = models.CharField(_("file name"), max_length=255)
    title = models.CharField(_("title"), max_length=255)
    size = models.BigIntegerField(_("size, bytes"))
    doc_hash = models.CharField(_("SHA-256"), max_length=64, null=True, blank=True, editable=False)  # noqa: DJ001 -- what was refused at the door has none
    mime = models.CharField(_("type"), max_length=100, blank=True)
    url = models.CharField(_("web address"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=32, choices=Source, default=Source.DOCUMENT)
    series = models.UUIDField(_("series"), default=new_uuid, editable=False)
    file = models.FileField(_("file"), max_length=255, blank=True)
    category = models.CharField(_("category"), max_length=100, blank=True)
    importance = models.SmallIntegerField(_("importance"), default=5)
    status = models.CharField(_("status"), max_length=16, choices=DocumentStatus, default=DocumentStatus.UPLOADED)
    error_code = models.CharField(_("problem"), max_length=16, choices=DocumentProblem, blank=True)
    error_message = models.TextField(_("problem in words"), blank=True)
    progress = models.SmallIntegerField(_("progress, %"), default=0)
    chunk_count = models.IntegerField(_("passages"), default=0)
    chunk_total = models.IntegerField(_("passages when done"), default=0)
    version = models.IntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("searched"), default=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("found still right"), null=True, blank=True)
    supersedes = models.ForeignKey(
        "self", models.SET_NULL, related_name="superseded_by", null=True, blank=True, verbose_name=_("replaces")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("added by")
    )
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    attempts = models.SmallIntegerField(_("attempts"), default=0, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        db_table = "documents"
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "assistant", "doc_hash"],
                condition=Q(archived_at__isnull=True, doc_hash__isnull=False),
                nulls_distinct=False,
                name="uq_documents_tenant_assistant_doc_hash",
            ),
            models.UniqueConstraint(
                fields=["tenant", "series"], condition=Q(is_current=True), name="uq_documents_tenant_series"
            ),
            models.UniqueConstraint(fields=["tenant", "series", "version"], name="uq_documents_tenant_series_version"),
            enum_check("ck_documents_source", "source", Source),
            enum_check("ck_documents_status", "status", DocumentStatus),
            models.CheckConstraint(
                condition=Q(error_code__in=["", *DocumentProblem.values]), name="ck_documents_error_code"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(status=DocumentStatus.READY, archived_at__isnull=True),
                name="ck_documents_current",
            ),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=MAX_IMPORTANCE), name="ck_documents_importance"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=0, progress__gte=0, progress__lte=100)
                & Q(chunk_count__gte=0, chunk_total__gte=0, version__gte=1, attempts__gte=0),
                name="ck_documents_amounts",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.filename

    @property
    def is_finished(self) -> bool:
        """Say whether nothing more will happen to this document by itself."""
        return self.status not in UNFINISHED

    @property
    def problem(self) -> str:
        """Return why it failed, in the reader's language."""
        return str(DocumentProblem(self.error_code).label) if self.error_code else ""

    @property
    def can_retry(self) -> bool:
        """Say whether processing it again may end better."""
        return self.status == DocumentStatus.FAILED and self.error_code in RETRYABLE and not self.archived_at

    @property
    def can_restore(self) -> bool:
        """Say whether assistants can answer from this version again."""
        return self.status == DocumentStatus.ARCHIVED and bool(self.file or self.chunk_count)

    def take(self, *, until: datetime, at: datetime) -> bool:
        """Lease this document for one worker; of two rivals only one gets it.

        The attempt is counted before the work, and the lease itself fences
        every later write of this worker.
        """
        free = Q(locked_until=None) | Q(locked_until__lt=at)
        rows = Document.objects.unfinished().filter(free, pk=self.pk)
        if not rows.update(locked_until=until, attempts=F("attempts") + 1, status=DocumentStatus.EXTRACTING):
            return False
        self.refresh_from_db()
        return True

    def advance(self, **values: Any) -> bool:
        """Write ``values`` if this worker still holds the lease it took."""
        rows = Document.objects.unfinished().filter(pk=self.pk, locked_until=self.locked_until, archived_at=None)
        if not rows.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True
