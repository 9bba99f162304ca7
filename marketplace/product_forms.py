"""What people ask of products and their rules."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from marketplace.enums import ComplaintReason, WorkStatus
from marketplace.models import Product, ProductRule, ReviewComplaint, Store
from marketplace.models.complaints import TEXT_LIMIT
from marketplace.models.products import RuleFields
from marketplace.services.rules import RULE_FIELDS

LARGEST_ID: Final = 2**63 - 1
OWN, DEFAULT = "own", "default"
ACTIVE, INACTIVE = "active", "inactive"


class StoreFilter(forms.Form):
    """Filters from the address, one of them the store; nonsense in them is ignored."""

    store = forms.ChoiceField(label=_("Store"), required=False)

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data)
        stores = Store.objects.of(tenant).order_by("name", "pk").values_list("uuid", "name")
        choices = [("", _("All stores")), *((str(uuid), name) for uuid, name in stores)]
        self.fields["store"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.has_several_stores = len(choices) > 2  # noqa: PLR2004 -- "all" and the only one

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ProductFilter(StoreFilter):
    """Filters of the products list and of the matrix of rules."""

    q = forms.CharField(label=_("Search"), max_length=100, required=False)
    work_status = forms.ChoiceField(
        label=_("Work status"), required=False, choices=[("", _("Any work status")), *WorkStatus.choices]
    )
    active = forms.ChoiceField(
        label=_("Switched on"),
        required=False,
        choices=[("", _("On and off")), (ACTIVE, _("Switched on")), (INACTIVE, _("Switched off"))],
    )
    rule = forms.ChoiceField(
        label=_("Rule"),
        required=False,
        choices=[("", _("Any rule")), (OWN, _("Own rule")), (DEFAULT, _("Store's rule"))],
    )

    def apply(self, products: "QuerySet[Product]") -> "QuerySet[Product]":
        """Return the products that pass."""
        chosen = self.chosen
        if "store" in chosen:
            products = products.filter(store__uuid=chosen["store"])
        if "work_status" in chosen:
            products = products.filter(work_status=chosen["work_status"])
        if "active" in chosen:
            products = products.filter(is_active=chosen["active"] == ACTIVE)
        if "rule" in chosen:
            own = Exists(ProductRule.objects.filter(product=OuterRef("pk")))
            products = products.filter(own if chosen["rule"] == OWN else ~own)
        if "q" in chosen:
            products = products.filter(_named(chosen["q"]))
        return products


def _named(words: str) -> Q:
    by_words = Q(name__icontains=words) | Q(vendor_code__icontains=words)
    if words.isascii() and words.isdigit() and int(words) <= LARGEST_ID:
        by_words |= Q(wb_product_id=int(words))
    return by_words


class BulkProductForm(forms.Form):
    """What to do with the chosen products."""

    work_status = forms.ChoiceField(required=False, choices=[("", _("Leave as it is")), *WorkStatus.choices])
    active = forms.ChoiceField(
        required=False, choices=[("", _("Leave as it is")), (ACTIVE, _("Switch on")), (INACTIVE, _("Switch off"))]
    )

    def changes(self) -> dict[str, Any]:
        """Return what is to change."""
        data, changes = self.cleaned_data, {}
        if data["work_status"]:
            changes["work_status"] = WorkStatus(data["work_status"])
        if data["active"]:
            changes["is_active"] = data["active"] == ACTIVE
        return changes


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A whole rule: of one product or of a store."""

    class Meta:
        model = ProductRule
        fields = RULE_FIELDS


class BulkRuleForm(forms.Form):
    """Parts of a rule for many products; what is left empty stays."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for field in RuleFields._meta.get_fields():
            if isinstance(field, models.BooleanField):
                name = field.name
                self.fields[name] = forms.ChoiceField(
                    label=field.verbose_name,
                    required=False,
                    choices=[("", "—"), ("on", _("Yes")), ("off", _("No"))],
                )

    def changes(self) -> Mapping[str, bool]:
        """Return the new values of what was chosen."""
        return {name: value == "on" for name, value in self.cleaned_data.items() if value}


class ComplaintForm(forms.Form):
    """The words of a draft."""

    reason = forms.TypedChoiceField(label=_("Reason"), coerce=int, choices=ComplaintReason.choices)
    text = forms.CharField(
        label=_("Explanation for the moderators"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("Up to 750 characters are read best; the portal takes 1,000."),
    )
    evidence = forms.CharField(
        label=_("Quotes from the review"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, letter by letter as in the review."),
    )

    def __init__(self, data: Any, *, complaint: ReviewComplaint) -> None:
        initial = {
            "reason": complaint.reason_id,
            "text": complaint.complaint_text,
            "evidence": "\n".join(complaint.evidence),
        }
        super().__init__(data, initial=initial)
