"""What models did and cost: by day, by model, by assistant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from accounts.models import Tenant
from assistants.models import AiTokenUsage, EvaluationResult, EvaluationRun

PERIODS: Final = (7, 30, 90)
NOTHING: Final = Decimal(0)
LONGEST_BAR: Final = 100
ROUBLES: Final = ExpressionWrapper(F("cost") * F("fx_rate"), output_field=DecimalField(max_digits=24, decimal_places=9))
FIGURES: Final[dict[str, Any]] = {
    "calls": Count("pk"),
    "failures": Count("pk", filter=Q(success=False)),
    "prompt": Coalesce(Sum("prompt_tokens"), 0),
    "cached": Coalesce(Sum("cached_tokens"), 0),
    "completion": Coalesce(Sum("completion_tokens"), 0),
    "roubles": Coalesce(Sum(ROUBLES), NOTHING, output_field=DecimalField(max_digits=24, decimal_places=9)),
    "dollars": Coalesce(
        Sum("cost", filter=Q(cost_currency="USD")),
        NOTHING,
        output_field=DecimalField(max_digits=24, decimal_places=9),
    ),
    "unpriced": Count("pk", filter=Q(cost=None, success=True)),
    "estimated": Count("pk", filter=Q(is_estimated=True)),
    "seconds": Avg("response_time", filter=Q(success=True)),
    "first_word": Avg("first_token_time", filter=Q(success=True)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's bar: how high it is of the highest, and what it stands for."""

    on: date
    calls: int
    tokens: int
    roubles: Decimal
    height: int
    x: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a tenant's models did over some days."""

    days: Sequence[Day]
    by_model: Sequence[dict[str, Any]]
    by_assistant: Sequence[dict[str, Any]]
    by_problem: Sequence[dict[str, Any]]
    total: dict[str, Any]

    @property
    def tokens(self) -> int:
        """Return all tokens, in and out."""
        return int(self.total["prompt"] + self.total["completion"])


def usage_of(tenant: Tenant, *, days: int, at: datetime) -> Usage:
    """Return what the models did in the last ``days`` days of the tenant's own calendar, today included."""
    zone = ZoneInfo(tenant.timezone)
    today = at.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    rows: Any = AiTokenUsage.objects.of(tenant).since(since)  # django-stubs does not follow FIGURES
    daily = {
        row["day"]: row
        for row in rows.annotate(day=TruncDate("created_at", tzinfo=zone)).values("day").annotate(**FIGURES)
    }
    return Usage(
        days=_bars([first + timedelta(days=number) for number in range(days)], daily),
        by_model=list(
            rows.values("provider", "model_used", "request_type").annotate(**FIGURES).order_by("-roubles", "-calls")
        ),
        by_assistant=list(
            rows.values("assistant__name", "assistant__uuid").annotate(**FIGURES).order_by("-roubles", "-calls")
        ),
        by_problem=list(
            rows.filter(success=False)
            .values("error_code", "key_name", "model_used")
            .annotate(times=Count("pk"))
            .order_by("-times")[:10]
        ),
        total=rows.aggregate(**FIGURES),
    )


def _bars(days: Iterable[date], daily: dict[date, dict[str, Any]]) -> list[Day]:
    most = max((row["prompt"] + row["completion"] for row in daily.values()), default=0)
    bars = []
    for number, day in enumerate(days):
        row = daily.get(day)
        used = row["prompt"] + row["completion"] if row else 0
        height = max(1, round(LONGEST_BAR * used / most)) if used else 0
        bars.append(
            Day(
                on=day,
                calls=row["calls"] if row else 0,
                tokens=used,
                roubles=row["roubles"] if row else NOTHING,
                height=height,
                x=number * 10,
            )
        )
    return bars


def with_figures(runs: "QuerySet[EvaluationRun]") -> "QuerySet[EvaluationRun]":
    """Add what each run's answers took: seconds on average, tokens, the provider's price."""
    return runs.annotate(
        seconds=Avg("results__seconds", filter=~Q(results__outcome="failed")),
        tokens=Coalesce(Sum("results__tokens"), 0),
        cost=Sum("results__cost"),
        score=Avg("results__score"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question answered by two versions."""

    question: str
    expected: str
    before: EvaluationResult | None
    after: EvaluationResult | None

    @property
    def change(self) -> str:
        """Say whether the second version does better, worse, or the same."""
        if self.before is None or self.after is None or self.before.passed == self.after.passed:
            return "same"
        return "better" if self.after.passed else "worse"


def compare(before: EvaluationRun, after: EvaluationRun) -> list[Pair]:
    """Put two runs of one set side by side: what got worse first, then what got better."""
    first = {result.example_id or -result.pk: result for result in before.results.all()}
    second = {result.example_id or -result.pk: result for result in after.results.all()}
    keys = sorted({*first, *second}, key=lambda key: (second.get(key) or first[key]).position)
    pairs = []
    for key in keys:
        one, two = first.get(key), second.get(key)
        shown = two or one
        if shown is not None:
            pairs.append(Pair(question=shown.question, expected=shown.expected, before=one, after=two))
    order = {"worse": 0, "better": 1, "same": 2}
    return sorted(pairs, key=lambda pair: order[pair.change])
