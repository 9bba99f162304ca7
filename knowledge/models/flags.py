"""What in the knowledge is worth a look: contradictions, and texts that may be out of date."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Public, Timestamped, enum_check
from knowledge.enums import FlagKind, FlagStatus
from knowledge.errors import FlagClosed
from knowledge.models.chunks import KnowledgeEmbedding
from knowledge.models.documents import Document


class FlagQuerySet(OwnedQuerySet["KnowledgeFlag"]):
    """Flags."""

    def open(self) -> Self:
        """Keep those nobody has dealt with."""
        return self.filter(status=FlagStatus.OPEN)


class KnowledgeFlag(Public, Owned, Timestamped):
    """Something to check, found by rule: two passages that disagree, or a document that is old or expired.

    ``fingerprint`` stands for what was found, so that a flag a person has
    closed does not come back before the words or the dates change.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=FlagKind)
    status = models.CharField(_("status"), max_length=16, choices=FlagStatus, default=FlagStatus.OPEN)
    document = models.ForeignKey(
        Document, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("document")
    )
    chunk = models.ForeignKey(
        KnowledgeEmbedding, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("passage")
    )
    other = models.ForeignKey(
        KnowledgeEmbedding, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("other passage")
    )
    sentence = models.CharField(_("says"), max_length=500, blank=True)
    other_sentence = models.CharField(_("the other says"), max_length=500, blank=True)
    difference = models.CharField(_("difference"), max_length=255, blank=True)
    fingerprint = models.CharField(_("SHA-256"), max_length=64, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("closed by")
    )

    objects = FlagQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_flags"
        verbose_name = _("thing to check")
        verbose_name_plural = _("things to check")
        indexes = [models.Index(fields=["tenant", "status", "-id"], name="ix_knowledgeflag_status")]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "fingerprint"], name="uq_knowledge_flags_tenant_fingerprint"),
            enum_check("ck_knowledge_flags_kind", "kind", FlagKind),
            enum_check("ck_knowledge_flags_status", "status", FlagStatus),
            models.CheckConstraint(
                condition=Q(kind="conflict", chunk__isnull=False, other__isnull=False)
                | (~Q(kind="conflict") & Q(document__isnull=False)),
                name="ck_knowledge_flags_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.difference or str(self.document or "")

    def close(self, status: FlagStatus, *, at: datetime, **values: Any) -> None:
        """Take it off the list once.

        Raises:
            FlagClosed: somebody did so before.
        """
        moved = KnowledgeFlag.objects.open().filter(pk=self.pk).update(status=status, closed_at=at, **values)
        self.refresh_from_db()
        if not moved:
            raise FlagClosed(state=self.get_status_display())
