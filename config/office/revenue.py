"""How people come, what they pay, and what their answers cost us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _

from accounts.enums import Role
from billing.enums import SPENDING, TransactionType
from config.database.answers import select

PERIODS: Final = (7, 30, 90)
MOST: Final = 50
NOTHING: Final = Decimal(0)
DAILY: Final = """
SELECT (created_at AT TIME ZONE %s)::date AS day,
       coalesce(sum(-amount) FILTER (WHERE transaction_type = ANY(%s)), 0),
       coalesce(sum(amount) FILTER (WHERE transaction_type = %s), 0)
FROM balance_transactions WHERE created_at >= %s GROUP BY 1
"""
COSTS: Final = """
SELECT (created_at AT TIME ZONE %s)::date AS day, coalesce(sum(cost * fx_rate), 0)
FROM ai_token_usage WHERE created_at >= %s GROUP BY 1
"""
MARGINS: Final = """
WITH spent AS (
  SELECT tenant_id, sum(-amount) AS roubles FROM balance_transactions
  WHERE created_at >= %s AND transaction_type = ANY(%s) GROUP BY tenant_id
), cost AS (
  SELECT tenant_id, coalesce(sum(cost * fx_rate), 0) AS roubles FROM ai_token_usage
  WHERE created_at >= %s GROUP BY tenant_id
)
SELECT t.id, t.name, coalesce(spent.roubles, 0), coalesce(cost.roubles, 0)
FROM spent FULL JOIN cost USING (tenant_id) JOIN tenants AS t ON t.id = tenant_id
ORDER BY coalesce(spent.roubles, 0) DESC, t.id LIMIT %s
"""
FUNNEL: Final = """
WITH people AS (SELECT id, is_email_confirmed, is_approved FROM users WHERE created_at >= %s AND NOT is_staff),
shops AS (SELECT p.id, m.tenant_id FROM people AS p JOIN memberships AS m ON m.user_id = p.id AND m.role = %s)
SELECT (SELECT count(DISTINCT session_id) FROM start_page_events WHERE created_at >= %s),
       (SELECT count(*) FROM people),
       (SELECT count(*) FROM people WHERE is_email_confirmed),
       (SELECT count(*) FROM people WHERE is_approved),
       (SELECT count(DISTINCT s.id) FROM shops AS s JOIN documents AS d ON d.tenant_id = s.tenant_id
         WHERE d.status = 'ready'),
       (SELECT count(DISTINCT s.id) FROM shops AS s WHERE EXISTS (
         SELECT FROM dialogs AS d WHERE d.tenant_id = s.tenant_id AND d.messages_count > 1)),
       (SELECT count(DISTINCT s.id) FROM shops AS s JOIN balance_transactions AS b ON b.tenant_id = s.tenant_id
         WHERE b.transaction_type = %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's money; the bars are in percent of the best day."""

    on: date
    spent: Decimal
    paid: Decimal
    cost: Decimal
    x: int
    height: int
    cost_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What a shop spent with us and what its calls cost us."""

    tenant_id: int
    name: str
    spent: Decimal
    cost: Decimal

    @property
    def margin(self) -> Decimal:
        """Return what is left."""
        return self.spent - self.cost

    @property
    def percent(self) -> int | None:
        """Return the share that is left."""
        return round(100 * self.margin / self.spent) if self.spent else None

    @property
    def url(self) -> str:
        """Return the shop's page."""
        return reverse("admin:shop", args=[self.tenant_id])


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How many came this far, and how many of those of the step before."""

    name: str
    count: int
    share: int
    of_previous: int | None


def days_of(days: int, *, at: datetime) -> list[Day]:
    """Return what was spent, paid in and what models cost, day by day."""
    first, since, zone = _begin(days, at)
    kinds = [str(kind) for kind in SPENDING]
    money = {row[0]: row[1:] for row in select(DAILY, zone, kinds, TransactionType.TOPUP.value, since)}
    costs = dict(select(COSTS, zone, since))
    rows = [first + timedelta(days=number) for number in range(days)]
    figures = [(day, *money.get(day, (NOTHING, NOTHING)), costs.get(day, NOTHING)) for day in rows]
    most = max((max(spent, cost) for _day, spent, _paid, cost in figures), default=NOTHING) or Decimal(1)
    return [
        Day(
            on=day,
            spent=spent,
            paid=paid,
            cost=cost,
            x=number * 10,
            height=round(100 * max(spent, NOTHING) / most),
            cost_height=round(100 * cost / most),
        )
        for number, (day, spent, paid, cost) in enumerate(figures)
    ]


def _begin(days: int, at: datetime) -> tuple[date, datetime, str]:
    first = localdate(at) - timedelta(days=days - 1)
    here = localtime(at)
    since = here.replace(year=first.year, month=first.month, day=first.day, hour=0, minute=0, second=0, microsecond=0)
    return first, since, str(here.tzinfo)


def margins(days: int, *, at: datetime) -> list[Margin]:
    """Return the shops that spent most, with what is left of it."""
    _first, since, _zone = _begin(days, at)
    rows = select(MARGINS, since, [str(kind) for kind in SPENDING], since, MOST)
    return [Margin(tenant_id=pk, name=name, spent=spent, cost=cost) for pk, name, spent, cost in rows]


def funnel(days: int, *, at: datetime) -> list[Step]:
    """Return how far those came who signed up in the period."""
    _first, since, _zone = _begin(days, at)
    (counts,) = select(FUNNEL, since, Role.ADMIN.value, since, TransactionType.TOPUP.value)
    names = (
        _("Came to the start page"),
        _("Signed up"),
        _("Confirmed their e-mail"),
        _("Were let in"),
        _("Have knowledge"),
        _("Had an answer"),
        _("Paid"),
    )
    most = max(*counts, 1)
    steps: list[Step] = []
    for number, (name, count) in enumerate(zip(names, counts, strict=True)):
        before = counts[number - 1] if number else 0
        share = round(100 * count / before) if before else None
        steps.append(Step(name=name, count=count, share=round(100 * count / most), of_previous=share))
    return steps


def revenue(request: HttpRequest) -> HttpResponse:
    """Show money by day, margins and the funnel."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else 30
    at = now()
    rows: Sequence[Day] = days_of(days, at=at)
    totals: dict[str, Any] = {
        name: sum((getattr(d, name) for d in rows), NOTHING) for name in ("spent", "paid", "cost")
    }
    context = {
        **admin.site.each_context(request),
        "title": _("Revenue and funnel"),
        "days": days,
        "periods": PERIODS,
        "rows": rows,
        "width": len(rows) * 10,
        "totals": {**totals, "margin": totals["spent"] - totals["cost"]},
        "margins": margins(days, at=at),
        "funnel": funnel(days, at=at),
    }
    return TemplateResponse(request, "config/revenue.html", context)
