"""What the browser extension reads in the seller's portal and reports here."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, enum_check
from marketplace.complaint_enums import RowProblem
from marketplace.models.stores import OfStore

MAX_ROWS: Final = 5_000


class ExtensionUpload(Public, OfStore, Created):
    """One chunk of parsed rows and what became of them; its repeat gets the same report."""

    api_key = models.ForeignKey(
        ApiKey, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False, verbose_name=_("API key")
    )
    batch = models.CharField(_("batch"), max_length=64)
    chunk = models.IntegerField(_("chunk"), default=1)
    body_hash = models.CharField(_("hash of the rows"), max_length=64, editable=False)
    total = models.IntegerField(_("rows"), default=0)
    changed = models.IntegerField(_("changed"), default=0)
    unchanged = models.IntegerField(_("as before"), default=0)
    with_problems = models.IntegerField(_("with problems"), default=0)
    duration_ms = models.IntegerField(_("took, ms"), default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "extension_uploads"
        verbose_name = _("extension upload")
        verbose_name_plural = _("extension uploads")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "batch", "chunk", "tenant"], name="uq_extension_uploads_store_batch"
            ),
            models.CheckConstraint(
                condition=Q(chunk__gte=1, total__gte=0, total__lte=MAX_ROWS, changed__gte=0, unchanged__gte=0)
                & Q(with_problems__gte=0, duration_ms__gte=0),
                name="ck_extension_uploads_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.chunk}"


class ExtensionUploadProblem(Owned):
    """A row that was not applied, kept as it came."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("tenant"))
    upload = models.ForeignKey(
        ExtensionUpload, models.CASCADE, related_name="problems", db_index=False, verbose_name=_("upload")
    )
    row = models.IntegerField(_("row"))
    problem = models.CharField(_("problem"), max_length=16, choices=RowProblem)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    payload = models.JSONField(_("the row"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "extension_upload_problems"
        verbose_name = _("problem of an upload")
        verbose_name_plural = _("problems of uploads")
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "row", "problem", "tenant"], name="uq_extension_upload_problems_row"
            ),
            enum_check("ck_extension_upload_problems_problem", "problem", RowProblem),
            models.CheckConstraint(condition=Q(row__gte=1), name="ck_extension_upload_problems_row"),
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.get_problem_display()}"
