"""Filters that people keep, and work on all reviews that pass one."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check, new_uuid
from config.moves import move
from marketplace.models.ai_logs import AiLog
from marketplace.models.outbox import Outgoing
from marketplace.models.reviews import Review
from marketplace.replies import BULK_MOVES, BulkKind, BulkOutcome, BulkStatus

MOST_FILTERS: Final = 30
LEASE: Final = timedelta(minutes=3)


class SavedFilter(Public, Owned, Timestamped):
    """A filter of reviews under a name, for everybody of the tenant."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    name = models.CharField(_("name"), max_length=60)
    query = models.JSONField(_("filter"), default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("kept by"),
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "saved_filters"
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="uq_saved_filters_name")]

    def __str__(self) -> str:
        return self.name


class BulkJobQuerySet(OwnedQuerySet["BulkJob"]):
    """Work on many reviews."""

    def due(self, *, at: datetime) -> "BulkJobQuerySet":
        """Keep work that goes on and that nobody is at."""
        return self.filter(Q(locked_until=None) | Q(locked_until__lt=at), status=BulkStatus.RUNNING)


class BulkJob(Public, Owned, Timestamped):
    """Drafts written, or drafts sent, for all reviews that passed a filter when it was begun."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=8, choices=BulkKind)
    status = models.CharField(_("status"), max_length=8, choices=BulkStatus, default=BulkStatus.RUNNING)
    query = models.JSONField(_("filter"), default=dict)
    total = models.IntegerField(_("reviews"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("begun by")
    )
    error = models.CharField(_("stopped because"), max_length=500, blank=True)
    holder = models.UUIDField(_("holder"), null=True, blank=True, editable=False)
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        db_table = "bulk_jobs"
        verbose_name = _("work on many reviews")
        verbose_name_plural = _("work on many reviews")
        constraints = [
            enum_check("ck_bulk_jobs_kind", "kind", BulkKind),
            enum_check("ck_bulk_jobs_status", "status", BulkStatus),
            models.CheckConstraint(condition=Q(total__gte=0), name="ck_bulk_jobs_total"),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(status=BulkStatus.RUNNING), name="uq_bulk_jobs_running"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.total}"

    def take(self, *, at: datetime) -> UUID | None:
        """Lease the work; none when somebody has it, or it is over."""
        holder = new_uuid()
        mine = BulkJob.objects.due(at=at).filter(pk=self.pk)
        return holder if mine.update(holder=holder, locked_until=at + LEASE) else None

    def move_to(self, status: BulkStatus, *, at: datetime, error: str = "") -> None:
        """End the work, or take it back.

        Raises:
            IllegalMove: it is over already.
        """
        move(self, status, allowed=BULK_MOVES, finished_at=at, error=error[:500], holder=None, locked_until=None)


class BulkItem(Owned, Created):
    """One review of the many; without an outcome its turn is still to come."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items", db_index=False, verbose_name=_("work"))
    review = models.ForeignKey(Review, models.CASCADE, related_name="+", verbose_name=_("review"))
    outcome = models.CharField(  # noqa: DJ001 -- null: not yet
        _("outcome"), max_length=8, choices=BulkOutcome, null=True, blank=True
    )
    why = models.CharField(_("refused because"), max_length=300, blank=True)
    outgoing = models.ForeignKey(
        Outgoing, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("in the outbox")
    )
    log = models.ForeignKey(AiLog, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("AI log"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "bulk_items"
        verbose_name = _("review of many")
        verbose_name_plural = _("reviews of many")
        constraints = [
            models.UniqueConstraint(fields=["job", "review", "tenant"], name="uq_bulk_items_job_review"),
            enum_check("ck_bulk_items_outcome", "outcome", BulkOutcome),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} · {self.review_id}"
