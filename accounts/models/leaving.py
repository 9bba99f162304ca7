"""A shop takes its data away, or leaves for good."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import DeletionStatus, ExportStatus
from accounts.models.tenancy import Owned, OwnedQuerySet
from config.db import Public, Timestamped, enum_check


class DataExportQuerySet(OwnedQuerySet["DataExport"]):
    """Exports."""

    def due(self, *, at: datetime) -> Self:
        """Keep those that wait for a worker, or whose worker is gone."""
        return self.filter(Q(locked_until=None) | Q(locked_until__lt=at), status=ExportStatus.PENDING)


class DataExport(Public, Owned, Timestamped):
    """Everything a shop has here, in one archive; it can be downloaded for some days."""

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    status = models.CharField(_("status"), max_length=16, choices=ExportStatus, default=ExportStatus.PENDING)
    path = models.CharField(_("file"), max_length=255, blank=True, editable=False)
    size = models.BigIntegerField(_("size"), default=0)
    rows = models.JSONField(_("rows by table"), default=dict, blank=True)
    attempts = models.IntegerField(_("attempts"), default=0)
    locked_until = models.DateTimeField(_("being made until"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        db_table = "data_exports"
        verbose_name = _("data export")
        verbose_name_plural = _("data exports")
        constraints = [
            enum_check("ck_data_exports_status", "status", ExportStatus),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(status=ExportStatus.PENDING.value), name="uq_data_exports_tenant_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_status_display()}"


class TenantDeletionQuerySet(OwnedQuerySet["TenantDeletion"]):
    """Deletions."""

    def live(self) -> Self:
        """Keep those that were neither taken back nor finished."""
        return self.filter(status__in=[DeletionStatus.REQUESTED, DeletionStatus.ERASING])

    def due(self, *, at: datetime) -> Self:
        """Keep those whose time has come and that nobody works on."""
        free = Q(locked_until=None) | Q(locked_until__lt=at)
        return self.live().filter(free, due_at__lte=at)


class TenantDeletion(Public, Owned, Timestamped):
    """The end of a shop: asked for, can be taken back for some days, then carried out; its proof stays."""

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    reason = models.TextField(_("why"), blank=True)
    status = models.CharField(_("status"), max_length=16, choices=DeletionStatus, default=DeletionStatus.REQUESTED)
    due_at = models.DateTimeField(_("to be done on"))
    locked_until = models.DateTimeField(_("under way until"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    finished_at = models.DateTimeField(_("done"), null=True, blank=True)
    proof = models.JSONField(_("proof"), default=dict, blank=True)

    objects = TenantDeletionQuerySet.as_manager()

    class Meta:
        db_table = "tenant_deletions"
        verbose_name = _("deletion of a shop")
        verbose_name_plural = _("deletions of shops")
        constraints = [
            enum_check("ck_tenant_deletions_status", "status", DeletionStatus),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(status__in=[DeletionStatus.REQUESTED.value, DeletionStatus.ERASING.value]),
                name="uq_tenant_deletions_tenant_live",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_status_display()}"
