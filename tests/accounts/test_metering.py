"""Numbers of connections: counted at once from everywhere, rolled up as often as one likes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts import services
from accounts.enums import Direction, MetricType, Role, SyncStatus, SyncType
from accounts.models import PlatformMetric
from accounts.reports import charts_of
from accounts.services import metering
from tests.factories.accounts import IntegrationFactory, MembershipFactory
from tests.races import race

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC)


@pytest.fixture
def integration():
    return IntegrationFactory(platform_id="jira")


def values(period, metric=MetricType.MESSAGES_SENT):
    rows = PlatformMetric.objects.filter(aggregation_period=period, metric_type=metric).order_by("period_start")
    return [(row.period_start, row.metric_value) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_counts_from_many_workers_in_one_minute_add_up(integration):
    race(lambda _: metering.count(integration, MetricType.MESSAGES_SENT, 2, at=NOW), threads=5)

    assert values("minute") == [(NOW.replace(second=0), Decimal(10))]


def test_minutes_become_hours_and_days_and_running_it_twice_changes_nothing(integration):
    for minutes, count in ((0, 1), (1, 2), (45, 4)):
        metering.count(integration, MetricType.MESSAGES_SENT, count, at=NOW + timedelta(minutes=minutes))
    for _ in range(2):
        metering.roll_up(at=NOW + timedelta(minutes=50))

    hour = NOW.replace(minute=0, second=0)
    assert values("hour") == [(hour, Decimal(3)), (hour + timedelta(hours=1), Decimal(4))]
    assert values("day") == [(hour.replace(hour=0), Decimal(7))]


def test_averages_are_weighed_by_how_much_they_stand_for(integration):
    for minutes, seconds in ((0, 1), (0, 2), (0, 3), (1, 10)):
        metering.count(integration, MetricType.SYNC_DURATION, seconds, at=NOW + timedelta(minutes=minutes))
    metering.roll_up(at=NOW)

    assert [value for _, value in values("hour", MetricType.SYNC_DURATION)] == [Decimal(4)]


def test_old_minutes_are_forgotten_and_their_days_stay(integration):
    metering.count(integration, MetricType.MESSAGES_SENT, 1, at=NOW)
    metering.roll_up(at=NOW)
    metering.roll_up(at=NOW + timedelta(days=4))

    assert (values("minute"), len(values("day"))) == ([], 1)


def test_a_run_is_counted_by_what_it_did(integration):
    for direction, status, synced in (("inbound", "success", 3), ("outbound", "success", 1), ("inbound", "failed", 0)):
        log = services.start_sync(integration, sync_type=SyncType.TICKETS, direction=Direction(direction), at=NOW)
        services.finish_sync(log, status=SyncStatus(status), at=NOW + timedelta(seconds=2), synced=synced)
    metering.roll_up(at=NOW)

    charts = {chart.metric: chart.total for chart in charts_of(integration, period="hour", at=NOW)}
    assert charts == {"messages_received": 3, "messages_sent": 1, "errors": 1, "sync_duration": 2}


def test_the_page_and_the_api_show_the_numbers_of_ones_own_connection(api, browser_of, integration):
    from django.utils.timezone import now

    metering.count(integration, MetricType.MESSAGES_SENT, 5, at=now())
    metering.roll_up(at=now())
    ours = MembershipFactory(tenant=integration.tenant, role=Role.ADMIN).user
    address = f"/api/v1/integrations/{integration.uuid}/metrics/"

    rows = api(ours).get(address).json()
    page = browser_of(ours).get(f"/integrations/{integration.uuid}/?period=day").content.decode()

    assert [(row["metric"], Decimal(row["value"])) for row in rows] == [("messages_sent", 5)]
    assert api(ours).get(f"{address}?period=year").status_code == 400
    assert "<rect" in page


def test_a_connection_without_work_of_its_own_is_not_synced(api, integration):
    ours = MembershipFactory(tenant=integration.tenant, role=Role.ADMIN).user

    assert api(ours).post(f"/api/v1/integrations/{integration.uuid}/sync/").status_code == 409
