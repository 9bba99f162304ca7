"""The shop's reputation: how the rating goes, what bad reviews are about, and what the work on it brings."""

import csv
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.models import Tenant
from accounts.pages import Request, role_required
from marketplace import reports
from marketplace.models import Product, Store
from marketplace.reports import Scope

PERIODS: Final = (("30", gettext_lazy("30 days")), ("7", gettext_lazy("7 days")), ("90", gettext_lazy("90 days")),
                  ("365", gettext_lazy("A year")))  # fmt: skip
TARGETS: Final = ("4.7", "4.5", "4.6", "4.8", "4.9")
WIDTH, HEIGHT, TOP = 720, 180, 12


class ScopeForm(forms.Form):
    """What the page is about, from the address; nonsense in it is ignored."""

    days = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, required=False)
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)
    target = forms.ChoiceField(label=gettext_lazy("Rating to reach"), choices=[(t, f"→ {t}") for t in TARGETS],
                               required=False)  # fmt: skip
    nm = forms.IntegerField(label="nmId", min_value=1, max_value=2**63 - 1, required=False)

    def __init__(self, data: Any, *, tenant: Tenant) -> None:
        super().__init__(data)
        self.tenant = tenant
        stores = [(str(store.uuid), store.name) for store in Store.objects.of(tenant).order_by("name")]
        self.fields["store"].choices = [("", _("All stores")), *stores]  # type: ignore[attr-defined]  # a ChoiceField

    def scope(self) -> Scope:
        """Return what was asked for."""
        self.is_valid()
        chosen, last = self.cleaned_data, localdate()
        first = last - timedelta(days=int(chosen.get("days") or PERIODS[0][0]) - 1)
        stores, products = Store.objects.of(self.tenant), Product.objects.of(self.tenant)
        store = stores.filter(uuid=chosen["store"]).first() if chosen.get("store") else None
        product = products.filter(wb_product_id=chosen["nm"]).first() if chosen.get("nm") else None
        return Scope(tenant=self.tenant, first=first, last=last, store=store, product=product)

    @property
    def wanted(self) -> Decimal:
        """Return the rating to reach."""
        return Decimal(self.cleaned_data.get("target") or TARGETS[0])


@require_safe
@role_required(Role.USER)
def reputation(request: Request) -> HttpResponse:
    """Show the reputation in a period beside the one before."""
    form = ScopeForm(request.GET, tenant=request.tenant)
    scope = form.scope()
    now, points = reports.standing(scope), reports.trend(scope)
    context = {
        "form": form,
        "scope": scope,
        "now": now,
        "this": reports.summary(scope),
        "before": reports.summary(scope.before()),
        "target": form.wanted,
        "needed": reports.needed(now, form.wanted),
        "gains": [(star, now.counts[star - 1], reports.gain(now, star)) for star in (1, 2, 3)],
        "points": points,
        "chart": chart(points),
        "products": reports.products(scope, target=form.wanted),
        "topics": reports.topics(scope),
        "complaints": reports.complaints(scope),
        "sequences": reports.sequences(scope),
        "costs": reports.costs(scope),
    }
    return render(request, "marketplace/reputation.html", context)


@require_safe
@role_required(Role.USER)  # type: ignore[arg-type]  # a stream is a response too
def reputation_csv(request: Request) -> HttpResponseBase:
    """Return the products of the period as a table for spreadsheets."""
    form = ScopeForm(request.GET, tenant=request.tenant)
    scope = form.scope()
    head = ("nmId", _("Product"), _("Reviews"), _("Rating of the period"), _("Share of negative, %"),
            _("Answer, hours"), _("Rating now"), _("5★ needed"))  # fmt: skip
    rows = (
        (
            row["product"].wb_product_id, _plain(row["product"].name), row["period"].count,
            _number(row["period"].mean), _number(row["period"].negative), _number(row["period"].answer_hours),
            _number(row["standing"].mean), "" if row["needed"] is None else row["needed"],
        )
        for row in reports.products(scope, target=form.wanted)
    )  # fmt: skip
    response = StreamingHttpResponse(_lines(chain([head], rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reputation-{scope.first}-{scope.last}.csv"'
    return response


def chart(points: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the geometry of the trend: a bar of reviews per step, and the rating as a line over them."""
    most = max((point["count"] for point in points), default=0) or 1
    step = WIDTH / max(len(points), 1)
    rated = [(n, point["rating"]) for n, point in enumerate(points) if point["rating"] is not None]
    low = min((rating for _n, rating in rated), default=0)
    high = max((rating for _n, rating in rated), default=5)
    span = max(high - low, 0.1)
    bars = [
        {
            "x": f"{n * step + step * 0.15:.1f}", "width": f"{step * 0.7:.1f}",
            "y": f"{HEIGHT - point['count'] / most * HEIGHT * 0.5:.1f}",
            "height": f"{point['count'] / most * HEIGHT * 0.5:.1f}",
            "bad_y": f"{HEIGHT - point['negative'] / most * HEIGHT * 0.5:.1f}",
            "bad": f"{point['negative'] / most * HEIGHT * 0.5:.1f}",
        }
        for n, point in enumerate(points)
    ]  # fmt: skip
    line = " ".join(
        f"{n * step + step / 2:.1f},{TOP + (high - rating) / span * HEIGHT * 0.4:.1f}" for n, rating in rated
    )
    return {"width": WIDTH, "height": HEIGHT, "bars": bars, "line": line, "low": low, "high": high, "most": most}


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo(), delimiter=";")
    return chain(["\ufeff"], (writer.writerow(row) for row in rows))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _plain(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
