"""What people type about money."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from billing.enums import CREDITS, SPENDING, TransactionType
from billing.providers import connected
from billing.reports import Wanted
from billing.services.amounts import LARGEST
from billing.services.payments import LEAST, MOST

PRESETS: Final = (500, 1000, 3000, 10_000)
MANY: Final = 2
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
    assistant = forms.TypedChoiceField(label=_("Assistant"), required=False, coerce=int, empty_value=None)
    least = forms.DecimalField(label=_("Amount from, ₽"), required=False, min_value=0, max_digits=18, decimal_places=6)
    most = forms.DecimalField(label=_("Amount to, ₽"), required=False, min_value=0, max_digits=18, decimal_places=6)

    def __init__(self, *args: Any, assistants: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["assistant"]
        named = sorted(assistants.items(), key=lambda pair: pair[1])
        field.choices = [("", _("All assistants")), *named]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        facts: dict[str, Any] = super().clean() or {}
        since, until = facts.get("since"), facts.get("until")
        least, most = facts.get("least"), facts.get("most")
        if least and most and most < least:
            self.add_error("most", _("This is less than the other amount."))
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
            assistant=facts["assistant"],
            least=facts["least"],
            most=facts["most"],
            types=GROUPS.get(kind, (kind,)) if kind else (),
        )


class TopUpForm(forms.Form):
    """How much to pay."""

    amount = forms.DecimalField(
        label=_("Amount, ₽"), min_value=LEAST, max_value=MOST, max_digits=12, decimal_places=2, initial=1000
    )
    provider = forms.ChoiceField(label=_("Through"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = connected()
        self.fields["provider"].choices = [(one.value, one.label) for one in found]  # type: ignore[attr-defined]  # a ChoiceField
        if len(found) < MANY:
            del self.fields["provider"]


class CapsForm(forms.Form):
    """How much services may cost; an empty field is no limit."""

    per_day = forms.DecimalField(
        label=_("A day, ₽"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=LARGEST,
        max_digits=18,
        decimal_places=2,
        help_text=_("Empty: no limit."),
    )
    per_month = forms.DecimalField(
        label=_("A month, ₽"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=LARGEST,
        max_digits=18,
        decimal_places=2,
        help_text=_("Empty: no limit."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a month that is less than a day."""
        facts: dict[str, Any] = super().clean() or {}
        day, month = facts.get("per_day"), facts.get("per_month")
        if day and month and month < day:
            self.add_error("per_month", _("The month’s limit is less than the day’s."))
        return facts


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
