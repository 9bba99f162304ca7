"""The page of figures: how conversations went in a period beside the one before."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.models import Tenant
from accounts.pages import Request, role_required
from assistants.models import Assistant
from config.charts import Bars, stacked
from config.tables import csv_file
from dialogs.enums import Channel, Ending
from operators import outcomes
from operators.outcomes import Outcomes, Scope

PERIODS: Final = (
    ("30", gettext_lazy("30 days")),
    ("7", gettext_lazy("7 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("A year")),
)


class FiguresForm(forms.Form):
    """What the page is about, from the address; nonsense in it is ignored."""

    days = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, required=False)
    assistant = forms.ChoiceField(label=gettext_lazy("Assistant"), required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=[("", gettext_lazy("Any channel")), *Channel.choices], required=False
    )

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data)
        self.tenant = tenant
        found = [(str(row.uuid), row.name) for row in Assistant.objects.of(tenant).order_by("name")]
        self.fields["assistant"].choices = [("", _("All assistants")), *found]  # type: ignore[attr-defined]  # a ChoiceField

    def scope(self) -> Scope:
        """Return what was asked for."""
        self.is_valid()
        chosen, last = self.cleaned_data, localdate()
        assistants = Assistant.objects.of(self.tenant)
        return Scope(
            tenant=self.tenant,
            first=last - timedelta(days=int(chosen.get("days") or PERIODS[0][0]) - 1),
            last=last,
            assistant=assistants.filter(uuid=chosen["assistant"]).first() if chosen.get("assistant") else None,
            channel=chosen.get("channel") or "",
        )


@require_safe
@role_required(Role.USER)
def figures(request: Request) -> HttpResponse:
    """Show how conversations went, beside the period before."""
    form = FiguresForm(request.GET, tenant=request.tenant)
    scope = form.scope()
    days, before = outcomes.by_day(scope), scope.before()
    context = {
        "form": form,
        "scope": scope,
        "this": outcomes.total(days),
        "before": outcomes.total(outcomes.by_day(before)),
        "bars": chart(days),
        "days": days,
        "waits": outcomes.waits(scope),
        "waits_before": outcomes.waits(before),
        "pleased": outcomes.satisfaction(scope),
        "pleased_before": outcomes.satisfaction(before),
        "reasons": outcomes.reasons(scope),
        "channels": outcomes.channels(scope),
        "intents": outcomes.intents(scope),
        "colleagues": outcomes.colleagues(scope),
        "promises": outcomes.promises(scope),
        "spent": outcomes.spent(scope),
        "spent_before": outcomes.spent(before),
        "list": f"{reverse('dialogs')}?since={scope.first:%Y-%m-%d}&until={scope.last:%Y-%m-%d}"
        + (f"&platform={scope.channel}" if scope.channel else ""),
    }
    return render(request, "operators/figures.html", context)


@require_safe
@role_required(Role.USER)
def figures_csv(request: Request) -> HttpResponse:
    """Return the days of the period as a table for spreadsheets."""
    scope = FiguresForm(request.GET, tenant=request.tenant).scope()
    head = (_("Day"), *Ending.labels, _("All"), _("Without a person, %"))
    rows = (
        (f"{day:%Y-%m-%d}", each.alone, each.person, each.nobody, each.total, each.share)
        for day, each in outcomes.by_day(scope)
    )
    return csv_file(f"conversations-{scope.first}-{scope.last}.csv", head, rows)


def chart(days: list[tuple[Any, Outcomes]]) -> Bars:
    """Return the days as bars: the assistant alone below, then with a person, then nobody."""
    return stacked(
        [
            (
                f"{date_format(day, 'j E')}: {each.alone} / {each.person} / {each.nobody}",
                ((Ending.ALONE, each.alone), (Ending.PERSON, each.person), (Ending.NOBODY, each.nobody)),
            )
            for day, each in days
        ]
    )
