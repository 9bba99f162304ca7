"""Reviews, complaints, questions and the AI log in the admin: to read, and to move on."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.models import User
from config.admin import FactAdmin
from marketplace.enums import ComplaintStatus
from marketplace.models import AiLog, Question, Review, ReviewComplaint


@admin.register(Review)
class ReviewAdmin(FactAdmin):
    """Reviews, newest first."""

    list_display = ("__str__", "store", "product", "date", "has_answer", "complaint_status", "review_status_wb")
    list_filter = ("rating", "has_answer", "complaint_status", "review_status_wb", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store", "product")
    search_fields = ("=wb_id",)
    search_help_text = _("id on Wildberries")
    ordering = ("-pk",)
    readonly_fields = ("related",)


@admin.register(ReviewComplaint)
class ComplaintAdmin(FactAdmin):
    """Complaints and their outcome."""

    list_display = ("__str__", "store", "review", "review_rating", "status", "generated_at", "sent_at", "moderated_at")
    list_filter = ("status", "reason_id", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store", "review")
    search_fields = ("=review__wb_id",)
    search_help_text = _("review's id on Wildberries")
    ordering = ("-pk",)
    actions = ("mark_as_sent", "mark_as_pending", "mark_as_approved", "mark_as_rejected")

    def has_move_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may record what happened to complaints."""
        return request.user.has_perm("marketplace.change_reviewcomplaint")

    @admin.action(description=_("Mark as sent"), permissions=["move"])
    def mark_as_sent(self, request: HttpRequest, complaints: "QuerySet[ReviewComplaint]") -> None:
        """Freeze drafts that were filed in the portal."""
        sender, at = request.user, now()
        assert isinstance(sender, User)  # noqa: S101 -- for the type checker: the admin is for people
        self.each(request, complaints, lambda row: row.mark_as_sent(by=sender, at=at), _("%(count)d marked as sent"))

    @admin.action(description=_("Outcome: under review"), permissions=["move"])
    def mark_as_pending(self, request: HttpRequest, complaints: "QuerySet[ReviewComplaint]") -> None:
        """Record that Wildberries looks at them."""
        self._move(request, complaints, ComplaintStatus.PENDING)

    @admin.action(description=_("Outcome: approved"), permissions=["move"])
    def mark_as_approved(self, request: HttpRequest, complaints: "QuerySet[ReviewComplaint]") -> None:
        """Record that Wildberries agreed."""
        self._move(request, complaints, ComplaintStatus.APPROVED)

    @admin.action(description=_("Outcome: rejected"), permissions=["move"])
    def mark_as_rejected(self, request: HttpRequest, complaints: "QuerySet[ReviewComplaint]") -> None:
        """Record that Wildberries did not agree."""
        self._move(request, complaints, ComplaintStatus.REJECTED)

    def _move(self, request: HttpRequest, complaints: "QuerySet[ReviewComplaint]", to: ComplaintStatus) -> None:
        at = now()
        self.each(request, complaints, lambda row: row.move_to(to, at=at), _("%(count)d complaints moved"))


@admin.register(Question)
class QuestionAdmin(FactAdmin):
    """Questions, newest first."""

    list_display = ("__str__", "store", "product_name", "created_date", "state", "is_answered")
    list_filter = ("is_answered", "state", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("=wb_id", "=product_nm_id")
    search_help_text = _("id on Wildberries or nmId")
    ordering = ("-pk",)


@admin.register(AiLog)
class AiLogAdmin(FactAdmin):
    """What models were asked and what it cost."""

    list_display = ("__str__", "store", "model", "tokens_used", "cost_usd", "error", "created_at")
    list_filter = ("entity_type", "action", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("store",)
    search_fields = ("=entity_id",)
    search_help_text = _("id of the review, chat, question or complaint")
    ordering = ("-pk",)
