"""What the numbers of a connection look like, and how many of those who come get as far as an assistant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import CharField, Count, F
from django.db.models.functions import Cast, Coalesce

from accounts.enums import AggregationPeriod, FunnelStage, MetricType
from accounts.models import Integration, PlatformMetric, StartPageEvent
from accounts.ports import first_steps

WINDOWS: Final = {
    AggregationPeriod.MINUTE: (timedelta(minutes=1), 60),
    AggregationPeriod.HOUR: (timedelta(hours=1), 24),
    AggregationPeriod.DAY: (timedelta(days=1), 30),
}
SHOWN: Final = (
    MetricType.MESSAGES_RECEIVED,
    MetricType.MESSAGES_SENT,
    MetricType.ERRORS,
    MetricType.SYNC_DURATION,
)
STEP: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bucket as it is drawn; heights are of a hundred."""

    at: datetime
    value: Decimal
    x: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One number over time."""

    metric: MetricType
    bars: list[Bar]
    total: Decimal
    is_average: bool

    @property
    def width(self) -> int:
        """Return how wide the drawing is."""
        return len(self.bars) * STEP


def charts_of(integration: Integration, *, period: AggregationPeriod, at: datetime) -> list[Chart]:
    """Return the numbers of a connection that are not all nothing, up to now."""
    length, size = WINDOWS[period]
    last = _floor(at, period)
    moments = [last - length * back for back in reversed(range(size))]
    rows = PlatformMetric.objects.filter(
        integration=integration, aggregation_period=period, period_start__gte=moments[0], metric_type__in=SHOWN
    )
    found: dict[str, dict[datetime, Decimal]] = {}
    for metric, start, value in rows.values_list("metric_type", "period_start", "metric_value"):
        found.setdefault(metric, {})[start] = value
    return [_chart(metric, found[metric], moments) for metric in SHOWN if metric in found]


def _chart(metric: MetricType, values: dict[datetime, Decimal], moments: list[datetime]) -> Chart:
    top = max(values.values(), default=Decimal(0)) or Decimal(1)
    bars = [
        Bar(at=moment, value=values.get(moment, Decimal(0)), x=place * STEP, height=_height(values.get(moment), top))
        for place, moment in enumerate(moments)
    ]
    is_average = metric == MetricType.SYNC_DURATION
    total = sum(values.values(), Decimal(0))
    return Chart(metric=metric, bars=bars, total=total / len(values) if is_average else total, is_average=is_average)


def _height(value: Decimal | None, top: Decimal) -> int:
    return max(round(100 * value / top), 2) if value else 0


def _floor(at: datetime, period: AggregationPeriod) -> datetime:
    start = at.astimezone(UTC).replace(second=0, microsecond=0)
    if period != AggregationPeriod.MINUTE:
        start = start.replace(minute=0)
    return start.replace(hour=0) if period == AggregationPeriod.DAY else start


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the funnel: how many came so far, and what share of the first and of the one before."""

    name: str
    label: Any
    people: int
    of_first: int
    of_previous: int
    skipped: int = 0


def funnel(*, since: datetime, until: datetime) -> list[Stage]:
    """Return the stages of those whose first trace lies in the time given, in their order.

    A visitor and the person they became count once.
    """
    whose = Coalesce(Cast("user_id", CharField()), F("session_id"))
    rows = StartPageEvent.objects.filter(created_at__gte=since, created_at__lt=until).annotate(whose=whose)
    counted = rows.values_list("event_type", "step").annotate(people=Count("whose", distinct=True))
    people = {(stage, step): count for stage, step, count in counted}
    plain = (FunnelStage.ARRIVED, FunnelStage.SIGNUP_OPENED, FunnelStage.REGISTERED)
    names: list[tuple[Any, int | None, Any]] = [
        *((stage, None, stage.label) for stage in (*plain, FunnelStage.CONFIRMED, FunnelStage.APPROVED)),
        *((FunnelStage.STEP_DONE, step.number, step.title) for step in first_steps()[:-1]),
        (FunnelStage.LAUNCHED, None, FunnelStage.LAUNCHED.label),
    ]
    first = max(people.get((FunnelStage.ARRIVED, None), 0), people.get((FunnelStage.SIGNUP_OPENED, None), 0))
    stages: list[Stage] = []
    before = first
    for stage, step, label in names:
        count = people.get((stage, step), 0)
        stages.append(
            Stage(
                name=f"{stage}-{step}" if step is not None else str(stage),
                label=label,
                people=count,
                of_first=_share(count, first),
                of_previous=_share(count, before),
                skipped=people.get((FunnelStage.STEP_SKIPPED, step), 0) if step is not None else 0,
            )
        )
        before = count
    return stages


def _share(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
