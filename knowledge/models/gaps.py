"""What customers asked and the knowledge could not answer."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check
from knowledge.enums import GapReason, GapStatus
from knowledge.errors import GapMoved
from knowledge.models.documents import Document
from knowledge.models.entries import KnowledgeEntry


class GapQuerySet(OwnedQuerySet["KnowledgeGap"]):
    """Gaps."""

    def open(self) -> Self:
        """Keep those nobody has dealt with."""
        return self.filter(status=GapStatus.OPEN)

    def pressing_first(self) -> Self:
        """Order by how often customers asked, then by how lately."""
        return self.order_by("-asked_count", "-last_asked_at", "-pk")


class KnowledgeGap(Public, Owned, Timestamped):
    """Questions that mean about the same and have no answer in the knowledge.

    An answered gap opens again when it is asked once more; a dismissed one only
    when it goes on being asked (``services.gaps.PATIENCE``).
    """

    assistant = models.ForeignKey(
        "assistants.Assistant", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("assistant")
    )
    title = models.CharField(_("question"), max_length=500)
    status = models.CharField(_("status"), max_length=16, choices=GapStatus, default=GapStatus.OPEN)
    asked_count = models.IntegerField(_("asked"), default=0)
    asked_since_closed = models.IntegerField(_("asked since it was closed"), default=0)
    reopened_count = models.IntegerField(_("opened again"), default=0)
    first_asked_at = models.DateTimeField(_("first asked"))
    last_asked_at = models.DateTimeField(_("last asked"))
    document = models.ForeignKey(
        Document, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("answered by")
    )
    entry = models.ForeignKey(
        KnowledgeEntry, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("confirmed answer")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("closed by")
    )

    objects = GapQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_gaps"
        verbose_name = _("unanswered question")
        verbose_name_plural = _("unanswered questions")
        indexes = [models.Index(fields=["tenant", "status", "-asked_count"], name="ix_knowledgegap_pressing")]
        constraints = [
            enum_check("ck_knowledge_gaps_status", "status", GapStatus),
            models.CheckConstraint(
                condition=Q(asked_count__gte=0, asked_since_closed__gte=0, reopened_count__gte=0),
                name="ck_knowledge_gaps_counts",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="ck_knowledge_gaps_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title[:80]

    def move_to(self, status: GapStatus, **values: Any) -> None:
        """Change the state in one UPDATE, so that of two rivals one wins.

        Raises:
            GapMoved: it is in that state already.
        """
        moved = KnowledgeGap.objects.filter(pk=self.pk).exclude(status=status).update(status=status, **values)
        self.refresh_from_db()
        if not moved:
            raise GapMoved(state=self.get_status_display())

    def close(self, status: GapStatus, *, at: datetime, **values: Any) -> None:
        """Take it off the list.

        Raises:
            GapMoved: somebody did so before.
        """
        self.move_to(status, closed_at=at, asked_since_closed=0, **values)


class KnowledgeGapQuestion(Owned, Created):
    """One customer's words, without what identifies the customer, and where they were said."""

    gap = models.ForeignKey(KnowledgeGap, models.CASCADE, related_name="questions", verbose_name=_("gap"))
    text = models.CharField(_("question"), max_length=500)
    stems = ArrayField(models.CharField(max_length=40), verbose_name=_("stems"), default=list)
    reason = models.CharField(_("reason"), max_length=16, choices=GapReason, default=GapReason.NOT_KNOWN)
    dialog_uuid = models.UUIDField(_("dialog"), null=True, blank=True)
    seq = models.BigIntegerField(_("message"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_gap_questions"
        verbose_name = _("customer's words")
        verbose_name_plural = _("customers' words")
        indexes = [models.Index(fields=["tenant", "-asked_at"], name="ix_knowledgegapquestion_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "dialog_uuid", "seq", "reason"],
                name="uq_knowledge_gap_questions_tenant_dialog_uuid_seq_reason",
            ),
            enum_check("ck_knowledge_gap_questions_reason", "reason", GapReason),
        ]

    def __str__(self) -> str:
        return self.text[:80]
