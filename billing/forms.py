"""What people type about money."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from billing.enums import CREDITS, SPENDING, TransactionType
from billing.reports import Wanted
from billing.services.payments import LEAST, MOST

GROUPS: Final = {
    "in": (*CREDITS, TransactionType.REFUND),
    "out": SPENDING,
}


class StatementForm(forms.Form):
    """Which entries to show; whole days of the reader's own time zone, both included."""

    type = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[
            ("", _("All entries")),
            ("in", _("Money in")),
            ("out", _("Services")),
            *TransactionType.choices,
        ],
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        facts: dict[str, Any] = super().clean() or {}
        since, until = facts.get("since"), facts.get("until")
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        return facts

    def wanted(self) -> Wanted:
        """Return what is asked for; nothing in particular when the form has errors."""
        if not self.is_valid():
            return Wanted()
        facts = self.cleaned_data
        since, until, kind = facts["since"], facts["until"], facts["type"]
        return Wanted(
            since=midnight(since) if since else None,
            until=midnight(until + timedelta(days=1)) if until else None,
            types=GROUPS.get(kind, (kind,)) if kind else (),
        )


class TopUpForm(forms.Form):
    """How much to pay."""

    amount = forms.DecimalField(
        label=_("Amount, ₽"), min_value=LEAST, max_value=MOST, max_digits=12, decimal_places=2, initial=1000
    )


class CodeForm(forms.Form):
    """A promo code, or another shop's invitation."""

    code = forms.CharField(
        label=_("Promo code or invitation"),
        max_length=64,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


def midnight(day: date) -> datetime:
    """Return the beginning of a day where the reader is."""
    return make_aware(datetime.combine(day, time.min))
