"""What people ask of the Wildberries desk, and how they set it up."""

from typing import Any, Final

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from marketplace.enums import ReviewComplaintStatus, ReviewStatus
from marketplace.models import (
    Outgoing,
    Product,
    QuestionQuerySet,
    ReplyRule,
    Review,
    ReviewQuerySet,
    SellerSettings,
    Store,
)
from marketplace.models.automation import RATINGS
from marketplace.models.outbox import OPEN
from marketplace.prompts import Purpose
from marketplace.replies import OutgoingStatus, ReplyMode
from marketplace.services.replying import editable_reviews, waiting_questions, waiting_reviews

SEARCHED: Final = 20_000
TROUBLED: Final = (OutgoingStatus.REJECTED, OutgoingStatus.FAILED, OutgoingStatus.UNKNOWN)


class ReviewFilter(forms.Form):
    """Filters of the list, from the address; nonsense in them is ignored."""

    q = forms.CharField(max_length=100, required=False)
    show = forms.ChoiceField(
        label=_("Answers"),
        required=False,
        choices=[
            ("waiting", _("Need an answer")),
            ("drafted", _("Drafts to approve")),
            ("sent", _("On their way")),
            ("trouble", _("Not published")),
            ("answered", _("Answered")),
            ("editable", _("Answers that may be changed")),
            ("all", _("All reviews")),
        ],
    )
    store = forms.ChoiceField(label=_("Store"), required=False)
    rating = forms.ChoiceField(
        label=_("Rating"),
        required=False,
        choices=[("", _("Any rating")), ("bad", _("1–3★")), ("good", _("4–5★")), *((str(n), f"{n}★") for n in RATINGS)],
    )
    complaint = forms.ChoiceField(
        label=_("Complaint"), required=False, choices=[("", _("Any complaint")), *ReviewComplaintStatus.choices]
    )
    status = forms.ChoiceField(
        label=_("On Wildberries"), required=False, choices=[("", _("Any state")), *ReviewStatus.choices]
    )
    product = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data)
        self.tenant = tenant
        stores = [(str(store.uuid), store.name) for store in Store.objects.of(tenant).order_by("name")]
        self.fields["store"].choices = [("", _("All stores")), *stores]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, rows: ReviewQuerySet) -> ReviewQuerySet:
        """Return the reviews that pass; each filter goes with an index that the list is read along."""
        chosen = self.chosen
        if store := self._store(chosen):
            rows = rows.filter(store=store)
        if "rating" in chosen:
            rating = chosen["rating"]
            rows = rows.filter(rating__in={"bad": (1, 2, 3), "good": (4, 5)}.get(rating) or (int(rating),))
        if "complaint" in chosen:
            rows = rows.filter(complaint_status=chosen["complaint"])
        if "status" in chosen:
            rows = rows.filter(review_status_wb=chosen["status"])
        if "product" in chosen:
            rows = rows.filter(product__in=Product.objects.of(self.tenant).filter(wb_product_id=chosen["product"]))
        rows = _shown(rows, chosen.get("show") or "waiting")
        return self._mentioning(rows, chosen["q"]) if "q" in chosen else rows

    def _store(self, chosen: dict[str, Any]) -> Store | None:
        return Store.objects.of(self.tenant).filter(uuid=chosen["store"]).first() if "store" in chosen else None

    def _mentioning(self, rows: ReviewQuerySet, words: str) -> ReviewQuerySet:
        """Look for words in the latest reviews that pass; without a bound a rare word would read them all."""
        latest = rows.order_by("-date", "-pk").values("pk")[:SEARCHED]
        said = (
            Q(text__icontains=words) | Q(pros__icontains=words) | Q(cons__icontains=words) | Q(author__icontains=words)
        )
        return Review.objects.of(self.tenant).filter(said, pk__in=latest)


def _shown(rows: ReviewQuerySet, show: str) -> ReviewQuerySet:
    about = Outgoing.objects.filter(review=OuterRef("pk"))
    if show == "answered":
        return rows.filter(has_answer=True)
    if show == "sent":
        on_way = Outgoing.objects.filter(status__in=[OutgoingStatus.PENDING, OutgoingStatus.SENDING, *OPEN])
        return rows.filter(pk__in=on_way.filter(review__isnull=False).values("review"))
    if show == "trouble":
        return rows.filter(Exists(about.filter(status__in=TROUBLED)), answer__isnull=True)
    if show == "editable":
        return editable_reviews(rows, at=now())
    if show == "drafted":
        return waiting_reviews(rows).exclude(draft_reply="")
    return rows if show == "all" else waiting_reviews(rows)


class QuestionFilter(forms.Form):
    """Filters of questions."""

    show = forms.ChoiceField(
        label=_("Answers"),
        required=False,
        choices=[("waiting", _("Need an answer")), ("answered", _("Answered")), ("all", _("All questions"))],
    )
    store = forms.ChoiceField(label=_("Store"), required=False)

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data)
        self.tenant = tenant
        stores = [(str(store.uuid), store.name) for store in Store.objects.of(tenant).order_by("name")]
        self.fields["store"].choices = [("", _("All stores")), *stores]  # type: ignore[attr-defined]  # a ChoiceField

    def apply(self, rows: QuestionQuerySet) -> QuestionQuerySet:
        """Return the questions that pass."""
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("store"):
            rows = rows.filter(store__in=Store.objects.of(self.tenant).filter(uuid=chosen["store"]))
        show = chosen.get("show") or "waiting"
        if show == "answered":
            return rows.filter(is_answered=True)
        return rows if show == "all" else waiting_questions(rows)


class AutomationForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Limits, and what happens by itself."""

    class Meta:
        model = SellerSettings
        fields = ("is_auto_paused", "safety", "auto_daily_cap", "daily_limit", "ai_concurrency")


class PromptsForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The seven prompts; an empty one means the built-in one."""

    class Meta:
        model = SellerSettings
        fields = tuple(purpose.value for purpose in Purpose)
        widgets = {purpose.value: forms.Textarea(attrs={"rows": 4, "maxlength": 8000}) for purpose in Purpose}


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What happens to new reviews of a store, by rating."""

    class Meta:
        model = ReplyRule
        fields = (*(f"rating_{stars}" for stars in RATINGS), "questions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["questions"]
        field.choices = [choice for choice in ReplyMode.choices if choice[0] != ReplyMode.SEND]
        field.required = False

    def clean_questions(self) -> str:
        """Leave what is not said as it was."""
        return str(self.cleaned_data["questions"] or self.instance.questions)
