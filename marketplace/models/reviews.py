"""What buyers say in public."""

import hashlib
from typing import Final, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OwnedQuerySet
from config.db import Public, Timestamped, enum_check
from marketplace.enums import ChatAvailability, PurchaseStatus, ReviewComplaintStatus, ReviewStatus
from marketplace.models.ai_logs import AiLog
from marketplace.models.products import Product
from marketplace.models.stores import OfStore

WORST_GOOD_RATING: Final = 3


class ReviewQuerySet(OwnedQuerySet["Review"]):
    """Reviews."""

    def unanswered(self) -> Self:
        """Keep reviews the seller has not answered."""
        return self.filter(has_answer=False)

    def worth_a_complaint(self) -> Self:
        """Keep bad reviews of active products whose complaint is not sent yet (idx_reviews_default_filter)."""
        return self.filter(
            rating__lte=WORST_GOOD_RATING,
            is_product_active=True,
            complaint_status__in=[ReviewComplaintStatus.NOT_SENT, ReviewComplaintStatus.DRAFT],
        )


class Review(Public, OfStore, Timestamped):
    """A buyer's review; text is empty when only stars were given.

    ``complaint_status`` and both complaint flags follow ``ReviewComplaint`` by
    trigger; nothing else may write them.
    """

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="reviews", db_index=False, verbose_name=_("product")
    )
    wb_id = models.CharField(_("id on Wildberries"), max_length=64)
    rating = models.SmallIntegerField(_("rating"))
    text = models.TextField(_("text"), blank=True)
    pros = models.TextField(_("pros"), blank=True)
    cons = models.TextField(_("cons"), blank=True)
    author = models.CharField(_("author"), max_length=255, blank=True)
    date = models.DateTimeField(_("date"))
    answer = models.JSONField(_("seller's answer"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    has_answer = models.GeneratedField(
        expression=Q(answer__isnull=False),  # type: ignore[arg-type]  # a condition is an expression
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("has an answer"),
    )
    photo_links = models.JSONField(_("photos"), null=True, blank=True)
    video = models.JSONField(_("video"), null=True, blank=True)
    supplier_feedback_valuation = models.SmallIntegerField(_("seller's valuation of the review"), null=True, blank=True)
    supplier_product_valuation = models.SmallIntegerField(_("seller's valuation of the product"), null=True, blank=True)
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
    is_product_active = models.BooleanField(_("product is active"), default=True)
    has_complaint = models.BooleanField(_("has a complaint"), default=False, editable=False)
    has_complaint_draft = models.BooleanField(_("has a complaint draft"), default=False, editable=False)
    complaint_status = models.CharField(
        _("complaint"),
        max_length=16,
        choices=ReviewComplaintStatus,
        default=ReviewComplaintStatus.NOT_SENT,
        editable=False,
    )
    review_status_wb = models.CharField(
        _("on Wildberries"), max_length=16, choices=ReviewStatus, default=ReviewStatus.UNKNOWN
    )
    product_status_by_review = models.CharField(
        _("purchase"), max_length=16, choices=PurchaseStatus, default=PurchaseStatus.UNKNOWN
    )
    chat_status_by_review = models.CharField(
        _("chat"), max_length=16, choices=ChatAvailability, default=ChatAvailability.UNKNOWN
    )
    purchase_date = models.DateTimeField(_("bought"), null=True, blank=True)
    parsed_at = models.DateTimeField(_("seen by the extension"), null=True, blank=True)
    page_number = models.IntegerField(_("page in the portal"), null=True, blank=True)
    gone_at = models.DateTimeField(_("not on Wildberries since"), null=True, blank=True)
    wb_api_data = models.JSONField(_("what else Wildberries says"), null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        db_table = "reviews"
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["store", "wb_id", "tenant"], name="uq_reviews_store_wb_id"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="ck_reviews_rating"),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answer__isnull=False), name="ck_reviews_answered_at"
            ),
            models.CheckConstraint(condition=Q(page_number=None) | Q(page_number__gt=0), name="ck_reviews_page_number"),
            enum_check("ck_reviews_complaint_status", "complaint_status", ReviewComplaintStatus),
            enum_check("ck_reviews_review_status_wb", "review_status_wb", ReviewStatus),
            enum_check("ck_reviews_product_status_by_review", "product_status_by_review", PurchaseStatus),
            enum_check("ck_reviews_chat_status_by_review", "chat_status_by_review", ChatAvailability),
        ]

    def __str__(self) -> str:
        return f"{'★' * self.rating} {self.author}".strip()

    @property
    def digest(self) -> str:
        """Return the digest of what a reply answers; another one means that the buyer changed the review."""
        said = "\0".join((str(self.rating), self.text, self.pros, self.cons))
        return hashlib.sha256(said.encode()).hexdigest()
