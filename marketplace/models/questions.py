"""What buyers ask about products in public."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OwnedQuerySet
from config.db import Public, Timestamped, enum_check
from marketplace.enums import QuestionState
from marketplace.models.ai_logs import AiLog
from marketplace.models.stores import OfStore


class QuestionQuerySet(OwnedQuerySet["Question"]):
    """Questions."""

    def unanswered(self) -> Self:
        """Keep questions that wait for the seller."""
        return self.filter(is_answered=False)


class Question(Public, OfStore, Timestamped):
    """A buyer's question on a product card."""

    wb_id = models.CharField(_("id on Wildberries"), max_length=64)
    text = models.TextField(_("question"))
    created_date = models.DateTimeField(_("asked"))
    state = models.CharField(_("on Wildberries"), max_length=32, choices=QuestionState, default=QuestionState.NEW)
    was_viewed = models.BooleanField(_("viewed"), default=False)
    is_answered = models.BooleanField(_("answered"), default=False)
    answer = models.JSONField(_("seller's answer"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    product_nm_id = models.BigIntegerField(_("nmId"))
    product_name = models.CharField(_("product"), max_length=500)
    product_supplier_article = models.CharField(_("vendor code"), max_length=255, blank=True)
    product_brand_name = models.CharField(_("brand"), max_length=255, blank=True)
    draft_reply = models.TextField(_("draft reply"), blank=True)
    draft_log = models.ForeignKey(
        AiLog,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("draft's AI log"),
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        db_table = "questions"
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["store", "wb_id", "tenant"], name="uq_questions_store_wb_id"),
            enum_check("ck_questions_state", "state", QuestionState),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answer__isnull=False), name="ck_questions_answered_at"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
