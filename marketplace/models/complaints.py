"""Complaints about reviews: drafted here, filed by a person in the seller's portal."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import OwnedQuerySet, User
from config.db import Public, Timestamped, enum_check
from config.moves import move
from marketplace.complaint_enums import DraftedBy, SentVia, SkipReason
from marketplace.enums import COMPLAINT_MOVES, ComplaintReason, ComplaintStatus
from marketplace.errors import NotEligible
from marketplace.models.products import Product
from marketplace.models.reviews import Review
from marketplace.models.stores import OfStore

TEXT_LIMIT: Final = 1000  # of the portal's form
SOFT_LIMIT: Final = 750  # moderators read short complaints more kindly
EARLIEST: Final = datetime(2023, 10, 1, tzinfo=ZoneInfo("Europe/Moscow"))  # older reviews cannot be complained about
OUTCOMES: Final = (ComplaintStatus.APPROVED, ComplaintStatus.REJECTED)


def _tokens(verbose_name: Any) -> "models.IntegerField[Any, Any]":
    return models.IntegerField(verbose_name, null=True, blank=True)


class ReviewComplaint(Public, OfStore, Timestamped):
    """The one complaint a review may ever get, with what it was based on.

    Once sent, the database refuses any change of its text, reason and
    snapshots; only the outcome moves on.
    """

    review = models.OneToOneField(Review, models.CASCADE, related_name="complaint", verbose_name=_("review"))
    product = models.ForeignKey(
        Product, models.CASCADE, related_name="complaints", db_index=False, verbose_name=_("product")
    )
    complaint_text = models.TextField(_("text"))
    reason_id = models.SmallIntegerField(_("reason"), choices=ComplaintReason)
    reason_name = models.CharField(_("reason's name"), max_length=255)
    status = models.CharField(_("status"), max_length=16, choices=ComplaintStatus, default=ComplaintStatus.DRAFT)

    drafted_by = models.CharField(_("drafted by"), max_length=8, choices=DraftedBy, default=DraftedBy.PERSON)
    evidence = models.JSONField(_("quotes from the review"), default=list, blank=True)

    generated_at = models.DateTimeField(_("drafted"), db_default=Now())
    regenerated_count = models.IntegerField(_("drafted again, times"), default=0)
    last_regenerated_at = models.DateTimeField(_("drafted again"), null=True, blank=True)
    ready_at = models.DateTimeField(_("checked by a person"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("sent by")
    )
    sent_via = models.CharField(  # noqa: DJ001 -- null: not sent
        _("sent through"), max_length=16, choices=SentVia, null=True, blank=True
    )
    proof = models.CharField(_("proof of filing"), max_length=1000, blank=True)
    moderated_at = models.DateTimeField(_("decided"), null=True, blank=True)
    wb_response = models.TextField(_("answer of Wildberries"), blank=True)

    ai_model = models.CharField(_("model"), max_length=100, blank=True)
    ai_prompt_tokens = _tokens(_("prompt tokens"))
    ai_completion_tokens = _tokens(_("completion tokens"))
    ai_total_tokens = _tokens(_("tokens"))
    ai_cost_usd = models.DecimalField(_("cost, $"), max_digits=10, decimal_places=6, null=True, blank=True)
    generation_duration_ms = models.IntegerField(_("drafting took, ms"), null=True, blank=True)

    review_rating = models.SmallIntegerField(_("rating at the time"))
    review_text = models.TextField(_("review at the time"), blank=True)
    review_date = models.DateTimeField(_("review's date"))
    product_name = models.CharField(_("product at the time"), max_length=500, blank=True)
    product_vendor_code = models.CharField(_("vendor code at the time"), max_length=255, blank=True)
    product_is_active = models.BooleanField(_("product was active"), default=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "review_complaints"
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            enum_check("ck_review_complaints_status", "status", ComplaintStatus),
            enum_check("ck_review_complaints_drafted_by", "drafted_by", DraftedBy),
            enum_check("ck_review_complaints_sent_via", "sent_via", SentVia),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("complaint_text"), TEXT_LIMIT) & ~Q(complaint_text=""),
                name="ck_review_complaints_complaint_text",
            ),
            models.CheckConstraint(
                condition=Q(reason_id__gte=min(ComplaintReason), reason_id__lte=max(ComplaintReason)),
                name="ck_review_complaints_reason_id",
            ),
            models.CheckConstraint(
                condition=Q(status=ComplaintStatus.DRAFT, sent_at=None)
                | (~Q(status=ComplaintStatus.DRAFT) & Q(sent_at__isnull=False)),
                name="ck_review_complaints_sent_at",
            ),
            models.CheckConstraint(
                condition=Q(moderated_at=None) | Q(status__in=OUTCOMES), name="ck_review_complaints_moderated_at"
            ),
            models.CheckConstraint(
                condition=Q(review_rating__gte=1, review_rating__lte=5), name="ck_review_complaints_review_rating"
            ),
            models.CheckConstraint(
                condition=Q(regenerated_count__gte=0)
                & (Q(ai_prompt_tokens=None) | Q(ai_prompt_tokens__gte=0))
                & (Q(ai_completion_tokens=None) | Q(ai_completion_tokens__gte=0))
                & (Q(ai_total_tokens=None) | Q(ai_total_tokens__gte=0))
                & (Q(ai_cost_usd=None) | Q(ai_cost_usd__gte=0))
                & (Q(generation_duration_ms=None) | Q(generation_duration_ms__gte=0)),
                name="ck_review_complaints_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason_name} · {self.get_status_display()}"

    @property
    def is_editable(self) -> bool:
        """Whether text and reason may still change."""
        return self.status == ComplaintStatus.DRAFT

    def mark_as_sent(self, *, by: User | None, at: datetime, via: SentVia = SentVia.PERSON, proof: str = "") -> None:
        """Freeze the complaint that ``by`` filed in the portal, or the extension of their browser did.

        Raises:
            NotEligible: its review is older than Wildberries takes complaints about.
            IllegalMove: it was sent before.
        """
        if self.review_date < EARLIEST:
            raise NotEligible(reasons=[SkipReason.TOO_OLD.value], why=str(SkipReason.TOO_OLD.label))
        move(self, ComplaintStatus.SENT, allowed=COMPLAINT_MOVES, sent_at=at, sent_by=by, sent_via=via, proof=proof)

    def move_to(self, status: ComplaintStatus, *, at: datetime, wb_response: str = "") -> None:
        """Record how the moderation of a sent complaint goes on.

        Raises:
            IllegalMove: the complaint is a draft, decided, or was moved by somebody else.
        """
        decided: dict[str, Any] = {"moderated_at": at, "wb_response": wb_response} if status in OUTCOMES else {}
        allowed = {**COMPLAINT_MOVES, ComplaintStatus.DRAFT: frozenset[str]()}  # sending has its own verb
        move(self, status, allowed=allowed, **decided)
