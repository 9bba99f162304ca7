"""The page on which a shop says when it works and how soon it answers tickets."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import Tenant
from accounts.pages import Request, role_required, time_zones
from operators.enums import ClockKind, TicketPriority
from operators.models import BusinessCalendar, SlaPolicy
from operators.services import promises
from operators.worktime import format_hours, parse_hours

DAYS: Final = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
AROUND_THE_CLOCK: Final = "00:00-24:00"
LONGEST: Final = 60 * 24 * 60
MOST_HOLIDAYS: Final = 200
UNPROCESSABLE: Final = 422


class PromisesForm(forms.Form):
    """Working hours by weekday, days off, and minutes by priority."""

    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    holidays = forms.CharField(
        label=gettext_lazy("Days off"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "01.01.2027, 08.03.2027"}),
        help_text=gettext_lazy("Dates like 31.12.2026, separated by commas or lines."),
    )

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data, initial=_current(tenant))
        self.fields["timezone"].choices = time_zones(tenant.timezone)  # type: ignore[attr-defined]  # a ChoiceField
        for day, name in enumerate(DAYS):
            self.fields[f"day{day}"] = forms.CharField(label=name, required=False, max_length=200)
        for priority in TicketPriority:
            for kind in ClockKind:
                label = f"{priority.label}: {kind.label}"
                field = forms.IntegerField(label=label, required=False, min_value=1, max_value=LONGEST)
                self.fields[f"{priority}.{kind}"] = field

    @property
    def days(self) -> list[forms.BoundField]:
        """Return the fields of the weekdays."""
        return [self[f"day{day}"] for day in range(len(DAYS))]

    @property
    def promised(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields of the promises, by priority, the most urgent first."""
        return [(str(p.label), [self[f"{p}.{kind}"] for kind in ClockKind]) for p in reversed(TicketPriority)]

    @property
    def policies(self) -> dict[TicketPriority, Mapping[str, int | None]]:
        """Return the promises that were typed."""
        return {p: {str(kind): self.cleaned_data[f"{p}.{kind}"] for kind in ClockKind} for p in TicketPriority}

    @property
    def hours(self) -> list[str]:
        """Return the hours that were typed, from Monday."""
        return [self.cleaned_data[f"day{day}"] for day in range(len(DAYS))]

    def clean(self) -> dict[str, Any]:
        """Refuse hours nobody can read, and a week without work."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for day in range(len(DAYS)):
            try:
                data[f"day{day}"] = format_hours(parse_hours(data.get(f"day{day}", "")))
            except ValueError:
                self.add_error(f"day{day}", _("Write hours like 09:00-13:00, 14:00-18:00; leave a day off empty."))
        if not self.errors and not any(data[f"day{day}"] for day in range(len(DAYS))):
            raise forms.ValidationError(_("At least one day of the week needs working hours."))
        return data

    def clean_holidays(self) -> list[date]:
        """Read dates."""
        words = self.cleaned_data["holidays"].replace(",", " ").replace(";", " ").split()
        if len(words) > MOST_HOLIDAYS:
            raise forms.ValidationError(_("At most %(count)d days.") % {"count": MOST_HOLIDAYS})
        field = forms.DateField(input_formats=["%d.%m.%Y", "%Y-%m-%d"])
        days: list[date] = []
        for word in words:
            try:
                days.append(field.to_python(word))  # type: ignore[arg-type]  # a word is not empty
            except forms.ValidationError as error:
                raise forms.ValidationError(_("“%(word)s” is not a date.") % {"word": word}) from error
        return sorted(set(days))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def page(request: Request) -> HttpResponse:
    """Show and change what is promised."""
    form = PromisesForm(request.POST or None, tenant=request.tenant)
    if request.method == "POST" and form.is_valid():
        promises.promise(request.tenant, policies=form.policies)
        data = form.cleaned_data
        promises.set_hours(request.tenant, timezone=data["timezone"], hours=form.hours, holidays=data["holidays"])
        messages.success(request, _("Saved. The time open tickets have left is counted anew."))
        return redirect("ticket_promises")
    context = {"form": form, "kinds": [kind.label for kind in ClockKind]}
    return render(request, "operators/promises.html", context, status=UNPROCESSABLE if form.errors else 200)


def _current(tenant: Tenant) -> dict[str, Any]:
    calendar = BusinessCalendar.objects.of(tenant).first()
    hours = calendar.hours if calendar else [AROUND_THE_CLOCK] * len(DAYS)
    facts: dict[str, Any] = {f"day{day}": text for day, text in enumerate(hours)}
    facts["timezone"] = calendar.timezone if calendar else tenant.timezone
    facts["holidays"] = ", ".join(f"{day:%d.%m.%Y}" for day in calendar.holidays) if calendar else ""
    for policy in SlaPolicy.objects.of(tenant):
        facts |= {f"{policy.priority}.{kind}": getattr(policy, kind) for kind in ClockKind}
    return facts
