"""What connections did, counted by the minute and rolled up by hour and day."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from accounts.enums import AggregationPeriod, MetricType
from accounts.models import Integration, PlatformMetric

AVERAGED: Final = (MetricType.RESPONSE_TIME, MetricType.SYNC_DURATION)
OVERLAP: Final = {AggregationPeriod.HOUR: timedelta(hours=2), AggregationPeriod.DAY: timedelta(days=2)}
KEPT: Final = {AggregationPeriod.MINUTE: timedelta(days=3), AggregationPeriod.HOUR: timedelta(days=100)}
UNITS: Final = {MetricType.RESPONSE_TIME: "s", MetricType.SYNC_DURATION: "s"}

# One row per minute; whoever comes second adds to it. Averages carry how much they stand for.
COUNT: Final = """
INSERT INTO platform_metrics AS kept (integration_id, platform_id, tenant_id, metric_type, metric_value, metric_unit,
    aggregation_period, recorded_at, period_start, period_end, attributes)
VALUES (%(integration)s, %(platform)s, %(tenant)s, %(metric)s, %(value)s, %(unit)s, 'minute', %(at)s,
    date_trunc('minute', %(at)s::timestamptz), date_trunc('minute', %(at)s::timestamptz) + interval '1 minute',
    '{"count": 1}')
ON CONFLICT ON CONSTRAINT uq_platform_metrics_bucket DO UPDATE SET
    metric_value = CASE WHEN %(averaged)s
        THEN (kept.metric_value * (kept.attributes->>'count')::int + excluded.metric_value)
             / ((kept.attributes->>'count')::int + 1)
        ELSE kept.metric_value + excluded.metric_value END,
    attributes = jsonb_build_object('count', (kept.attributes->>'count')::int + 1),
    recorded_at = greatest(kept.recorded_at, excluded.recorded_at)
"""
# Computed anew from the finer buckets each time, so that running it twice changes nothing.
ROLL_UP: Final = """
INSERT INTO platform_metrics (integration_id, platform_id, tenant_id, metric_type, metric_value, metric_unit,
    aggregation_period, recorded_at, period_start, period_end, attributes)
SELECT integration_id, platform_id, tenant_id, metric_type,
       CASE WHEN metric_type = ANY(%(averaged)s)
            THEN sum(metric_value * (attributes->>'count')::int) / sum((attributes->>'count')::int)
            ELSE sum(metric_value) END,
       min(metric_unit), %(period)s, max(recorded_at), date_trunc(%(period)s, period_start, 'UTC'),
       date_trunc(%(period)s, period_start, 'UTC') + %(length)s::interval,
       jsonb_build_object('count', sum((attributes->>'count')::int))
  FROM platform_metrics
 WHERE aggregation_period = %(finer)s AND period_start >= date_trunc(%(period)s, %(since)s::timestamptz, 'UTC')
   AND attributes ? 'count'
 GROUP BY integration_id, platform_id, tenant_id, metric_type, date_trunc(%(period)s, period_start, 'UTC')
ON CONFLICT ON CONSTRAINT uq_platform_metrics_bucket DO UPDATE SET
    metric_value = excluded.metric_value, attributes = excluded.attributes, recorded_at = excluded.recorded_at
"""


def count(integration: Integration, metric: MetricType, value: Decimal | float, *, at: datetime) -> None:
    """Add to a connection's number of this minute."""
    facts: dict[str, Any] = {
        "integration": integration.pk,
        "platform": integration.platform_id,
        "tenant": integration.tenant_id,
        "metric": metric.value,
        "value": Decimal(value).quantize(Decimal("0.0001")),
        "unit": UNITS.get(metric, ""),
        "averaged": metric in AVERAGED,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, facts)


def roll_up(*, at: datetime) -> None:
    """Bring the hours and days up to date, and forget minutes and hours nobody looks at any more."""
    steps = (
        (AggregationPeriod.HOUR, AggregationPeriod.MINUTE, "1 hour"),
        (AggregationPeriod.DAY, AggregationPeriod.HOUR, "1 day"),
    )
    with connection.cursor() as cursor:
        for period, finer, length in steps:
            facts: dict[str, Any] = {
                "period": period.value,
                "finer": finer.value,
                "length": length,
                "since": at - OVERLAP[period],
                "averaged": [metric.value for metric in AVERAGED],
            }
            cursor.execute(ROLL_UP, facts)
    for period, kept in KEPT.items():
        PlatformMetric.objects.filter(aggregation_period=period, period_start__lt=at - kept).delete()
